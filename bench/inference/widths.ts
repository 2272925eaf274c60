import type { QuantizedGraph, QuantizedOp } from '../../src/ir/graph.js';
import { addMultipliers, sumLeftShift } from '../../src/ir/ops/int8/add.js';
import { meanMultiplier } from '../../src/ir/ops/int8/mean.js';
import { softmaxNumbers } from '../../src/ir/ops/int8/softmax.js';
import { SOFTMAX_OUTPUT_INT16 } from '../../src/ir/ops/int8/softmax-int16.js';
import type { QuantParams, Requantize } from '../../src/ir/quant-params.js';
import { quantizeMultiplierWide, requantizeFactor } from '../../src/ir/requantize.js';
import type { Tensor } from '../../src/ir/tensor.js';
import { validateGraph } from '../../src/ir/validate-graph.js';

/** Steps of int16 to one of int8: the range of int8, zero point and all, is inside that of int16. */
const FINER = 128;

/**
 * A network of int8 activations with int16 ones: the same weights, scales 128 times finer, no zero points, TFLite's 16x8
 * requantization. What it costs is what any network of this shape costs; what it says is roughly what the int8 one says.
 */
export function withInt16Activations(graph: QuantizedGraph): QuantizedGraph {
  const tensors: Tensor[] = graph.tensors.map((tensor) =>
    tensor.role === 'input' || tensor.role === 'activation' || tensor.role === 'output'
      ? { ...tensor, dtype: 'int16', quant: finer(tensor.quant!) }
      : tensor,
  );
  for (const op of graph.ops) {
    if (op.kind === 'softmax') {
      const { scale, zeroPoint } = SOFTMAX_OUTPUT_INT16;
      tensors[op.output] = { ...tensors[op.output], quant: { scale: [scale], zeroPoint: [zeroPoint], axis: null } };
    }
  }
  const zeroOf = (id: number): number => graph.tensors[id].quant!.zeroPoint[0];
  const scaleOf = (id: number): number => tensors[id].quant!.scale[0];
  const end = (value: number, output: number): number =>
    Math.min(32767, Math.max(-32768, (value - zeroOf(output)) * FINER));
  const clamp = <C extends Pick<Requantize, 'clampMin' | 'clampMax'>>(of: C, output: number): C => ({
    ...of,
    clampMin: of.clampMin === -128 ? -32768 : end(of.clampMin, output),
    clampMax: of.clampMax === 127 ? 32767 : end(of.clampMax, output),
  });
  const rounding = graph.rounding ?? 'tflite';
  const ops = graph.ops.map((op): QuantizedOp => {
    switch (op.kind) {
      case 'conv_2d':
      case 'depthwise_conv_2d':
      case 'fully_connected': {
        const weightScales = tensors[op.weights].quant!.scale;
        if (op.bias !== null) {
          const bias = tensors[op.bias];
          const scale = weightScales.map((s) => Math.fround(scaleOf(op.input) * s));
          const data = (bias.data as Int32Array).map((b) => b * FINER);
          tensors[op.bias] = { ...bias, quant: { ...bias.quant!, scale }, data };
        }
        const channels = op.requantize!.multiplier.length;
        const fixed = Array.from({ length: channels }, (_, o) => {
          const weightScale = weightScales[weightScales.length === 1 ? 0 : o];
          return quantizeMultiplierWide(requantizeFactor(scaleOf(op.input), weightScale, scaleOf(op.output)));
        });
        const requantize: Requantize = {
          ...clamp(op.requantize!, op.output),
          multiplier: fixed.map((f) => f.multiplier),
          shift: fixed.map((f) => f.shift),
          zeroPoint: 0,
          multiplierBits: 15,
        };
        return { ...op, requantize };
      }
      case 'add': {
        const [a, b] = op.inputs;
        const m = addMultipliers([scaleOf(a), scaleOf(b)], scaleOf(op.output), rounding, 'int16');
        const { multiplier, shift } = m.output;
        const requantize = {
          ...clamp(op.requantize, op.output),
          multiplier: [multiplier],
          shift: [shift],
          zeroPoint: 0,
        };
        return { ...op, inputMultipliers: m.inputs, leftShift: sumLeftShift('int16'), requantize };
      }
      case 'mean': {
        const [height, width] = graph.tensors[op.input].shape;
        const { multiplier, shift } = meanMultiplier(scaleOf(op.input), scaleOf(op.output), height * width, rounding);
        const requantize = {
          ...clamp(op.requantize, op.output),
          multiplier: [multiplier],
          shift: [shift],
          zeroPoint: 0,
        };
        return { ...op, requantize };
      }
      case 'softmax':
        return { ...op, ...softmaxNumbers(scaleOf(op.input), 1, 'int16') };
      case 'average_pool_2d':
      case 'max_pool_2d':
        return { ...op, ...clamp(op, op.output) };
      case 'reshape':
        return op;
      default:
        throw new Error(`${op.kind} is not brought to int16 here`);
    }
  });
  return validateGraph({ ...graph, tensors, ops });
}

function finer({ scale, zeroPoint, axis }: QuantParams): QuantParams {
  return { scale: scale.map((s) => Math.fround(s / FINER)), zeroPoint: zeroPoint.map(() => 0), axis };
}
