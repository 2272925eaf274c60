import { ToolError } from '../errors/tool-error.js';
import { shapeText, type ParameterRule, type Shape } from './layer-rule.js';
import { LAYER_TYPES, layerRule } from './layer-rules.js';
import type { LayerSpec, LayerType, ModelSpec } from './model-spec.js';
import type { HiddenNodes, NetworkPlan, PlannedLayer, PlannedParameter } from './network-plan.js';
import { NETWORK_INPUT } from './network-plan.js';
import { elementCount } from './tensor.js';

/** They read several layers. */
const JOINING: readonly LayerType[] = ['add', 'mul', 'concatenation'];

/** Layer `i` of a model as the graph will carry it: its own name, or `<type>_<i>`. */
export function layerName(model: ModelSpec, i: number): string {
  const { name, type } = model.layers[i];
  return name ?? `${type}_${String(i)}`;
}

/**
 * Names, shapes and parameters of every layer. A dense layer's `dropout` becomes a dropout layer of its own behind it.
 * Throws MODEL_INVALID with the layer, its place in the file and the shapes.
 */
export function planNetwork(model: ModelSpec, inputShape: Shape): NetworkPlan {
  if (model.layers.length === 0) throw new ToolError('MODEL_INVALID', 'The model has no layers.', { context: {} });
  const layers: Mutable[] = [];
  const byName = new Map<string, number>([['input', NETWORK_INPUT]]);
  const shapeOf = (index: number): Shape => (index === NETWORK_INPUT ? inputShape : layers[index].outputShape);
  let previous = NETWORK_INPUT;

  const add = (name: string, spec: LayerSpec, inputs: readonly number[], place: number): void => {
    const fail = (what: string): never => {
      const context = { layer: name, type: spec.type, place, inputShapes: inputs.map((i) => shapeText(shapeOf(i))) };
      throw new ToolError('MODEL_INVALID', `Layer ${String(place + 1)}, '${name}' (${spec.type}), ${what}.`, {
        context,
      });
    };
    if (!LAYER_TYPES.includes(spec.type)) fail(`is of a type that does not exist; there are ${LAYER_TYPES.join(', ')}`);
    const rule = layerRule(spec);
    const inputShapes = inputs.map(shapeOf);
    if (inputs.length > 1 && !JOINING.includes(spec.type)) fail(`reads ${String(inputs.length)} layers, but takes one`);
    const outputShape = rule.outputShape(spec, inputShapes);
    if (typeof outputShape === 'string') return fail(outputShape);
    const own = (rules: readonly ParameterRule[]): PlannedParameter[] =>
      rules.map((r) => ({ ...r, name: `${name}_${r.part}` }));
    const bias = ('bias' in spec ? spec.bias : undefined) ?? model.bias;
    const index = layers.length;
    layers.push({
      index,
      name,
      spec,
      inputs,
      inputShapes,
      outputShape,
      outputSize: elementCount(outputShape),
      parameters: own(rule.parameters(spec, inputShapes, bias)),
      state: own(rule.state(spec, inputShapes)),
      macs: rule.macs(spec, inputShapes, outputShape),
      readers: [],
    });
    for (const input of inputs) if (input !== NETWORK_INPUT) layers[input].readers.push(index);
    previous = index;
  };

  model.layers.forEach((spec, place) => {
    const name = layerName(model, place);
    const inputs = spec.from?.map((from) => resolve(from, name, place, byName)) ?? [previous];
    if (byName.has(name)) {
      throw new ToolError('MODEL_INVALID', `Two layers have the name '${name}'.`, { context: { layer: name, place } });
    }
    add(name, spec, inputs, place);
    if (spec.type === 'dense' && spec.dropout > 0) {
      add(`${name}_dropout`, { type: 'dropout', rate: spec.dropout }, [previous], place);
    }
    byName.set(name, previous);
  });
  const output = layers.length - 1;
  const unread = layers.find(({ index, readers }) => index !== output && readers.length === 0);
  if (unread !== undefined) {
    throw new ToolError('MODEL_INVALID', `Layer '${unread.name}' (${unread.spec.type}) is read by no other layer.`, {
      hint: 'Name it in the `from` of a later layer, or leave it out.',
      context: { layer: unread.name, outputShape: shapeText(unread.outputShape) },
    });
  }
  return { inputShape, inputSize: elementCount(inputShape), layers, output, hidden: hiddenNodes(layers, output) };
}

type Mutable = Omit<PlannedLayer, 'readers'> & { readonly readers: number[] };

function resolve(from: string, reader: string, place: number, byName: ReadonlyMap<string, number>): number {
  const index = byName.get(from);
  if (index !== undefined) return index;
  const names = [...byName.keys()].join(', ');
  throw new ToolError(
    'MODEL_INVALID',
    `Layer ${String(place + 1)}, '${reader}', reads '${from}', which does not stand before it.`,
    {
      hint: `Before it stand: ${names}.`,
      context: { layer: reader, from, place },
    },
  );
}

function hiddenNodes(layers: readonly PlannedLayer[], output: number): HiddenNodes[] {
  const hasWeights = ({ spec, inputShapes }: PlannedLayer): boolean =>
    layerRule(spec).nodes(spec, inputShapes) !== null;
  const weightsAbove = new Array<boolean>(layers.length).fill(false);
  for (let i = output - 1; i >= 0; i--) {
    weightsAbove[i] = layers[i].readers.some((r) => hasWeights(layers[r]) || weightsAbove[r]);
  }
  return layers.flatMap((layer) => {
    const nodes = layerRule(layer.spec).nodes(layer.spec, layer.inputShapes);
    if (nodes === null || !weightsAbove[layer.index]) return [];
    return [{ layer: layer.index, anchor: anchorOf(layer, layers), nodes }];
  });
}

function anchorOf(layer: PlannedLayer, layers: readonly PlannedLayer[]): number {
  let anchor = layer;
  while (anchor.readers.length === 1) {
    const reader = layers[anchor.readers[0]];
    if (!['batch_norm', 'activation', 'dropout', 'fake_quantize'].includes(reader.spec.type)) break;
    anchor = reader;
  }
  return anchor.index;
}
