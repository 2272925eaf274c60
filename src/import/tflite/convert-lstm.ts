import { LSTM_GATES } from '../../ir/ops/int8/lstm.js';
import { denseFactor, quantizeMultiplierFor, type FixedMultiplier } from '../../ir/requantize.js';
import { affine, inputsOf, optionsOf, requantizeTo, type Converted, type Converter } from './converter.js';
import { invalid, unsupported } from './errors.js';
import { checkScales, constantBytes, type GraphMaker } from './graph-maker.js';
import type { TfliteOperator } from './read-model.js';
import { ACTIVATIONS, LSTM, LSTM_INPUTS } from './schema.js';

/** What the gates' sums count in, and what comes out of the gates. */
const SUM_SCALE = 2 ** -12;
const GATE_SCALE = 2 ** -15;

/** Weights of the four gates below each other. */
interface GateWeights {
  readonly id: number;
  readonly scales: readonly number[];
}

function gateWeights(
  graph: GraphMaker,
  operator: TfliteOperator,
  places: readonly number[],
  [units, width]: readonly number[],
): GateWeights {
  const tensors = places.map((place) => graph.source(operator.inputs[place]));
  const scales = tensors.map(({ name, type, shape, quantization }) => {
    if (type !== 'int8') throw unsupported(`the weights '${name}' are ${type}, not int8`, { tensor: name, type });
    if (String(shape) !== String([units, width])) {
      throw invalid(`the weights '${name}' are [${shape.join(', ')}], not [${units}, ${width}]`);
    }
    if (quantization?.scale.length !== 1 || quantization.zeroPoint[0] !== 0) {
      throw unsupported(`the weights '${name}' have not one scale and the zero point 0`);
    }
    checkScales(name, quantization.scale);
    return quantization.scale[0];
  });
  // Only now is it certain that the file is as large as the shapes say.
  const gates = tensors.map((tensor) => constantBytes(tensor, 1));
  const data = new Int8Array(LSTM_GATES * units * width);
  gates.forEach((bytes, g) => data.set(new Int8Array(bytes), g * units * width));
  const id = graph.put({
    name: tensors[0].name,
    shape: [LSTM_GATES * units, width],
    dtype: 'int8',
    role: 'weight',
    quant: rows(scales, units),
    data,
  });
  return { id, scales };
}

/** One scale for each row of four gates. */
function rows(
  scales: readonly number[],
  units: number,
): { readonly scale: readonly number[]; readonly zeroPoint: readonly number[]; readonly axis: 0 } {
  const scale = scales.flatMap((s) => Array.from({ length: units }, () => s));
  return { scale, zeroPoint: scale.map(() => 0), axis: 0 };
}

function gateBiases(graph: GraphMaker, operator: TfliteOperator, units: number, scales: readonly number[]): number {
  const tensors = LSTM_INPUTS.biases.map((place) => graph.source(operator.inputs[place]));
  const data = new Int32Array(LSTM_GATES * units);
  tensors.forEach((tensor, g) => {
    const { name, type } = tensor;
    if (type !== 'int32') throw unsupported(`the bias '${name}' is ${type}, not int32`, { tensor: name, type });
    const bytes = constantBytes(tensor, 4);
    if (bytes.length !== 4 * units)
      throw invalid(`the bias '${name}' has ${bytes.length / 4} values for ${units} units`);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let u = 0; u < units; u++) data[g * units + u] = view.getInt32(4 * u, true);
  });
  return graph.put({
    name: tensors[0].name,
    shape: [LSTM_GATES * units],
    dtype: 'int32',
    role: 'bias',
    quant: rows(scales, units),
    data,
  });
}

/** The sequence and its length: a batch of one, before or behind the time. */
function sequenceOf(graph: GraphMaker, operator: TfliteOperator, timeMajor: boolean): readonly number[] {
  const { shape } = graph.source(operator.inputs[LSTM_INPUTS.input]);
  const [batch, steps] = timeMajor ? [shape[1], shape[0]] : [shape[0], shape[1]];
  if (shape.length !== 3) throw unsupported(`its input [${shape.join(', ')}] is no sequence`);
  if (batch !== 1) throw unsupported(`its input [${shape.join(', ')}] is a batch of ${batch}`);
  return [steps, shape[2]];
}

/**
 * TFLite Micro's LSTM of int8: weights of int8, a cell state of int16, no peepholes, projection or normalization inside. Each
 * inference starts from a state of zero, as a Keras layer that is not `stateful` does.
 */
export const lstm: Converter = (operator, graph) => {
  const inputs = inputsOf(operator, 20);
  const options = optionsOf(operator);
  const absent = (place: number): boolean => (inputs[place] ?? -1) < 0;
  if (!LSTM_INPUTS.unused.every(absent)) throw unsupported('it has peepholes, a projection or normalization inside');
  if ([...LSTM_INPUTS.weights, ...LSTM_INPUTS.recurrent, ...LSTM_INPUTS.biases].some(absent)) {
    throw unsupported('it has no input gate of its own');
  }
  const activation = ACTIVATIONS[options.int8(LSTM.activation)];
  if (activation !== 'tanh') throw unsupported(`its activation is ${activation ?? 'unknown'}, not tanh`);
  const x = inputs[LSTM_INPUTS.input];
  if (graph.dtype(x) === 'int16') throw unsupported('its input is int16: convert the model with int8 activations');
  const [hidden, cell] = [LSTM_INPUTS.hidden, LSTM_INPUTS.cell].map((place) => graph.source(inputs[place]));
  const from = affine(graph, x);
  // TFLite gives the bytes of the state as they are, whatever scale the file notes for the output.
  const state = graph.affine(inputs[LSTM_INPUTS.hidden]);
  if (hidden.type !== 'int8') throw unsupported(`its hidden state is ${hidden.type}, not int8`);
  const cellScale = cell.quantization?.scale[0] ?? 0;
  if (cell.type !== 'int16' || !Number.isInteger(Math.log2(cellScale)) || cellScale > 2) {
    throw unsupported(`its cell state is ${cell.type} of the scale ${cellScale}, not int16 of a power of two`);
  }
  const [steps, width] = sequenceOf(graph, operator, options.int8(LSTM.timeMajor) !== 0);
  const units = graph.source(inputs[LSTM_INPUTS.recurrent[0]]).shape.at(-1) ?? 0;
  const seen = gateWeights(graph, operator, LSTM_INPUTS.weights, [units, width]);
  const kept = gateWeights(graph, operator, LSTM_INPUTS.recurrent, [units, units]);
  const biasScales = seen.scales.map((s) => Math.fround(from.scale * s));
  const gates = (scale: number, { scales }: GateWeights): readonly FixedMultiplier[] =>
    scales.map((s) => quantizeMultiplierFor(graph.rounding, denseFactor(scale, s, SUM_SCALE, false)));
  const clip = options.float32(LSTM.cellClip);
  const input = graph.reshaped(graph.idOf(x), [steps, width]);
  const op: Converted = {
    kind: 'lstm',
    input,
    inputs: [input],
    inputWeights: seen.id,
    recurrentWeights: kept.id,
    gateBias: gateBiases(graph, operator, units, biasScales),
    inputGates: gates(from.scale, seen),
    recurrentGates: gates(state.scale[0], kept),
    cellScale,
    cellClip: clip > 0 ? Math.trunc(Math.min(clip / cellScale, 32767)) : 0,
    requantize: requantizeTo(graph, inputs[LSTM_INPUTS.hidden], 'none', [(GATE_SCALE * GATE_SCALE) / state.scale[0]]),
  };
  const made = [steps, units];
  const to = graph.affine(operator.outputs[0]);
  const same = to.scale[0] === state.scale[0] && to.zeroPoint[0] === state.zeroPoint[0];
  if (same && String(graph.shape(operator.outputs[0])) === String(made)) return op;
  const id = graph.reinterpreted(graph.between(op, made, state), to);
  return { kind: 'reshape', input: id, inputs: [id] };
};
