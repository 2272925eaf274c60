import type { Test } from 'tap';
import { ERROR_CATALOGUE } from '../../src/errors/catalogue.js';
import { isToolError, type ToolError } from '../../src/errors/tool-error.js';

/** What `run` throws, which has to be a ToolError. */
export function failure(run: () => unknown): ToolError {
  try {
    run();
  } catch (error) {
    if (isToolError(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** `run` fails with this code and at least this context, and the code is in the catalogue. */
export function refuses(test: Test, code: string, context: object, run: () => unknown): void {
  const error = failure(run);
  test.match({ code: error.code, context: error.context }, { code, context }, code);
  test.ok(code in ERROR_CATALOGUE, `${code} is in the catalogue`);
}
