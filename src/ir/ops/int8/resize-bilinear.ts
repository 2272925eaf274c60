import type { ResizeBilinearOp } from '../../integer-ops.js';
import type { IntegerRule } from '../../integer-rule.js';
import { roundingShiftRight } from '../../requantize.js';
import { sameQuantization } from './numbers.js';

/** Places are counted in 1/1024 of a pixel. */
export const RESIZE_UNIT = 1024;

/** How the places of one output axis lie on the input's: place k is first + k * step, in units of 1/1024 pixel. */
export interface ResizeSteps {
  readonly first: number;
  readonly step: number;
}

/** TFLite's integers: the quotient of the sizes (with aligned corners of the distances) rounded to whole units. */
export function resizeSteps(from: number, to: number, op: ResizeBilinearOp): ResizeSteps {
  const [reach, parts] = op.alignCorners && to > 1 ? [from - 1, to - 1] : [from, to];
  const step = Math.floor((RESIZE_UNIT * reach + Math.floor(parts / 2)) / parts);
  return { first: op.halfPixelCenters ? Math.floor(step / 2) - RESIZE_UNIT / 2 : 0, step };
}

/** The two input places around an output place, and how far behind the lower one it lies. */
interface Between {
  readonly lower: number;
  readonly upper: number;
  /** In 1/1024; outside of [0, 1024] only where both places are one. */
  readonly fraction: number;
}

/** Around place k of the output. */
function between({ first, step }: ResizeSteps, from: number, k: number): Between {
  const at = first + k * step;
  const lower = Math.max(0, Math.trunc(at / RESIZE_UNIT));
  const upper = Math.min(Math.trunc((at + RESIZE_UNIT - 1) / RESIZE_UNIT), from - 1);
  return { lower, upper, fraction: at - RESIZE_UNIT * lower };
}

function betweens(from: number, to: number, op: ResizeBilinearOp): readonly Between[] {
  const steps = resizeSteps(from, to, op);
  return Array.from({ length: to }, (_, k) => between(steps, from, k));
}

/** TFLite's bilinear interpolation in integers. It rounds as TFLite whatever the graph's `rounding`. */
export const resizeBilinearRule: IntegerRule<ResizeBilinearOp> = {
  inputs: [1, 1],
  constants: () => [],
  outputShape: (graph, op) => {
    const [from, to] = [op.input, op.output].map((id) => graph.tensors[id].shape);
    if (from.length !== 3 || to.length !== 3) return `takes and gives images, not [${from.join(', ')}]`;
    if (typeof op.alignCorners !== 'boolean' || typeof op.halfPixelCenters !== 'boolean') return 'lacks a member';
    if (op.alignCorners && op.halfPixelCenters) return 'aligns corners and centres of pixels';
    // Rounded steps add up: behind very many of them the last place would lie outside.
    const outside = [0, 1].some((k) => between(resizeSteps(from[k], to[k], op), from[k], to[k] - 1).lower >= from[k]);
    if (outside) return `reads outside of [${from.join(', ')}] for [${to.join(', ')}]`;
    return [to[0], to[1], from[2]];
  },
  checkNumbers: (graph, op) =>
    sameQuantization(graph, op.input, op.output) ? null : 'changes the quantization from input to output',
  // Weights of up to 1.5 and -0.5 of a pixel along either axis.
  bound: () => 128 * (2 * RESIZE_UNIT) ** 2,
  macs: () => 0,
  prepare: (graph, op) => {
    const [height, width, channels] = graph.tensors[op.input].shape;
    const [outHeight, outWidth] = graph.tensors[op.output].shape;
    const rows = betweens(height, outHeight, op);
    const columns = betweens(width, outWidth, op);
    return ([x], output) => {
      let place = 0;
      for (const row of rows) {
        for (const column of columns) {
          const at = (r: number, c: number): number => (r * width + c) * channels;
          const corners = [
            [at(row.lower, column.lower), (RESIZE_UNIT - row.fraction) * (RESIZE_UNIT - column.fraction)],
            [at(row.lower, column.upper), (RESIZE_UNIT - row.fraction) * column.fraction],
            [at(row.upper, column.lower), row.fraction * (RESIZE_UNIT - column.fraction)],
            [at(row.upper, column.upper), row.fraction * column.fraction],
          ];
          for (let i = 0; i < channels; i++) {
            let sum = 0;
            for (const [corner, weight] of corners) sum += weight * x[corner + i];
            output[place++] = roundingShiftRight(sum, 20);
          }
        }
      }
    };
  },
};
