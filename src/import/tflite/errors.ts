import { ToolError, type ErrorContext } from '../../errors/tool-error.js';

/** The file is damaged, or no .tflite at all. */
export function invalid(why: string, context: ErrorContext = {}): ToolError {
  return new ToolError('IMPORT_TFLITE_INVALID', `The .tflite file cannot be read: ${why}.`, { context });
}

/** The file is sound, but holds what has no counterpart here. Thrown for one operator, it becomes a line of the list. */
export function unsupported(why: string, context: ErrorContext = {}): ToolError {
  return new ToolError('IMPORT_TFLITE_UNSUPPORTED', `The model cannot be imported: ${why}.`, {
    context: { ...context, why },
  });
}
