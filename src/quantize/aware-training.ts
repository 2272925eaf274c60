import type { Samples } from '../ir/dataset.js';
import { isLayerOp, opInputs, type FloatGraph, type FloatOp, type QuantizedGraph } from '../ir/graph.js';
import type { FakeQuantizeLayerSpec, LayerSpec, ModelSpec } from '../ir/model-spec.js';
import type { QuantizeOptions } from '../ir/options.js';
import { finish, type Steps } from '../util/steps.js';
import { calibrateSteps, drawCalibration } from './calibrate.js';
import { checkOps } from './check-ops.js';
import { floatForm } from './float-form.js';
import { integerGraph } from './integer-graph.js';
import { isJoinedInput } from './joined-ranges.js';
import { checkLayerOptions, layerOptions } from './layer-options.js';
import type { Range } from './observers/observer.js';
import { weightsOf, withInputs } from './passes/graph-edit.js';
import { isRescale, withWidths } from './widths.js';

/** A network to train on with the rounding of its integer form in it. */
export interface AwareNetwork {
  readonly model: ModelSpec;
  /** Parameters to begin with, layer by layer: weights, then bias. */
  readonly initial: readonly Float32Array[];
}

/** They pass values of their input's grid on. */
const ON_THE_SAME_GRID: readonly FloatOp['kind'][] = ['flatten', 'reshape', 'max_pool_2d', 'pad'];

/**
 * The network as `quantize` would make it, but in floats that learn (Jacob et al. 2018): batch norms folded, every
 * activation through a `fake_quantize` layer with the scale that calibration gives it, weights rounded. Same errors as
 * {@link quantize}.
 */
export function withFakeQuantize(graph: FloatGraph, calibration: Samples, options: QuantizeOptions): AwareNetwork {
  return finish(withFakeQuantizeSteps(graph, calibration, options));
}

/** {@link withFakeQuantize}, piece by piece. */
export function* withFakeQuantizeSteps(
  graph: FloatGraph,
  calibration: Samples,
  options: QuantizeOptions,
): Steps<AwareNetwork> {
  checkOps(graph);
  const form = floatForm(graph, options);
  checkLayerOptions(form, options);
  const widthed = withWidths(form, options);
  const float = widthed.graph;
  const inputs = drawCalibration(float, calibration, options).map(({ input }) => input);
  const ranges = yield* calibrateSteps(widthed, inputs, options);
  const integers = integerGraph(widthed, ranges, options, graph.provenance);
  const layers: LayerSpec[] = [];
  const initial: Float32Array[] = [];
  /** The layer whose output a tensor is. */
  const layerOf = new Map<number, string>();
  const add = (tensor: number, spec: LayerSpec & { readonly name: string }): void => {
    layers.push(spec);
    layerOf.set(tensor, spec.name);
  };
  add(float.input, { ...fakeQuantize(integers, float.input), name: 'input_quantized', from: ['input'] });
  for (const op of float.ops) {
    const from = opInputs(op).map((id) => layerOf.get(id)!);
    if (isRescale(op)) {
      // Every int8 value is one of int16; the other way it is rounded a second time. In front of a concatenation the
      // rounding behind it does the same.
      if (widthed.bits.get(op.output) === 16 || isJoinedInput(float, op)) layerOf.set(op.output, from[0]);
      else add(op.output, { ...fakeQuantize(integers, op.output), name: op.name, from });
      continue;
    }
    add(op.output, { ...layerSpec(float, op, options), name: op.name, from });
    const own = weightsOf(op);
    if (own !== null) {
      for (const id of [own.weights, own.bias]) if (id !== null) initial.push(float.tensors[id].data as Float32Array);
    }
    if (ON_THE_SAME_GRID.includes(op.kind)) continue;
    add(op.output, { ...fakeQuantize(integers, op.output), name: `${op.name}_quantized`, from: [op.name] });
  }
  return { model: { layers, bias: true }, initial };
}

function fakeQuantize(integers: QuantizedGraph, tensor: number): FakeQuantizeLayerSpec {
  const { quant, dtype } = integers.tensors[tensor];
  const { scale, zeroPoint } = quant!;
  return { type: 'fake_quantize', scale: scale[0], zeroPoint: zeroPoint[0], bits: dtype === 'int16' ? 16 : 8 };
}

function layerSpec(graph: FloatGraph, op: FloatOp, options: QuantizeOptions): LayerSpec {
  if (op.kind === 'lookup') {
    const { activation } = op;
    if (activation !== 'tanh' && activation !== 'sigmoid') {
      throw new RangeError(`a prepared float network has no table of ${activation}`);
    }
    return { type: 'activation', activation };
  }
  const own = weightsOf(op);
  const { weights: scales, weightBits: bits } = layerOptions(options, op.name);
  const learned = own === null ? {} : { bias: own.bias !== null, rounding: { bits, scales } };
  if (isLayerOp(op)) return { ...op.spec, ...learned } as LayerSpec;
  const [units] = graph.tensors[op.weights].shape;
  return { type: 'dense', units, activation: op.activation, dropout: 0, ...learned };
}

/**
 * The graph of a network that {@link withFakeQuantize} made, without its `fake_quantize` ops; what they held is the range of
 * the tensor each of them read. A graph without such ops comes back as it is, with no ranges.
 */
export function takeFakeQuantize(graph: FloatGraph): {
  readonly graph: FloatGraph;
  readonly ranges: ReadonlyMap<number, Range>;
  /** The same for the int8 form of tensors that are int16, where both are read. */
  readonly borders: ReadonlyMap<number, Range>;
} {
  const ranges = new Map<number, Range>();
  const borders = new Map<number, Range>();
  const instead = new Map<number, number>();
  const ops: FloatOp[] = [];
  for (const op of graph.ops) {
    const inputs = opInputs(op).map((id) => instead.get(id) ?? id);
    if (!isLayerOp(op) || op.spec.type !== 'fake_quantize') {
      ops.push(asTable(withInputs(op, inputs)));
      continue;
    }
    (instead.has(op.input) ? borders : ranges).set(inputs[0], rangeOf(op.spec));
    instead.set(op.output, inputs[0]);
  }
  if (ranges.size === 0) return { graph, ranges, borders };
  const output = instead.get(graph.output) ?? graph.output;
  const { name, role } = graph.tensors[graph.output];
  const tensors = graph.tensors.map((t) => (t.id === output ? { ...t, name, role } : t));
  const dropped = new Set(instead.keys());
  return {
    graph: compact({ ...graph, tensors, ops, output }, dropped),
    ranges: renumbered(ranges, dropped),
    borders: renumbered(borders, dropped),
  };
}

function renumbered(ranges: ReadonlyMap<number, Range>, dropped: ReadonlySet<number>): ReadonlyMap<number, Range> {
  return new Map([...ranges].map(([id, range]) => [id - before(id, dropped), range]));
}

/** The range of which quantization makes this scale and zero point again: int16 is symmetric and leaves -32768 out. */
function rangeOf({ scale, zeroPoint, bits }: FakeQuantizeLayerSpec): Range {
  if (bits === 16) return { min: -32767 * scale, max: 32767 * scale };
  return { min: (-128 - zeroPoint) * scale, max: (127 - zeroPoint) * scale };
}

/** The ranges in `borders`, by the tensors that rescale ops write. */
export function rescaledRanges(graph: FloatGraph, borders: ReadonlyMap<number, Range>): ReadonlyMap<number, Range> {
  return new Map(
    graph.ops.flatMap((op) => {
      const range = isRescale(op) ? borders.get(op.input) : undefined;
      return range === undefined ? [] : [[op.output, range] as const];
    }),
  );
}

/** A function that is a table in integers must not be fused again: its sums have a scale of their own. */
function asTable(op: FloatOp): FloatOp {
  if (!isLayerOp(op) || op.spec.type !== 'activation') return op;
  const { activation } = op.spec;
  if (activation !== 'tanh' && activation !== 'sigmoid') return op;
  const { name, input, output } = op;
  return { kind: 'lookup', name, input, table: -1, output, activation };
}

function before(id: number, dropped: ReadonlySet<number>): number {
  return [...dropped].filter((other) => other < id).length;
}

/** Without the tensors `dropped`, the others numbered anew. */
function compact(graph: FloatGraph, dropped: ReadonlySet<number>): FloatGraph {
  const renumber = (id: number): number => (id < 0 ? id : id - before(id, dropped));
  const ops = graph.ops.map((op): FloatOp => {
    const moved = withInputs(op, opInputs(op).map(renumber));
    const output = renumber(op.output);
    if (isLayerOp(moved)) {
      return {
        ...moved,
        output,
        parameters: moved.parameters.map(renumber),
        state: moved.state === null ? null : renumber(moved.state),
      };
    }
    if (moved.kind === 'lookup') return { ...moved, output };
    return {
      ...moved,
      output,
      weights: renumber(moved.weights),
      bias: moved.bias === null ? null : renumber(moved.bias),
    };
  });
  const tensors = graph.tensors.filter((t) => !dropped.has(t.id)).map((t, id) => ({ ...t, id }));
  return { ...graph, ops, tensors, input: renumber(graph.input), output: renumber(graph.output) };
}
