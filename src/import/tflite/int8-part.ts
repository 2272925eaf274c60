import { invalid, unsupported } from './errors.js';
import { foldDilations } from './fold-dilations.js';
import type { TfliteModel, TfliteOperator } from './read-model.js';
import type { TfliteType } from './schema.js';

/** What of a model runs in int8 or int16. */
export interface Int8Part {
  readonly operators: readonly TfliteOperator[];
  /** Tensors, in the file's order. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/**
 * The operators between a QUANTIZE of each input and a DEQUANTIZE of each output, where there are such, without those that
 * only compute shapes.
 */
export function int8Part(model: TfliteModel): Int8Part {
  const { tensors } = model;
  if (model.inputs.length === 0 || model.outputs.length === 0) {
    throw unsupported(`it has ${model.inputs.length} inputs and ${model.outputs.length} outputs`);
  }
  let operators = model.operators.filter((operator) => !computesShapes(model, operator));
  const inputs = model.inputs.map((input) => {
    const readers = operators.filter((o) => o.inputs.includes(input));
    if (isActivation(tensors[input].type) || readers.length !== 1 || readers[0].code !== 'QUANTIZE') return input;
    operators = operators.filter((o) => o !== readers[0]);
    return readers[0].outputs[0] ?? input;
  });
  const outputs = model.outputs.map((output) => {
    const last = operators.find((o) => o.outputs.includes(output));
    const computed = last?.code === 'DEQUANTIZE' || last?.code === 'QUANTIZE';
    if (isActivation(tensors[output].type) || last === undefined || !computed) return output;
    operators = operators.filter((o) => o !== last);
    return last.inputs[0] ?? output;
  });
  if (operators.length === 0) throw unsupported('it has no operators');
  for (const id of inputs) checkEdge(model, id, 'input');
  for (const id of outputs) checkEdge(model, id, 'output');
  return { operators: foldDilations(model, operators), inputs, outputs };
}

function checkEdge(model: TfliteModel, id: number, edge: 'input' | 'output'): void {
  if (id < 0) throw invalid('an edge of the graph is absent');
  const { type, name, shape } = model.tensors[id];
  if (!isActivation(type)) {
    throw unsupported(`its ${edge} '${name}' is ${type}: ${kindOf(model, type)}`, { tensor: name, type });
  }
  if (edge === 'input' && shape.length > 1 && shape[0] !== 1) {
    throw unsupported(`its input '${name}' has the batch size ${shape[0]}, not 1`, { tensor: name });
  }
}

/** What activations may be. */
function isActivation(type: TfliteType): boolean {
  return type === 'int8' || type === 'int16';
}

/** Integers about shapes, as the converter leaves them where the batch is open. Shapes stand in the file anyway. */
export function computesShapes({ tensors }: TfliteModel, { code, inputs, outputs }: TfliteOperator): boolean {
  const isInteger = (id: number): boolean => id < 0 || tensors[id].type === 'int32' || tensors[id].type === 'int64';
  return outputs.length > 0 && outputs.every(isInteger) && (code === 'SHAPE' || inputs.every(isInteger));
}

/** What a model is that is not int8, and what to do. */
function kindOf({ tensors, operators }: TfliteModel, edge: string): string {
  const again =
    'convert it again with a representative data set, TFLITE_BUILTINS_INT8, and int8 as inference_input_type and inference_output_type';
  if (edge === 'uint8') return `models of uint8 are an older scheme; ${again}`;
  if (edge !== 'float32')
    return 'only models of int8 and int16 are imported; cut the model before the operators that make such values';
  const weights = operators.map(({ inputs: [, w = -1] }) => tensors[w]).filter((w) => w?.data != null);
  if (weights.some(({ type }) => type === 'int8')) {
    return `its weights are int8, but it computes in float32 (dynamic range quantization); ${again}`;
  }
  if (tensors.some(({ type, data }) => type === 'float16' && data !== null)) {
    return `its weights are float16, and it computes in float32; ${again}`;
  }
  return `it is a float model; ${again}`;
}
