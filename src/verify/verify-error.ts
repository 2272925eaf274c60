import { ToolError } from '../errors/tool-error.js';
import type { VerifyReport } from '../ir/report.js';

/** The error of a report with verdict `fail`; null for a pass. */
export function verifyError(report: VerifyReport): ToolError | null {
  const { firstMismatch, firstDivergence, boardId, mismatches, mismatchedSamples, samples } = report;
  if (report.verdict === 'pass' || firstMismatch === null) return null;
  const count = `${mismatches} output byte${mismatches === 1 ? '' : 's'} of ${mismatchedSamples} in ${samples} samples`;
  const where =
    firstDivergence === null
      ? `The first is sample ${firstMismatch.sample}, output ${firstMismatch.element}: expected ` +
        `${firstMismatch.expected}, got ${firstMismatch.actual}. The same sample run again layer by layer agrees, ` +
        `so the fault does not repeat: look at memory, stack and power rather than arithmetic.`
      : `It begins at sample ${firstDivergence.sample}, layer ${firstDivergence.opIndex} "${firstDivergence.opName}", ` +
        `element ${firstDivergence.element}: expected ${firstDivergence.expected}, got ${firstDivergence.actual}.`;
  return new ToolError('VERIFY_MISMATCH', `${boardId} differs from the reference in ${count}. ${where}`, {
    context: {
      board: boardId,
      samples,
      mismatches,
      mismatchedSamples,
      sample: firstMismatch.sample,
      output: firstMismatch.element,
      layer: firstDivergence?.opName ?? null,
      opIndex: firstDivergence?.opIndex ?? null,
      element: firstDivergence?.element ?? null,
      expected: (firstDivergence ?? firstMismatch).expected,
      actual: (firstDivergence ?? firstMismatch).actual,
    },
  });
}
