import type { ErrorEntry } from '../catalogue.js';
import { EXIT } from '../exit-codes.js';

export const experimentErrors = {
  EXPERIMENT_UNKNOWN: {
    title: 'There is no experiment of this name',
    explanation: 'Experiments are part of the tool: each has a name, a question, a data set and the rules it compares.',
    hint: 'Run `grapes experiment list`.',
    exitCode: EXIT.usage,
  },
  EXPERIMENT_RESULTS_INVALID: {
    title: 'A file of results is damaged',
    explanation:
      'results.jsonl holds one finished job a line. Only the very last line may be cut off, by an interrupted run; the ' +
      'message names the line that is no result.',
    hint: 'Remove that line or the whole file: what is missing is run again.',
    exitCode: EXIT.config,
  },
} as const satisfies Record<string, ErrorEntry>;
