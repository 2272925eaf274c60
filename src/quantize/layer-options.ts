import { ToolError } from '../errors/tool-error.js';
import type { FloatGraph } from '../ir/graph.js';
import type { CalibrationMethod, LayerQuantizeOptions, QuantizeOptions } from '../ir/options.js';

/** What holds for one layer, with nothing left out. */
export interface ResolvedLayerOptions extends CalibrationMethod {
  readonly weights: QuantizeOptions['weights'];
}

/** The options of the op of this name in a prepared graph, or of the network's input (null). */
export function layerOptions(options: QuantizeOptions, op: string | null): ResolvedLayerOptions {
  const own: LayerQuantizeOptions = (op === null ? undefined : options.layers?.[op]) ?? {};
  const { method, percentile } = options.calibration;
  return {
    method: own.method ?? method,
    percentile: own.percentile ?? percentile,
    weights: own.weights ?? options.weights,
  };
}

/** Throws QUANTIZE_UNKNOWN_LAYER where options name no op of the prepared graph. */
export function checkLayerOptions(graph: FloatGraph, options: QuantizeOptions): void {
  // Reshapes have nothing to choose.
  const ops = graph.ops.filter((op) => op.kind !== 'reshape' && op.kind !== 'flatten').map((op) => op.name);
  const layer = Object.keys(options.layers ?? {}).find((name) => !ops.includes(name));
  if (layer === undefined) return;
  throw new ToolError(
    'QUANTIZE_UNKNOWN_LAYER',
    `quantize.layers has '${layer}', but no op of that name is quantized.`,
    {
      hint: `There are ${ops.join(', ')}. Batch norms, dropouts and fused activations go with the layer below.`,
      context: { layer, ops },
    },
  );
}
