import { ToolError } from '../../errors/tool-error.js';
import { NETWORK_INPUT, type NetworkPlan, type PlannedLayer, type PlannedParameter } from '../../ir/network-plan.js';
import { kerasPart, kerasShape, toKeras } from './layouts.js';
import { writeLayer } from './write-layer.js';

export interface WrittenModel {
  /** Text of model.json. */
  readonly json: string;
  /** Bytes of weights.bin, float32 in little-endian order. */
  readonly weights: Uint8Array;
}

const WEIGHTS_FILE = 'weights.bin';

/**
 * A trained network as a layers model that `tf.loadLayersModel` opens: functional, with logits as its output.
 * @param parameters in the order of `TrainingNetwork.readParameters`
 * @param name of the model
 * @param generatedBy for the file's own record, tool and version
 * Throws EXPORT_UNSUPPORTED_LAYER with every layer that Keras does not have.
 */
export function exportLayersModel(
  plan: NetworkPlan,
  parameters: readonly Float32Array[],
  name: string,
  generatedBy: string,
): WrittenModel {
  const layers: unknown[] = [
    {
      class_name: 'InputLayer',
      name: 'input',
      config: { batch_input_shape: [null, ...plan.inputShape], dtype: 'float32', sparse: false, name: 'input' },
      inbound_nodes: [],
    },
  ];
  const problems: string[] = [];
  /** Name of the last of the layers that a planned layer became. */
  const outputs: string[] = [];
  for (const planned of plan.layers) {
    const written = writeLayer(planned);
    if (typeof written === 'string') problems.push(`${planned.name} (${planned.spec.type}): ${written}`);
    let from = planned.inputs.map((i) => (i === NETWORK_INPUT ? 'input' : outputs[i]));
    for (const { className, suffix, config, input } of typeof written === 'string' ? [] : written) {
      const own = `${planned.name}${suffix}`;
      const read = input === undefined ? from : [from[input]];
      const inbound_nodes = [read.map((layer) => [layer, 0, 0, {}])];
      layers.push({
        class_name: className,
        name: own,
        config: { name: own, trainable: true, ...config },
        inbound_nodes,
      });
      from = input === undefined ? [own] : from.map((name, k) => (k === input ? own : name));
    }
    outputs.push(from[0]);
  }
  if (problems.length > 0) {
    throw new ToolError('EXPORT_UNSUPPORTED_LAYER', `${problems.join('; ')}.`, { context: { layers: problems } });
  }
  const { entries, bytes } = packWeights(plan, parameters);
  const config = { name, layers, input_layers: [['input', 0, 0]], output_layers: [[outputs[plan.output], 0, 0]] };
  const model = {
    format: 'layers-model',
    generatedBy,
    convertedBy: null,
    modelTopology: { class_name: 'Functional', config, keras_version: '2.15.0', backend: 'tensorflow' },
    weightsManifest: [{ paths: [WEIGHTS_FILE], weights: entries }],
  };
  return { json: `${JSON.stringify(model, null, 2)}\n`, weights: bytes };
}

function packWeights(
  plan: NetworkPlan,
  parameters: readonly Float32Array[],
): { readonly entries: unknown[]; readonly bytes: Uint8Array } {
  const learned = plan.layers.flatMap((layer) => layer.parameters.map((parameter) => ({ layer, parameter })));
  const kept = plan.layers.flatMap((layer) => layer.state.map((parameter) => ({ layer, parameter })));
  const parts = [...learned, ...kept].map(({ layer, parameter }, i) => {
    const { type } = layer.spec;
    const entry = {
      name: `${layer.name}/${kerasPart(type, parameter.part)}`,
      shape: writtenShape(layer, parameter),
      dtype: 'float32',
    };
    return { entry, values: toKeras(type, parameter, parameters[i]) };
  });
  const view = new DataView(new ArrayBuffer(4 * parts.reduce((n, { values }) => n + values.length, 0)));
  let at = 0;
  for (const { values } of parts) {
    for (const value of values) {
      view.setFloat32(at, value, true);
      at += 4;
    }
  }
  return { entries: parts.map(({ entry }) => entry), bytes: new Uint8Array(view.buffer) };
}

/** Depthwise weights of Keras have an axis more: [height][width][channels][multiplier]. */
function writtenShape({ spec }: PlannedLayer, parameter: PlannedParameter): readonly number[] {
  const { shape, part } = parameter;
  if (spec.type !== 'depthwise_conv_2d' || part !== 'weights') return kerasShape(spec.type, parameter);
  return [shape[0], shape[1], shape[2] / spec.multiplier, spec.multiplier];
}
