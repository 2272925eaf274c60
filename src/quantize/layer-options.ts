import { ToolError } from '../errors/tool-error.js';
import type { FloatGraph } from '../ir/graph.js';
import type { CalibrationMethod, LayerQuantizeOptions, QuantizeOptions, WeightBits } from '../ir/options.js';
import { weightsOf } from './passes/graph-edit.js';

/** What holds for one layer, with nothing left out. */
export interface ResolvedLayerOptions extends CalibrationMethod {
  readonly weights: QuantizeOptions['weights'];
  readonly weightBits: WeightBits;
}

/** The options of the op of this name in a prepared graph, or of the network's input (null, `input`). */
export function layerOptions(options: QuantizeOptions, op: string | null): ResolvedLayerOptions {
  const own: LayerQuantizeOptions = options.layers?.[op ?? 'input'] ?? {};
  const { method, percentile } = options.calibration;
  return {
    method: own.method ?? method,
    percentile: own.percentile ?? percentile,
    weights: own.weights ?? options.weights,
    weightBits: own.weightBits ?? options.weightBits ?? 8,
  };
}

/**
 * Throws QUANTIZE_UNKNOWN_LAYER where options name no op of the prepared graph, or choose the bits of weights for one that
 * has none, and QUANTIZE_WIDTHS where a layer is to have 4-bit weights on 16-bit activations.
 */
export function checkLayerOptions(graph: FloatGraph, options: QuantizeOptions): void {
  // Reshapes have nothing to choose.
  const ops = graph.ops.filter((op) => op.kind !== 'reshape' && op.kind !== 'flatten').map((op) => op.name);
  const layer = Object.keys(options.layers ?? {}).find((name) => name !== 'input' && !ops.includes(name));
  if (layer === undefined) {
    checkWeightBits(graph, options);
    checkWidths(graph, options);
    return;
  }
  throw new ToolError(
    'QUANTIZE_UNKNOWN_LAYER',
    `quantize.layers has '${layer}', but no op of that name is quantized.`,
    {
      hint: `There are input, ${ops.join(', ')}. Batch norms, dropouts and fused activations go with the layer below.`,
      context: { layer, ops },
    },
  );
}

/** Weights of 4 bits go with activations of 8 only. */
function checkWidths(graph: FloatGraph, options: QuantizeOptions): void {
  const both = graph.ops.find(
    (op) =>
      weightsOf(op) !== null &&
      layerOptions(options, op.name).weightBits === 4 &&
      (options.layers?.[op.name]?.activationBits ?? options.activationBits) === 16,
  );
  if (both === undefined) return;
  throw new ToolError('QUANTIZE_WIDTHS', `'${both.name}' is to have weights of 4 bits and activations of 16.`, {
    context: { layer: both.name },
  });
}

function checkWeightBits(graph: FloatGraph, options: QuantizeOptions): void {
  const weighted = graph.ops.filter((op) => weightsOf(op) !== null).map((op) => op.name);
  const layer = Object.entries(options.layers ?? {}).find(
    ([name, { weightBits }]) => weightBits !== undefined && !weighted.includes(name),
  )?.[0];
  if (layer === undefined) return;
  throw new ToolError('QUANTIZE_UNKNOWN_LAYER', `quantize.layers gives '${layer}' weightBits, but it has no weights.`, {
    hint: weighted.length === 0 ? 'No layer has weights.' : `Those with weights are ${weighted.join(', ')}.`,
    context: { layer, ops: weighted },
  });
}
