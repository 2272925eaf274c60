import { ToolError } from '../../errors/tool-error.js';
import type { Shape } from '../../ir/layer-rule.js';
import type { LayerSpec } from '../../ir/model-spec.js';
import { planNetwork } from '../../ir/plan-network.js';
import type { NetworkPlan } from '../../ir/network-plan.js';
import type { ImportedModel } from '../imported-model.js';
import { invalid, parseLayersModel, type KerasLayer, type LayersModelFile } from './layers-model.js';
import { fromKeras, kerasPart, kerasShape } from './layouts.js';
import { KNOWN_CLASSES, readLayer } from './read-layer.js';
import { readWeights, type NamedArray } from './read-weights.js';

interface Entry {
  readonly keras: KerasLayer;
  readonly name: string;
  readonly spec: LayerSpec;
}

/**
 * A layers model of TensorFlow.js or Keras as a model of ours. A softmax at the end goes away: outputs are logits here.
 * @param text of model.json
 * @param readFile bytes of a file that its manifest names, for the weights
 * Throws IMPORT_INVALID, or IMPORT_UNSUPPORTED_LAYER with every layer that has no counterpart.
 */
export function importLayersModel(text: string, readFile: (path: string) => Uint8Array): ImportedModel {
  const file = parseLayersModel(text);
  const inputs = file.layers.filter(({ className }) => className === 'InputLayer');
  if (inputs.length !== 1) throw invalid(`The model has ${String(inputs.length)} inputs; it needs exactly one.`);
  const inputShape = shapeOf(inputs[0]);
  const entries = translate(file, inputs[0].name);
  const model = { bias: true, layers: entries.map(({ spec }) => spec) };
  const plan = planNetwork(model, inputShape);
  refuseRowwiseDense(plan, entries);
  const arrays = file.weights.length === 0 ? null : readWeights(file.weights, readFile);
  return { model, inputShape, parameters: arrays === null ? null : collect(plan, entries, arrays) };
}

function shapeOf({ name, config }: KerasLayer): Shape {
  const shape = config['batch_input_shape'] ?? config['batch_shape'];
  if (!Array.isArray(shape) || !shape.slice(1).every((d) => Number.isInteger(d) && Number(d) > 0)) {
    throw invalid(`The input '${name}' has no fixed shape: ${JSON.stringify(shape)}.`, { layer: name });
  }
  return shape.slice(1) as number[];
}

/** Layers in an order in which each stands behind what it reads, the output last. */
function translate(file: LayersModelFile, input: string): Entry[] {
  const problems: string[] = [];
  const entries: Entry[] = [];
  /** What a layer of the file is called here; layers that do nothing have the name of what they read. */
  const names = new Map([[input, 'input']]);
  const waiting = new Map(file.layers.filter(({ name }) => name !== input).map((layer) => [layer.name, layer]));
  while (waiting.size > 0) {
    const ready = [...waiting.values()].filter(({ inbound }) => inbound.every((from) => names.has(from)));
    if (ready.length === 0) throw invalid(`These layers read what is not there: ${[...waiting.keys()].join(', ')}.`);
    for (const layer of ready) {
      waiting.delete(layer.name);
      const isOutput = layer.name === file.output;
      const spec = readLayer(layer, isOutput);
      const from = layer.inbound.map((inbound) => names.get(inbound)!);
      if (spec === null) {
        names.set(layer.name, from[0]);
        continue;
      }
      const averaged = averagedOverTime(layer, entries, file, names);
      if (averaged !== null) {
        entries[entries.indexOf(averaged)] = { ...averaged, spec: { ...averaged.spec, output: 'mean' } as LayerSpec };
        names.set(layer.name, averaged.name);
        continue;
      }
      if (typeof spec === 'string') problems.push(`${layer.name} (${layer.className}): ${spec}`);
      const name = identifier(layer.name, [...names.values()]);
      names.set(layer.name, name);
      if (typeof spec !== 'string') entries.push({ keras: layer, name, spec: { ...spec, name, from } });
    }
  }
  if (problems.length > 0) throw unsupported(problems);
  const output = names.get(file.output);
  if (output === undefined) throw invalid(`The output layer '${file.output}' is not there.`);
  return [...entries.filter(({ name }) => name !== output), ...entries.filter(({ name }) => name === output)];
}

/** The recurrent layer whose steps this layer averages, and nobody else reads: one layer here. Otherwise null. */
function averagedOverTime(
  { className, inbound: [from] }: KerasLayer,
  entries: readonly Entry[],
  file: LayersModelFile,
  names: ReadonlyMap<string, string>,
): Entry | null {
  if (className !== 'GlobalAveragePooling1D') return null;
  const readers = file.layers.filter(({ inbound }) => inbound.includes(from));
  const entry = entries.find(({ name }) => name === names.get(from));
  if (entry === undefined || readers.length > 1) return null;
  return 'output' in entry.spec && entry.spec.output === 'sequence' ? entry : null;
}

function unsupported(problems: readonly string[]): ToolError {
  return new ToolError('IMPORT_UNSUPPORTED_LAYER', `${problems.join('; ')}.`, {
    hint: `Known are ${KNOWN_CLASSES.join(', ')}.`,
    context: { layers: problems },
  });
}

/** Ours read any input as one vector, those of Keras each row of the last axis. */
function refuseRowwiseDense(plan: NetworkPlan, entries: readonly Entry[]): void {
  const problems = plan.layers.flatMap(({ name, spec, inputShapes }) => {
    if (spec.type !== 'dense' || inputShapes[0].length === 1) return [];
    const { keras } = entries.find((e) => e.name === name)!;
    return [`${keras.name} (Dense): works on each row of [${inputShapes[0].join(', ')}]; put a Flatten before it`];
  });
  if (problems.length > 0) throw unsupported(problems);
}

/** A name of Keras in snake_case as the model's layers have it, unlike those in use. */
function identifier(name: string, used: readonly string[]): string {
  const snake = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
  const base = (/^[a-z]/.test(snake) ? snake : `layer_${snake}`).slice(0, 28);
  for (let i = 1; ; i++) {
    const candidate = i === 1 ? base : `${base}_${String(i)}`;
    if (!used.includes(candidate)) return candidate;
  }
}

function collect(
  plan: NetworkPlan,
  entries: readonly Entry[],
  arrays: ReadonlyMap<string, NamedArray>,
): Float32Array[] {
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  const read = (kind: 'parameters' | 'state'): Float32Array[] =>
    plan.layers.flatMap((layer) =>
      layer[kind].map((parameter) => {
        const { keras } = byName.get(layer.name)!;
        const { type } = layer.spec;
        const part = kerasPart(type, parameter.part);
        const { values } = find(arrays, keras.name, part, kerasShape(type, parameter));
        return fromKeras(type, parameter, values);
      }),
    );
  return [...read('parameters'), ...read('state')];
}

/** `dense_1/kernel`, `model/dense_1/kernel` and `gru/gru_cell_3/kernel` are all in use. */
function find(arrays: ReadonlyMap<string, NamedArray>, layer: string, part: string, shape: Shape): NamedArray {
  const found = [...arrays].find(([name]) => {
    const steps = name.split('/');
    return steps.at(-1) === part && steps.slice(0, -1).includes(layer);
  });
  const size = shape.reduce((n, d) => n * d, 1);
  if (found === undefined) throw invalid(`The weights '${layer}/${part}' are not there.`, { layer });
  if (found[1].values.length !== size) {
    const [name, { shape: actual }] = found;
    throw invalid(`The weights '${name}' are [${actual.join(', ')}], the layer needs [${shape.join(', ')}].`, {
      layer,
    });
  }
  return found[1];
}
