import type { ErrorEntry } from '../catalogue.js';
import { EXIT } from '../exit-codes.js';

export const monitorErrors = {
  MONITOR_FAIL_MATCHED: {
    title: 'The device said what it must not say',
    explanation: 'A line that came from the device, or a telemetry event in its plain form, matched `--fail`.',
    hint: 'Look at the lines before it; `--record FILE.jsonl` keeps them all.',
    exitCode: EXIT.verifyFailed,
  },
  MONITOR_EXPECT_UNMET: {
    title: 'The session ended before the expected line came',
    explanation: 'The recording or the learning stream was over, and no line had matched `--expect`.',
    hint: 'Check the regular expression against the plain output: `grapes monitor --replay FILE.jsonl | cat`.',
    exitCode: EXIT.verifyFailed,
  },
  MONITOR_TIMEOUT: {
    title: 'The expected line did not come in time',
    explanation: '`--timeout` passed and no line had matched `--expect`.',
    hint: 'Give it longer with `--timeout`, or look at what does come without `--expect`.',
    exitCode: EXIT.timeout,
  },
  MONITOR_PATTERN_INVALID: {
    title: 'A regular expression does not parse',
    explanation: '`--expect` and `--fail` take JavaScript regular expressions.',
    hint: 'Quote the expression for your shell and escape characters such as ( [ and +.',
    exitCode: EXIT.usage,
  },
  MONITOR_RECORDING_MISSING: {
    title: 'A recording cannot be read',
    explanation: 'The file given to `--replay` is not there, is a folder, or is not readable.',
    hint: 'Check the path; recordings are written with `grapes monitor --record FILE.jsonl`.',
    exitCode: EXIT.usage,
  },
  MONITOR_RECORDING_INVALID: {
    title: 'A recording has a line that is no event',
    explanation: 'Each line of a recording is one JSON event. Only the very last line may be cut off.',
    hint: 'Remove the named line, or record again with `grapes monitor --record FILE.jsonl`.',
    exitCode: EXIT.usage,
  },
} as const satisfies Record<string, ErrorEntry>;
