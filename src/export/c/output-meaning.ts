import type { Graph } from '../../ir/graph.js';
import { floatLiteral } from './format.js';

/** How generated text speaks of the output: logits of classes, the input again, or plain values. */
export interface OutputMeaning {
  /** What the values are called. */
  readonly noun: 'logits' | 'reconstruction' | 'values';
  /** The comment on the output tensor. */
  readonly tensor: string;
  /** For the example in the README. */
  readonly use: string;
  /** Further defines of the header, by name. */
  readonly defines: readonly (readonly [name: string, value: string])[];
}

export function outputMeaning(graph: Graph): OutputMeaning {
  const { task, classNames } = graph;
  if (task === undefined) {
    return {
      noun: 'logits',
      tensor: 'The output tensor: one logit for each class; the class is the first of the largest.',
      use: `${classNames.length} logits at arena + @_OUTPUT_OFFSET; the class is the first of the largest`,
      defines: [],
    };
  }
  if (task.kind === 'values') {
    return {
      noun: 'values',
      tensor: 'The output tensor: numbers whose meaning the network this one was imported from defines.',
      use: 'the values at arena + @_OUTPUT_OFFSET',
      defines: [],
    };
  }
  return {
    noun: 'reconstruction',
    tensor:
      'The output tensor: the sample again. An anomaly is what has a mean squared difference of real values above THRESHOLD.',
    use: 'the sample again at arena + @_OUTPUT_OFFSET; its mean squared difference is the anomaly score',
    defines: [['THRESHOLD', floatLiteral(Math.fround(task.threshold))]],
  };
}
