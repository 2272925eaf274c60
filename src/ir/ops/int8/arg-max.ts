import type { ArgMaxOp } from '../../integer-ops.js';
import type { QuantizedGraph } from '../../graph.js';
import type { IntegerRule } from '../../integer-rule.js';
import { elementCount } from '../../tensor.js';
import { scaleOfTensor, zeroPointOf } from './numbers.js';

/** Places that fit in a byte. */
const MOST_PLACES = 256;

/** An index as int8: q + 128. */
export const INDEX_OUTPUT = { scale: 1, zeroPoint: -128 } as const;

export interface ArgMaxSizes {
  readonly outer: number;
  readonly places: number;
  readonly inner: number;
}

export function argMaxSizes(graph: QuantizedGraph, { input, axis }: ArgMaxOp): ArgMaxSizes {
  const { shape } = graph.tensors[input];
  return {
    outer: elementCount(shape.slice(0, axis)),
    places: shape[axis],
    inner: elementCount(shape.slice(axis + 1)),
  };
}

/** Where along one axis the largest value stands: the first of several. */
export const argMaxRule: IntegerRule<ArgMaxOp> = {
  inputs: [1, 1],
  constants: () => [],
  outputShape: (graph, { input, axis }) => {
    const { shape } = graph.tensors[input];
    if (!Number.isInteger(axis) || axis < 0 || axis >= shape.length) return `names the axis ${axis}`;
    if (shape[axis] > MOST_PLACES) return `finds one of ${shape[axis]} places, more than ${MOST_PLACES}`;
    const kept = shape.filter((_, k) => k !== axis);
    return kept.length === 0 ? [1] : kept;
  },
  checkNumbers: (graph, { output }) =>
    scaleOfTensor(graph, output) === INDEX_OUTPUT.scale && zeroPointOf(graph, output) === INDEX_OUTPUT.zeroPoint
      ? null
      : 'needs the output scale 1 and zero point -128',
  bound: () => MOST_PLACES,
  macs: () => 0,
  prepare: (graph, op) => {
    const { outer, places, inner } = argMaxSizes(graph, op);
    return ([x], output) => {
      for (let o = 0; o < outer; o++) {
        for (let i = 0; i < inner; i++) {
          const first = o * places * inner + i;
          let best = 0;
          for (let k = 1; k < places; k++) if (x[first + k * inner] > x[first + best * inner]) best = k;
          output[o * inner + i] = best + INDEX_OUTPUT.zeroPoint;
        }
      }
    };
  },
};
