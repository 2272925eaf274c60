import type { FloatCall } from '../float-forward.js';
import { plainRule, shapeText, type Shape } from '../layer-rule.js';
import type { PadLayerSpec, Pair } from '../model-spec.js';
import { elementCount } from '../tensor.js';

const NONE: Pair = [0, 0];

export const padRule = plainRule<PadLayerSpec>(({ pads }, [shape]) =>
  pads.length > shape.length
    ? `pads ${String(pads.length)} axes of ${shapeText(shape)}`
    : shape.map((d, k) => d + (pads[k] ?? NONE)[0] + (pads[k] ?? NONE)[1]),
);

/** A run of the input's values, and where it lies in the output. */
export interface PaddedRuns {
  readonly length: number;
  /** Place of each run's first value in the output; run k of the input begins at k · length. */
  readonly places: readonly number[];
}

/** What is inside the last padded axis stays together. */
export function paddedRuns({ pads }: Pick<PadLayerSpec, 'pads'>, shape: Shape): PaddedRuns {
  const padded = shape.map((d, k) => d + (pads[k] ?? NONE)[0] + (pads[k] ?? NONE)[1]);
  const last = pads.findLastIndex(([before, after]) => before + after > 0);
  if (last < 0) return { length: elementCount(shape), places: [0] };
  const strideOf = (k: number): number => elementCount(padded.slice(k + 1));
  let places = [0];
  for (let k = 0; k <= last; k++) {
    const [before] = pads[k] ?? NONE;
    // The innermost padded axis is one run: only where it begins counts.
    const steps = k === last ? 1 : shape[k];
    places = places.flatMap((place) => Array.from({ length: steps }, (_, i) => place + (before + i) * strideOf(k)));
  }
  return { length: elementCount(shape.slice(last)), places };
}

export function padFloat({ spec, inputShapes, inputs, output }: FloatCall<PadLayerSpec>): void {
  const { length, places } = paddedRuns(spec, inputShapes[0]);
  output.fill(0);
  places.forEach((place, k) => {
    output.set(inputs[0].subarray(k * length, (k + 1) * length), place);
  });
}
