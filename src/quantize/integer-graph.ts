import { ToolError } from '../errors/tool-error.js';
import { isIntegerOp, type QuantizedGraph, type QuantizedOp } from '../ir/graph.js';
import { integerRule } from '../ir/integer-rules.js';
import { accumulatorBound, accumulatorLimit } from '../ir/ops/accumulator-bound.js';
import type { QuantizeOptions } from '../ir/options.js';
import type { Tensor } from '../ir/tensor.js';
import { validateGraph } from '../ir/validate-graph.js';
import { joinedRanges } from './joined-ranges.js';
import { layerOptions } from './layer-options.js';
import type { Range } from './observers/observer.js';
import type { QuantizeContext } from './quantizer.js';
import { quantizerOf } from './quantizers.js';
import { activationQuant } from './schemes/activations.js';
import { MAX_SCALE } from './schemes/limits.js';
import { lookupReach, within } from './schemes/lookup-reach.js';
import type { WeightScale } from './schemes/weights.js';
import type { WidthedGraph } from './widths.js';

/**
 * A prepared float graph in integers, op by op: tensors keep their ids, tables are appended. `ranges` has the range of
 * each run-time tensor; those of the tensors in `exact` are taken as they are, the others no wider than their readers need.
 * `narrowScales` is for weights below eight bits: those that were trained so keep the scales that training gave them.
 */
export function integerGraph(
  { graph: float, bits }: WidthedGraph,
  ranges: ReadonlyMap<number, Range>,
  options: QuantizeOptions,
  provenance: QuantizedGraph['provenance'],
  exact: ReadonlySet<number> = new Set(),
  narrowScales: WeightScale = exact.size > 0 ? 'range' : 'mse',
): QuantizedGraph {
  const tensors: Tensor[] = [...float.tensors];
  const reach = lookupReach(float, bits);
  const joined = joinedRanges(float, exact);
  const rangeOf = (id: number): Range => {
    const target = joined.get(id) ?? id;
    return exact.has(target) ? ranges.get(target)! : within(ranges.get(target)!, reach.get(target));
  };
  const dtypeOf = (id: number): 'int8' | 'int16' => (bits.get(id) === 16 ? 'int16' : 'int8');
  const context: QuantizeContext = {
    graph: float,
    rounding: options.rounding ?? 'tflite',
    narrowScales,
    optionsOf: (op) => layerOptions(options, op.name),
    rangeOf,
    bitsOf: (id) => bits.get(id)!,
    quantOf: (id) => {
      const { scale, zeroPoint } = tensors[id].quant!;
      return { scale: scale[0], zeroPoint: zeroPoint[0] };
    },
    change: (id, change) => {
      tensors[id] = { ...tensors[id], ...change };
    },
    quantizeOutput: (op, quant) => {
      const [scale] = quant.scale;
      if (!(scale <= MAX_SCALE)) {
        throw new ToolError(
          'QUANTIZE_RANGE',
          `Layer '${op.name}' needs a scale of ${scale}: its numbers are too large.`,
          {
            context: { op: op.name, scale },
          },
        );
      }
      tensors[op.output] = { ...tensors[op.output], dtype: dtypeOf(op.output), quant };
    },
    addTable: (name, data) => {
      const id = tensors.length;
      tensors.push({ id, name, shape: [data.length], dtype: 'int8', role: 'table', quant: null, data });
      return id;
    },
  };
  context.change(float.input, {
    dtype: dtypeOf(float.input),
    quant: activationQuant(context.rangeOf(float.input), context.bitsOf(float.input)),
  });
  const ops = float.ops.map((op): QuantizedOp => {
    const quantizer = quantizerOf(op);
    if (quantizer === null) throw new RangeError(`op ${op.name} has passed the check of supported ops`);
    return quantizer(op, context);
  });
  const rounding = options.rounding === 'single' ? { rounding: options.rounding } : {};
  const graph: QuantizedGraph = { ...float, stage: 'quantized', tensors, ops, ...rounding, provenance };
  for (const op of ops) checkAccumulator(graph, op);
  return validateGraph(graph);
}

function checkAccumulator(graph: QuantizedGraph, op: QuantizedOp): void {
  if (op.kind === 'lookup') return;
  const bound = isIntegerOp(op) ? integerRule(op).bound(graph, op) : accumulatorBound(graph, op);
  const limit = accumulatorLimit(op);
  if (bound < limit) return;
  const message = `The sums of layer '${op.name}' could reach ${bound}, beyond ${Math.log2(limit) + 1} bits.`;
  throw new ToolError('QUANTIZE_RANGE', message, { context: { op: op.name, bound } });
}
