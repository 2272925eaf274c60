import { ToolError } from '../errors/tool-error.js';
import { floatForward } from './float-forward.js';
import {
  isIntegerOp,
  isLayerOp,
  opInputs,
  type FloatGraph,
  type FloatOp,
  type Graph,
  type Op,
  type QuantizedGraph,
  type QuantizedOp,
} from './graph.js';
import { integerRule } from './integer-rules.js';
import { layerRule } from './layer-rules.js';
import {
  fullyConnectedFloat,
  fullyConnectedInt8,
  fullyConnectedSize,
  prepareInt8Dense,
} from './ops/fully-connected.js';
import { lookupFloat, lookupInt8 } from './ops/lookup.js';
import { elementCount, integersOf, type Integers } from './tensor.js';

/** What a run left behind, in memory of its own. */
export interface RunResult<A> {
  /** By tensor id: the input and the output of every op that ran. */
  readonly tensors: ReadonlyMap<number, A>;
  /** Output of the last op that ran. */
  readonly output: A;
}

/** An op bound to its buffers; running it allocates nothing. */
type Step = () => void;

/** An op bound to its graph: reads whole tensors, writes a whole one. */
export type OpStep<A> = (inputs: readonly A[], output: A) => void;

/** A network bound to buffers of its own: `input` is written, every step run in turn, `output` read. */
export interface Program<A extends Float32Array | Integers> {
  readonly buffers: ReadonlyMap<number, A>;
  readonly steps: readonly Step[];
  readonly input: A;
  readonly output: A;
}

const floatPrograms = new WeakMap<FloatGraph, Program<Float32Array>>();
const int8Programs = new WeakMap<QuantizedGraph, Program<Integers>>();

/** The float network on one sample of real values, the scalar reference. `opCount` runs only the first ops. */
export function runFloat(graph: FloatGraph, input: Float32Array, opCount = graph.ops.length): RunResult<Float32Array> {
  return run(graph, floatProgram(graph), input, opCount, (a) => a.slice());
}

/** The integer network on one quantized sample: the integer reference of docs/numerics.md. */
export function runInt8(graph: QuantizedGraph, input: Integers, opCount = graph.ops.length): RunResult<Integers> {
  return run(graph, int8Program(graph), input, opCount, (a) => a.slice());
}

/** Multiplications of one inference. */
export function graphMacs(graph: Graph): number {
  return graph.ops.reduce((n, op) => {
    if (op.kind === 'lookup') return n;
    if (isLayerOp(op)) {
      const inputShapes = op.inputs.map((id) => graph.tensors[id].shape);
      return n + layerRule(op.spec).macs(op.spec, inputShapes, graph.tensors[op.output].shape);
    }
    if (isIntegerOp(op)) return n + integerRule(op).macs(graph as QuantizedGraph, op);
    const { inputs, outputs } = fullyConnectedSize(graph, op);
    return n + inputs * outputs;
  }, 0);
}

function run<A extends Float32Array | Integers>(
  graph: Graph,
  program: Program<A>,
  input: A,
  opCount: number,
  copy: (a: A) => A,
): RunResult<A> {
  if (input.length !== program.input.length) {
    throw new ToolError(
      'INPUT_MISMATCH',
      `The sample has ${input.length} values, the model takes ${program.input.length}.`,
      { context: { actual: input.length, expected: program.input.length } },
    );
  }
  program.input.set(input);
  const count = Math.min(opCount, program.steps.length);
  const tensors = new Map([[graph.input, copy(program.input)]]);
  let output = tensors.get(graph.input)!;
  for (let k = 0; k < count; k++) {
    program.steps[k]();
    const id = graph.ops[k].output;
    output = copy(program.buffers.get(id)!);
    tensors.set(id, output);
  }
  return { tensors, output };
}

function buffersOf<A>(graph: Graph, make: (n: number, id: number) => A): Map<number, A> {
  const ids = [graph.input, ...graph.ops.map((op) => op.output)];
  return new Map(ids.map((id) => [id, make(elementCount(graph.tensors[id].shape), id)]));
}

/** The float network, bound once a graph. */
export function floatProgram(graph: FloatGraph): Program<Float32Array> {
  let program = floatPrograms.get(graph);
  if (program === undefined) {
    const buffers = buffersOf(graph, (n) => new Float32Array(n));
    const steps = graph.ops.map((op) => bind(op, floatStep(graph, op), buffers));
    program = { buffers, steps, input: buffers.get(graph.input)!, output: buffers.get(graph.output)! };
    floatPrograms.set(graph, program);
  }
  return program;
}

/** One op of a float graph, the scalar reference. */
export function floatStep(graph: FloatGraph, op: FloatOp): OpStep<Float32Array> {
  if (op.kind === 'lookup') return ([x], y) => lookupFloat(op, x, y);
  if (isLayerOp(op)) {
    const { spec } = op;
    const inputShapes = op.inputs.map((id) => graph.tensors[id].shape);
    const outputShape = graph.tensors[op.output].shape;
    const parameters = op.parameters.map((id) => graph.tensors[id].data as Float32Array);
    return (inputs, output) => floatForward({ spec, inputShapes, outputShape, inputs, parameters, output });
  }
  const layer = {
    ...fullyConnectedSize(graph, op),
    weights: graph.tensors[op.weights].data as Float32Array,
    bias: op.bias === null ? null : (graph.tensors[op.bias].data as Float32Array),
    activation: op.activation,
  };
  return ([x], y) => fullyConnectedFloat(layer, x, y);
}

/** One op of a quantized graph, the integer reference. */
export function int8Step(graph: QuantizedGraph, op: QuantizedOp): OpStep<Integers> {
  if (op.kind === 'lookup') {
    const table = graph.tensors[op.table].data as Int8Array;
    return ([x], y) => lookupInt8(table, x, y);
  }
  if (isIntegerOp(op)) return integerRule(op).prepare(graph, op);
  const layer = prepareInt8Dense(graph, op);
  return ([x], y) => fullyConnectedInt8(layer, x, y);
}

function bind<A>(op: Op, step: OpStep<A>, buffers: ReadonlyMap<number, A>): Step {
  const inputs = opInputs(op).map((id) => buffers.get(id)!);
  const output = buffers.get(op.output)!;
  return () => step(inputs, output);
}

/** The integer network, bound once a graph. */
export function int8Program(graph: QuantizedGraph): Program<Integers> {
  let program = int8Programs.get(graph);
  if (program === undefined) {
    const buffers = buffersOf(graph, (n, id) => integersOf(graph.tensors[id], n));
    const steps = graph.ops.map((op) => bind(op, int8Step(graph, op), buffers));
    program = { buffers, steps, input: buffers.get(graph.input)!, output: buffers.get(graph.output)! };
    int8Programs.set(graph, program);
  }
  return program;
}
