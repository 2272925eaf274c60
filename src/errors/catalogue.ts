import { boardsErrors } from './catalogue/boards.js';
import { buildErrors } from './catalogue/build.js';
import { cliErrors } from './catalogue/cli.js';
import { configErrors } from './catalogue/config.js';
import { datasetErrors } from './catalogue/dataset.js';
import { deviceErrors } from './catalogue/device.js';
import { experimentErrors } from './catalogue/experiment.js';
import { exportErrors } from './catalogue/export.js';
import { graphErrors } from './catalogue/graph.js';
import { flashErrors } from './catalogue/flash.js';
import { importErrors } from './catalogue/import.js';
import { monitorErrors } from './catalogue/monitor.js';
import { quantizeErrors } from './catalogue/quantize.js';
import { trainErrors } from './catalogue/train.js';
import { verifyErrors } from './catalogue/verify.js';
import { EXIT, type ExitCode } from './exit-codes.js';

export interface ErrorEntry {
  /** One line: what this code means, whatever the numbers. */
  readonly title: string;
  /** A paragraph for `grapes explain CODE`: why it happens. */
  readonly explanation: string;
  /** What to do next when the place that raises the error has nothing better to say. */
  readonly hint: string;
  readonly exitCode: ExitCode;
}

/** Every permanent error code. Stages add theirs in `catalogue/<stage>.ts`; `docs/errors.md` is generated from here. */
export const ERROR_CATALOGUE: Readonly<Record<string, ErrorEntry>> = {
  ...cliErrors,
  ...configErrors,
  ...datasetErrors,
  ...importErrors,
  ...trainErrors,
  ...graphErrors,
  ...quantizeErrors,
  ...exportErrors,
  ...boardsErrors,
  ...buildErrors,
  ...flashErrors,
  ...deviceErrors,
  ...verifyErrors,
  ...monitorErrors,
  ...experimentErrors,
};

export function exitCodeOf(code: string): ExitCode {
  return ERROR_CATALOGUE[code]?.exitCode ?? EXIT.unexpected;
}
