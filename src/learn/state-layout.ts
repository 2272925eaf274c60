import type { QuantizedGraph } from '../ir/graph.js';
import type { LearnSpec } from '../ir/learn-spec.js';
import { trainedPart } from '../ir/learn/trained-layers.js';
import type { LearnStatePart } from '../ir/report.js';

/** A run of words of the learning state that belong together. */
export interface StateSpan {
  readonly opName: string;
  readonly part: LearnStatePart;
  /** First word. */
  readonly from: number;
  readonly words: number;
}

/** What stands where in the compared state: docs/numerics.md, "State and hash". */
export function stateLayout(graph: QuantizedGraph, spec: LearnSpec): StateSpan[] {
  const spans: StateSpan[] = [];
  let from = 0;
  const span = (opName: string, part: LearnStatePart, words: number): void => {
    spans.push({ opName, part, from, words });
    from += words;
  };
  for (const { op, inputs, outputs, hidden } of trainedPart(graph, spec).layers) {
    span(op.name, 'weights', inputs * outputs);
    if (op.bias !== null) span(op.name, 'bias', outputs);
    if (hidden && spec.grapes !== 'off') span(op.name, 'node_sums', outputs);
  }
  return spans;
}

/** Words that differ between two states of the same length, and the first of them. */
export function differingWords(expected: Uint8Array, actual: Uint8Array): { count: number; first: number } {
  let count = 0;
  let first = -1;
  for (let at = 0; at < expected.length; at += 4) {
    let same = true;
    for (let b = at; b < at + 4; b++) if (expected[b] !== actual[b]) same = false;
    if (same) continue;
    count++;
    if (first < 0) first = at / 4;
  }
  return { count, first };
}
