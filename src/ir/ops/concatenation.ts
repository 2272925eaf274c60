import type { FloatCall } from '../float-forward.js';
import { plainRule, shapeText, type Shape } from '../layer-rule.js';
import type { ConcatenationLayerSpec } from '../model-spec.js';
import { elementCount } from '../tensor.js';

/** The axis counted from 0. */
export function joinedAxis({ axis }: Pick<ConcatenationLayerSpec, 'axis'>, { length }: Shape): number {
  return axis < 0 ? axis + length : axis;
}

export const concatenationRule = plainRule<ConcatenationLayerSpec>((spec, inputs) => {
  if (inputs.length < 2) return 'joins two or more layers: name them in `from`';
  const [first] = inputs;
  const axis = joinedAxis(spec, first);
  if (!(axis >= 0 && axis < first.length)) return `has no axis ${String(spec.axis)} to join ${shapeText(first)} along`;
  const other = inputs.find((s) => s.length !== first.length || s.some((d, k) => k !== axis && d !== first[k]));
  if (other !== undefined)
    return `cannot join ${shapeText(first)} and ${shapeText(other)} along axis ${String(spec.axis)}`;
  return first.map((d, k) => (k === axis ? inputs.reduce((n, s) => n + s[axis], 0) : d));
});

/** How the values of inputs joined along `axis` lie: `runs` times a run of each input, of `lengths` values. */
export function joinedRuns(
  inputs: readonly Shape[],
  axis: number,
): { readonly runs: number; readonly lengths: readonly number[] } {
  const runs = elementCount(inputs[0].slice(0, axis));
  return { runs, lengths: inputs.map((shape) => elementCount(shape.slice(axis))) };
}

export function concatenationFloat({ spec, inputShapes, inputs, output }: FloatCall<ConcatenationLayerSpec>): void {
  const { runs, lengths } = joinedRuns(inputShapes, joinedAxis(spec, inputShapes[0]));
  let place = 0;
  for (let run = 0; run < runs; run++) {
    inputs.forEach((x, k) => {
      output.set(x.subarray(run * lengths[k], (run + 1) * lengths[k]), place);
      place += lengths[k];
    });
  }
}
