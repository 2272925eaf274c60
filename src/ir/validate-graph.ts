import { ToolError } from '../errors/tool-error.js';
import { ANOMALY_CLASSES } from './anomaly.js';
import { LAYER_OP_TYPES } from './float-forward.js';
import {
  isIntegerOp,
  isLayerOp,
  opInputs,
  type Graph,
  type LayerOp,
  type LookupFunction,
  type Op,
  type QuantizedGraph,
  type QuantizedOp,
  type Task,
} from './graph.js';
import type { IntegerOp } from './integer-ops.js';
import { INT4_MAX, INT4_MIN } from './int4.js';
import { INTEGER_OP_KINDS, integerRule } from './integer-rules.js';
import { layerRule } from './layer-rules.js';
import { accumulatorBound, accumulatorLimit } from './ops/accumulator-bound.js';
import { checkBiasScale } from './ops/int8/convolution.js';
import { checkRequantize as checkRequantizeNumbers } from './ops/int8/numbers.js';
import { fullyConnectedOutputShape } from './ops/fully-connected.js';
import { LOOKUP_ENTRIES, lookupOutputShape } from './ops/lookup.js';
import type { Tensor, TensorRole } from './tensor.js';
import { elementCount } from './tensor.js';

/** What a check found: said in words, with what it is about. */
interface Problem {
  readonly what: string;
  readonly op?: string;
  readonly tensor?: string;
}

interface Check {
  readonly name: string;
  find(graph: Graph): Problem | null;
}

const CONSTANTS: readonly TensorRole[] = ['weight', 'bias', 'table', 'constant'];
const LOOKUP_FUNCTIONS: readonly LookupFunction[] = [
  'tanh',
  'sigmoid',
  'relu',
  'relu6',
  'leaky_relu',
  'hard_swish',
  'elu',
  'rsqrt',
  'rescale',
  'arithmetic',
];
const ARRAY = {
  float32: Float32Array,
  int8: Int8Array,
  int4: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
} as const;

/** Runs in order; a later check relies on the earlier ones. */
const CHECKS: readonly Check[] = [
  { name: 'header', find: checkHeader },
  { name: 'tensor-form', find: (g) => firstTensor(g, checkTensor) },
  { name: 'tensor-data', find: (g) => firstTensor(g, checkData) },
  { name: 'op-operands', find: (g) => firstOp(g, checkOperands) },
  { name: 'execution-order', find: checkOrder },
  { name: 'op-shapes', find: (g) => firstOp(g, checkShapes) },
  { name: 'quantization', find: (g) => (g.stage === 'quantized' ? firstTensor(g, checkQuant) : null) },
  { name: 'widths', find: (g) => (g.stage === 'quantized' ? firstOp(g, checkWidths) : null) },
  { name: 'requantize', find: (g) => firstOp(g, checkRequantize) },
  { name: 'accumulator', find: (g) => (g.stage === 'quantized' ? firstOp(g, checkAccumulator) : null) },
];

/** Names of all checks, in the order in which they run. */
export const GRAPH_CHECKS: readonly string[] = CHECKS.map((c) => c.name);

/** Returns the graph if it holds to every rule; otherwise GRAPH_INVALID with the check's name in `context.check`. */
export function validateGraph<G extends Graph>(graph: G): G {
  for (const check of CHECKS) {
    const problem = check.find(graph);
    if (problem !== null) {
      throw new ToolError('GRAPH_INVALID', `Model '${graph.name}' fails the check '${check.name}': ${problem.what}.`, {
        context: { check: check.name, op: problem.op, tensor: problem.tensor },
      });
    }
  }
  return graph;
}

function firstTensor(graph: Graph, find: (t: Tensor, graph: Graph) => string | null): Problem | null {
  for (const tensor of graph.tensors) {
    const what = find(tensor, graph);
    if (what !== null) return { what: `tensor '${tensor.name}' ${what}`, tensor: tensor.name };
  }
  return null;
}

function firstOp(graph: Graph, find: (op: Op, graph: Graph) => string | null): Problem | null {
  for (const op of graph.ops) {
    const what = find(op, graph);
    if (what !== null) return { what: `op '${op.name}' ${what}`, op: op.name };
  }
  return null;
}

function checkHeader(graph: Graph): Problem | null {
  if (graph.schemaVersion !== 1) return { what: `schemaVersion is ${String(graph.schemaVersion)}, not 1` };
  if (graph.stage !== 'float' && graph.stage !== 'quantized') return { what: `unknown stage '${String(graph.stage)}'` };
  if (!/^[a-z][a-z0-9_]*$/.test(graph.name)) return { what: 'the name is not a C identifier in snake_case' };
  if (graph.ops.length === 0) return { what: 'it has no ops' };
  if (graph.rounding !== undefined && (graph.stage === 'float' || !['tflite', 'single'].includes(graph.rounding))) {
    return { what: `the rounding is '${String(graph.rounding)}' in a ${graph.stage} graph` };
  }
  const role = (id: number): TensorRole | undefined => graph.tensors[id]?.role;
  if (role(graph.input) !== 'input') return { what: `tensor ${graph.input} is not an input` };
  if (role(graph.output) !== 'output') return { what: `tensor ${graph.output} is not an output` };
  const logits = elementCount(graph.tensors[graph.output].shape);
  if (graph.task !== undefined) return checkTask(graph, graph.task, logits);
  if (logits !== graph.classNames.length) return { what: `${logits} outputs for ${graph.classNames.length} classes` };
  return null;
}

function checkTask(graph: Graph, task: Task, outputs: number): Problem | null {
  if (task.kind === 'values') {
    return graph.classNames.length === 0 ? null : { what: 'it has class names, but its output is plain values' };
  }
  const { kind, threshold } = task;
  if ((kind as string) !== 'reconstruct') return { what: `unknown task '${String(kind)}'` };
  const inputs = elementCount(graph.tensors[graph.input].shape);
  if (outputs !== inputs) return { what: `it gives ${outputs} values for the ${inputs} of its input` };
  if (graph.classNames.length !== ANOMALY_CLASSES.length) return { what: `${graph.classNames.length} verdicts, not 2` };
  return threshold >= 0 && Number.isFinite(threshold) ? null : { what: `the threshold is ${threshold}` };
}

function checkTensor(tensor: Tensor, graph: Graph): string | null {
  if (graph.tensors[tensor.id] !== tensor) return `has id ${tensor.id}, which is not its place`;
  if (!(tensor.dtype in ARRAY)) return `has the unknown type '${String(tensor.dtype)}'`;
  if (tensor.shape.length === 0 || !tensor.shape.every((d) => Number.isInteger(d) && d > 0)) {
    return `has the shape [${tensor.shape.join(', ')}]`;
  }
  const wanted = graph.stage === 'float' ? ['float32'] : dtypesOf(tensor.role);
  return wanted.includes(tensor.dtype)
    ? null
    : `is ${tensor.dtype}, but a ${tensor.role} here is ${wanted.join(' or ')}`;
}

/** What a tensor of a quantized graph may hold. */
function dtypesOf(role: TensorRole): readonly string[] {
  if (role === 'bias') return ['int32'];
  if (role === 'weight') return ['int8', 'int4'];
  return role === 'table' ? ['int8'] : ['int8', 'int16'];
}

function checkData(tensor: Tensor): string | null {
  const { data } = tensor;
  if (!CONSTANTS.includes(tensor.role)) return data === null ? null : 'carries data but is no constant';
  if (data === null) return 'is a constant without data';
  if (!(data instanceof ARRAY[tensor.dtype])) return `has data that are not ${tensor.dtype}`;
  const count = elementCount(tensor.shape);
  if (data.length !== count) return `has ${data.length} values for ${count} elements`;
  if (tensor.dtype === 'float32') {
    const at = data.findIndex((v) => !Number.isFinite(v));
    if (at >= 0) return `holds ${data[at]} at index ${at}`;
  }
  if (tensor.dtype === 'int4') {
    const at = data.findIndex((v) => v < INT4_MIN || v > INT4_MAX);
    if (at >= 0) return `holds ${data[at]} at index ${at}, outside [${INT4_MIN}, ${INT4_MAX}]`;
  }
  return null;
}

function checkOperands(op: Op, graph: Graph): string | null {
  const want = (id: number, what: string, roles: readonly TensorRole[]): string | null => {
    const role = graph.tensors[id]?.role;
    return role !== undefined && roles.includes(role) ? null : `has tensor ${id} (${role ?? 'absent'}) as ${what}`;
  };
  if (isLayerOp(op)) return checkLayerOperands(op, graph, want);
  if (isIntegerOp(op)) return checkIntegerOperands(op, graph, want);
  const ends =
    want(op.input, 'input', ['input', 'activation']) ?? want(op.output, 'output', ['activation', 'output']) ?? null;
  if (ends !== null) return ends;
  switch (op.kind) {
    case 'fully_connected':
      return want(op.weights, 'weights', ['weight']) ?? (op.bias === null ? null : want(op.bias, 'bias', ['bias']));
    case 'lookup':
      if (!LOOKUP_FUNCTIONS.includes(op.activation)) return `looks up the unknown function '${String(op.activation)}'`;
      return graph.stage === 'float' ? null : want(op.table, 'table', ['table']);
    default:
      return `is of the unknown kind '${String((op as Op).kind)}'`;
  }
}

type Want = (id: number, what: string, roles: readonly TensorRole[]) => string | null;

function checkIntegerOperands(op: IntegerOp, graph: Graph, want: Want): string | null {
  if (!INTEGER_OP_KINDS.includes(op.kind)) return `is of the unknown kind '${String(op.kind)}'`;
  if (graph.stage !== 'quantized') return `is of the kind '${op.kind}', which float graphs hold as a layer`;
  if (!Array.isArray(op.inputs) || op.inputs[0] !== op.input) return 'lacks a member';
  const rule = integerRule(op);
  const [least, most] = rule.inputs;
  if (op.inputs.length < least || op.inputs.length > most) return `has ${op.inputs.length} inputs`;
  return (
    op.inputs.map((id) => want(id, 'input', ['input', 'activation'])).find((what) => what !== null) ??
    rule
      .constants(op)
      .map(({ id, what, role }) => want(id, what, [role]))
      .find((what) => what !== null) ??
    want(op.output, 'output', ['activation', 'output'])
  );
}

/** The rule's word on the shapes; attributes that are not what the type says are caught here, for files may hold anything. */
function checkIntegerShapes(op: IntegerOp, graph: QuantizedGraph): string | null {
  let wanted: readonly number[] | string;
  try {
    wanted = integerRule(op).outputShape(graph, op);
  } catch (error) {
    return `has attributes that cannot be read (${(error as Error).message})`;
  }
  if (typeof wanted === 'string') return wanted;
  const { shape } = graph.tensors[op.output];
  return String(shape) === String(wanted)
    ? null
    : `gives [${wanted.join(', ')}] to an output of shape [${shape.join(', ')}]`;
}

function checkIntegerNumbers(op: IntegerOp, graph: QuantizedGraph): string | null {
  try {
    return integerRule(op).checkNumbers(graph, op);
  } catch (error) {
    return `has attributes that cannot be read (${(error as Error).message})`;
  }
}

function checkLayerOperands(op: LayerOp, graph: Graph, want: Want): string | null {
  if (graph.stage !== 'float') return `is of the kind '${String(op.kind)}', which has no integer form`;
  if (!LAYER_OP_TYPES.includes(op.kind) || (op.spec as { type?: unknown } | null)?.type !== op.kind) {
    return `is of the unknown kind '${String(op.kind)}'`;
  }
  if (!Array.isArray(op.inputs) || op.inputs[0] !== op.input || !Array.isArray(op.parameters)) return 'lacks a member';
  return (
    op.inputs.map((id) => want(id, 'input', ['input', 'activation'])).find((what) => what !== null) ??
    op.parameters.map((id) => want(id, 'parameter', ['weight', 'bias'])).find((what) => what !== null) ??
    (op.state === null ? null : want(op.state, 'state', ['state'])) ??
    want(op.output, 'output', ['activation', 'output'])
  );
}

function checkLayerShapes(op: LayerOp, graph: Graph): string | null {
  const { spec } = op;
  const shape = (id: number): readonly number[] => graph.tensors[id].shape;
  const rule = layerRule(spec);
  const inputs = op.inputs.map(shape);
  let wanted: readonly number[] | string;
  let constants: readonly (readonly number[])[];
  try {
    wanted = rule.outputShape(spec, inputs);
    if (typeof wanted === 'string') return wanted;
    const kept = rule.state(spec, inputs);
    const learned = [true, false]
      .map((bias) => rule.parameters(spec, inputs, bias))
      .find((rules) => rules.length + kept.length === op.parameters.length);
    if (learned === undefined) return `has ${op.parameters.length} parameters`;
    constants = [...learned, ...kept].map((r) => r.shape);
  } catch (error) {
    return `has attributes that cannot be read (${(error as Error).message})`;
  }
  if (String(shape(op.output)) !== String(wanted)) {
    return `gives [${wanted.join(', ')}] to an output of shape [${shape(op.output).join(', ')}]`;
  }
  const wrong = op.parameters.find((id, k) => String(shape(id)) !== String(constants[k]));
  return wrong === undefined
    ? null
    : `has the parameter '${graph.tensors[wrong].name}' of shape [${shape(wrong).join(', ')}]`;
}

function checkOrder(graph: Graph): Problem | null {
  const known = new Set([graph.input]);
  for (const op of graph.ops) {
    const at = { op: op.name };
    const unknown = opInputs(op).find((id) => !known.has(id));
    if (unknown !== undefined) return { what: `op '${op.name}' reads tensor ${unknown} before it is written`, ...at };
    if (known.has(op.output)) return { what: `op '${op.name}' writes tensor ${op.output} a second time`, ...at };
    known.add(op.output);
  }
  if (graph.ops[graph.ops.length - 1].output !== graph.output) return { what: 'the last op does not write the output' };
  return null;
}

function checkShapes(op: Op, graph: Graph): string | null {
  const shape = (id: number): readonly number[] => graph.tensors[id].shape;
  if (op.kind === 'lookup') {
    if (String(shape(op.output)) !== String(lookupOutputShape(shape(op.input)))) return 'changes the shape';
    if (graph.stage === 'float') return null;
    const entries = elementCount(shape(op.table));
    return entries === LOOKUP_ENTRIES ? null : `has a table of ${entries} entries`;
  }
  if (isLayerOp(op)) return checkLayerShapes(op, graph);
  if (isIntegerOp(op)) return checkIntegerShapes(op, graph as QuantizedGraph);
  const weights = shape(op.weights);
  if (weights.length !== 2) return 'has weights that are not [out][in]';
  const inputs = elementCount(shape(op.input));
  if (weights[1] !== inputs) return `has weights for ${weights[1]} inputs, but its input has ${inputs}`;
  if (String(shape(op.output)) !== String(fullyConnectedOutputShape(weights))) {
    return `gives ${weights[0]} values to an output of shape [${shape(op.output).join(', ')}]`;
  }
  if (op.bias !== null && String(shape(op.bias)) !== String([weights[0]])) return 'has a bias of another length';
  return null;
}

function checkQuant(tensor: Tensor): string | null {
  const { quant } = tensor;
  if (tensor.role === 'table') return null;
  if (quant === null) return 'has no quantization parameters';
  const channels = quant.axis === null ? 1 : tensor.shape[quant.axis];
  if (quant.scale.length !== channels || quant.zeroPoint.length !== channels) {
    return `has ${quant.scale.length} scales and ${quant.zeroPoint.length} zero points for ${channels} channels`;
  }
  if (!quant.scale.every((s) => s > 0 && s < Infinity && Math.fround(s) === s)) {
    return 'has a scale that is not a positive float32';
  }
  if (tensor.role === 'weight' || tensor.role === 'bias') {
    if (!quant.zeroPoint.every((z) => z === 0)) return `is a ${tensor.role} with a zero point other than 0`;
    const axis = tensor.role === 'weight' && tensor.shape.length === 3 ? 2 : 0; // [kh][kw][out] or [out]...
    if (quant.axis !== null && quant.axis !== axis) return `has its channels along axis ${quant.axis}`;
  } else if (tensor.dtype === 'int16') {
    if (quant.axis !== null || quant.zeroPoint[0] !== 0) return 'is int16 with a zero point other than 0';
  } else if (quant.axis !== null || !quant.zeroPoint.every((z) => Number.isInteger(z) && z >= -128 && z <= 127)) {
    return 'needs one zero point in [-128, 127]';
  }
  return null;
}

const INT8_ONLY: readonly Op['kind'][] = [
  'lookup',
  'prelu',
  'squared_difference',
  'batch_matmul',
  'l2_normalization',
  'lstm',
  'arg_max',
  'resize_bilinear',
];

/** All run-time tensors of an op are of one width, but where it changes the width. */
function checkWidths(op: Op, graph: Graph): string | null {
  if (op.kind === 'rescale') return null;
  const of = (id: number): string => graph.tensors[id].dtype;
  const wide = of(op.output) === 'int16';
  const second = 'constant' in op && op.constant !== undefined ? [op.constant] : [];
  const other = [...opInputs(op), ...second].find((id) => of(id) !== of(op.output));
  if (other !== undefined) return `reads ${of(other)} and gives ${of(op.output)}`;
  if (wide && 'weights' in op && of(op.weights) === 'int4') return 'has weights of int4 on activations of int16';
  return wide && INT8_ONLY.includes(op.kind) ? `is of the kind '${op.kind}', which has no int16 form` : null;
}

function checkRequantize(op: Op, graph: Graph): string | null {
  if (isLayerOp(op) || op.kind === 'lookup') return null;
  if (isIntegerOp(op)) return checkIntegerNumbers(op, graph as QuantizedGraph);
  const { requantize } = op;
  if (graph.stage === 'float') return requantize === null ? null : 'requantizes in a float graph';
  if (requantize === null) return 'has no requantize parameters';
  if (op.activation === 'tanh' || op.activation === 'sigmoid') {
    return `has ${op.activation} inside: quantized graphs hold it as a lookup of its own`;
  }
  const quantized = graph as QuantizedGraph;
  const outputs = graph.tensors[op.weights].shape[0];
  return checkRequantizeNumbers(quantized, requantize, outputs, op.output) ?? checkBiasScale(quantized, op);
}

function checkAccumulator(op: Op, graph: Graph): string | null {
  if (isLayerOp(op) || op.kind === 'lookup') return null;
  const quantized = graph as QuantizedGraph;
  const bound = isIntegerOp(op) ? integerRule(op).bound(quantized, op) : accumulatorBound(quantized, op);
  const limit = accumulatorLimit(op as QuantizedOp);
  return bound < limit ? null : `could reach an accumulator of ${bound}, beyond ${Math.log2(limit) + 1} bits`;
}
