import { ToolError } from '../errors/tool-error.js';
import type { FloatGraph } from '../ir/graph.js';
import type { CalibrationMethod, LayerQuantizeOptions, QuantizeOptions, WeightBits } from '../ir/options.js';
import { weightsOf } from './passes/graph-edit.js';

/** What holds for one layer, with nothing left out. */
export interface ResolvedLayerOptions extends CalibrationMethod {
  readonly weights: QuantizeOptions['weights'];
  readonly weightBits: WeightBits;
}

/** The options of the op of this name in a prepared graph, or of the network's input (null). */
export function layerOptions(options: QuantizeOptions, op: string | null): ResolvedLayerOptions {
  const own: LayerQuantizeOptions = (op === null ? undefined : options.layers?.[op]) ?? {};
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
 * has none.
 */
export function checkLayerOptions(graph: FloatGraph, options: QuantizeOptions): void {
  // Reshapes have nothing to choose.
  const ops = graph.ops.filter((op) => op.kind !== 'reshape' && op.kind !== 'flatten').map((op) => op.name);
  const layer = Object.keys(options.layers ?? {}).find((name) => !ops.includes(name));
  if (layer === undefined) {
    checkWeightBits(graph, options);
    return;
  }
  throw new ToolError(
    'QUANTIZE_UNKNOWN_LAYER',
    `quantize.layers has '${layer}', but no op of that name is quantized.`,
    {
      hint: `There are ${ops.join(', ')}. Batch norms, dropouts and fused activations go with the layer below.`,
      context: { layer, ops },
    },
  );
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
