import { ToolError } from '../../errors/tool-error.js';
import type { ImportedModel } from '../imported-model.js';
import type { Shape } from '../../ir/layer-rule.js';
import type { LayerSpec } from '../../ir/model-spec.js';
import { planNetwork } from '../../ir/plan-network.js';
import { elementCount } from '../../ir/tensor.js';
import { invalid, unsupported } from './errors.js';
import { FloatGraphReader, type Problem } from './float-layers.js';
import { readTflite, type TfliteModel } from './read-model.js';

/** Does the model take float32 samples into float32 arithmetic? A QUANTIZE right behind the input makes it an int8 model. */
export function isFloatTflite(file: Uint8Array): boolean {
  return isFloat(readTflite(file));
}

function isFloat({ inputs, operators, tensors }: TfliteModel): boolean {
  if (inputs.length === 0 || tensors[inputs[0]].type !== 'float32') return false;
  const readers = operators.filter((o) => o.inputs.includes(inputs[0]));
  return !readers.some(({ code }) => code === 'QUANTIZE');
}

/**
 * A float .tflite model as a model of ours, with its weights. A softmax at the end goes away: outputs are logits here.
 * Weights that the file keeps in int8 or float16 (dynamic range or float16 quantization) are read as the numbers they
 * stand for. Products and sums with a constant for each channel go into the weights below, or are a depthwise convolution.
 * Throws IMPORT_TFLITE_INVALID, IMPORT_TFLITE_UNSUPPORTED, IMPORT_TFLITE_UNSUPPORTED_OP with every such operator.
 */
export function importFloatTflite(file: Uint8Array): ImportedModel {
  const model = readTflite(file);
  const { inputs, outputs } = model;
  if (inputs.length !== 1 || outputs.length !== 1) {
    throw unsupported(
      `it has ${inputs.length} inputs and ${outputs.length} outputs, not one of each, which float networks here want: import the model quantized to int8`,
    );
  }
  const reader = new FloatGraphReader(model);
  const problems = reader.readAll();
  if (problems.length > 0) throw unsupportedOps(problems);
  const layers = reader.layersUpTo(outputs[0]);
  if (layers.length === 0) throw unsupported('it has no layers');
  const inputShape = reader.shapeOf(inputs[0]);
  const spec = { bias: true, layers: layers.map((layer) => layer.spec) };
  return { model: spec, inputShape, parameters: parametersOf(spec.layers, inputShape, reader) };
}

function parametersOf(layers: readonly LayerSpec[], inputShape: Shape, reader: FloatGraphReader): Float32Array[] {
  const plan = planNetwork({ bias: true, layers }, inputShape);
  const planned = (kind: 'parameters' | 'state'): Float32Array[] =>
    plan.layers.flatMap((layer) =>
      layer[kind].map(({ part, shape }) => {
        const values = reader.parameter(layer.name, part);
        if (values.length !== elementCount(shape)) {
          throw invalid(`layer '${layer.name}' has ${values.length} ${part}, its shape needs ${elementCount(shape)}`);
        }
        return values;
      }),
    );
  return [...planned('parameters'), ...planned('state')];
}

function unsupportedOps(problems: readonly Problem[]): ToolError {
  const list = problems.map(({ operator, layer, why }) => `${operator} ('${layer}'): ${why}`).join('; ');
  return new ToolError(
    'IMPORT_TFLITE_UNSUPPORTED_OP',
    `${problems.length === 1 ? 'This operator has' : `These ${problems.length} operators have`} no counterpart in a float network: ${list}.`,
    {
      context: {
        operators: problems.map(({ operator }) => operator),
        layers: problems.map(({ layer }) => layer),
      },
    },
  );
}
