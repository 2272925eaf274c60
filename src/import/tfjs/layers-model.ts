import { ToolError } from '../../errors/tool-error.js';

/** One layer of model.json, whichever of the formats it came in. */
export interface KerasLayer {
  readonly className: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Names of the layers it reads. */
  readonly inbound: readonly string[];
}

/** One array of the weights manifest. */
export interface WeightEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly quantization?: { readonly dtype: string; readonly scale: number; readonly min: number };
}

export interface LayersModelFile {
  /** In the file's order. */
  readonly layers: readonly KerasLayer[];
  readonly output: string;
  readonly weights: readonly { readonly paths: readonly string[]; readonly weights: readonly WeightEntry[] }[];
}

type Json = Readonly<Record<string, unknown>>;

export function invalid(message: string, context: Readonly<Record<string, string>> = {}): ToolError {
  return new ToolError('IMPORT_INVALID', message, { context });
}

/**
 * Reads model.json: as TensorFlow.js saves it, or as tensorflowjs_converter makes it of a Keras model; Sequential or
 * functional. Throws IMPORT_INVALID.
 */
export function parseLayersModel(text: string): LayersModelFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw invalid(`It is not JSON: ${(cause as Error).message}.`);
  }
  const top = object(json, 'the file');
  const topology = object(top['modelTopology'], 'modelTopology');
  const model = object(topology['model_config'] ?? topology, 'modelTopology.model_config');
  const { layers, output } = readModel(model);
  if (layers.length === 0) throw invalid('The model has no layers.');
  const manifest = top['weightsManifest'] ?? [];
  return { layers, output, weights: list(manifest, 'weightsManifest') as LayersModelFile['weights'] };
}

function readModel(model: Json): Pick<LayersModelFile, 'layers' | 'output'> {
  switch (model['class_name']) {
    case 'Sequential':
      return sequential(model['config']);
    case 'Functional':
    case 'Model':
      return functional(object(model['config'], 'config'));
    default:
      throw invalid(`A model of class '${String(model['class_name'])}' is neither Sequential nor Functional.`);
  }
}

function sequential(config: unknown): Pick<LayersModelFile, 'layers' | 'output'> {
  const entries = list(Array.isArray(config) ? config : object(config, 'config')['layers'], 'config.layers');
  const layers: KerasLayer[] = [];
  for (const entry of entries) {
    const layer = readLayer(entry);
    const shape = layer.config['batch_input_shape'];
    // A Sequential may carry its input as a setting of its first layer.
    if (layers.length === 0 && layer.className !== 'InputLayer' && shape !== undefined) {
      const name = `${layer.name}_input`;
      layers.push({ className: 'InputLayer', name, config: { batch_input_shape: shape }, inbound: [] });
    }
    layers.push({ ...layer, inbound: layers.length === 0 ? [] : [layers[layers.length - 1].name] });
  }
  return { layers, output: layers.at(-1)?.name ?? '' };
}

function functional(config: Json): Pick<LayersModelFile, 'layers' | 'output'> {
  const layers = list(config['layers'], 'config.layers').map((entry): KerasLayer => {
    const layer = readLayer(entry);
    const nodes = list(object(entry, 'layer')['inbound_nodes'] ?? [], `inbound_nodes of '${layer.name}'`);
    if (nodes.length > 1)
      throw invalid(`Layer '${layer.name}' is used ${String(nodes.length)} times; sharing is unknown.`);
    const inbound = nodes
      .flatMap((node) => list(node, 'inbound_nodes'))
      .map((tensor) => String(list(tensor, 'node')[0]));
    return { ...layer, inbound };
  });
  const outputs = list(config['output_layers'], 'config.output_layers');
  // One output may be written as ['name', 0, 0] or as [['name', 0, 0]].
  const first: unknown = Array.isArray(outputs[0]) ? (outputs[0] as unknown[])[0] : outputs[0];
  if (Array.isArray(outputs[0]) && outputs.length > 1)
    throw invalid(`The model has ${String(outputs.length)} outputs.`);
  return { layers, output: String(first) };
}

function readLayer(entry: unknown): KerasLayer {
  const layer = object(entry, 'a layer');
  const config = object(layer['config'], 'config of a layer');
  const name = layer['name'] ?? config['name'];
  const className = layer['class_name'];
  if (typeof name !== 'string' || typeof className !== 'string') throw invalid('A layer has no name or no class.');
  return { className, name, config, inbound: [] };
}

function object(value: unknown, what: string): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw invalid(`${what} is not there, or not an object.`);
}

function list(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw invalid(`${what} is not there, or not a list.`);
}
