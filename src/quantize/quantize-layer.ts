import { ToolError } from '../errors/tool-error.js';
import type { FloatGraph, FullyConnectedOp } from '../ir/graph.js';
import { fullyConnectedSize } from '../ir/ops/fully-connected.js';
import type { QuantizeOptions } from '../ir/options.js';
import type { QuantParams } from '../ir/quant-params.js';
import { quantizeMultiplierFor, requantizeFactor } from '../ir/requantize.js';
import type { Range } from './observers/observer.js';
import { asymmetricInt8 } from './schemes/activations.js';
import { MAX_SCALE } from './schemes/limits.js';
import { symmetricInt8, type QuantizedDense } from './schemes/weights.js';

export interface QuantizedLayer {
  readonly constants: QuantizedDense;
  readonly outputQuant: QuantParams;
  readonly op: FullyConnectedOp;
}

/**
 * One dense op in integers. The output's scale is never finer than what one unit of the accumulator is worth: finer
 * steps would carry nothing, and every multiplier stays below 1, so no layer needs a left shift.
 */
export function quantizeLayer(
  graph: FloatGraph,
  op: FullyConnectedOp,
  inputScale: number,
  range: Range,
  options: QuantizeOptions,
): QuantizedLayer {
  const size = fullyConnectedSize(graph, op);
  const constants = symmetricInt8(
    {
      ...size,
      weights: graph.tensors[op.weights].data as Float32Array,
      bias: op.bias === null ? null : (graph.tensors[op.bias].data as Float32Array),
    },
    inputScale,
    options.weights,
  );
  const weightScales = constants.weightQuant.scale;
  const unit = inputScale * Math.max(...weightScales);
  let outputQuant = asymmetricInt8(range);
  // A little above 1, because a factor that rounds up to 1 already shifts left.
  if (outputQuant.scale[0] <= 1.001 * unit) outputQuant = asymmetricInt8(range, 2 * unit);
  const largest = Math.max(inputScale, outputQuant.scale[0], ...weightScales);
  if (!(largest <= MAX_SCALE)) {
    throw new ToolError(
      'QUANTIZE_RANGE',
      `Layer '${op.name}' needs a scale of ${largest}: its numbers are too large.`,
      {
        context: { op: op.name, scale: largest },
      },
    );
  }
  const fixed = Array.from({ length: size.outputs }, (_, o) =>
    quantizeMultiplierFor(
      options.rounding ?? 'tflite',
      requantizeFactor(inputScale, weightScales[weightScales.length === 1 ? 0 : o], outputQuant.scale[0]),
    ),
  );
  const zeroPoint = outputQuant.zeroPoint[0];
  return {
    constants,
    outputQuant,
    op: {
      ...op,
      requantize: {
        multiplier: fixed.map((m) => m.multiplier),
        shift: fixed.map((m) => m.shift),
        zeroPoint,
        clampMin: op.activation === 'relu' ? zeroPoint : -128,
        clampMax: 127,
      },
    },
  };
}
