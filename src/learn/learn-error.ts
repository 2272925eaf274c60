import { ToolError } from '../errors/tool-error.js';
import type { LearnReport } from '../ir/report.js';

/** The error of a report with verdict `fail`; null for a pass. */
export function learnError(report: LearnReport): ToolError | null {
  if (report.verdict === 'pass') return null;
  const { boardId, weightMismatches, firstMismatchStep, resultMismatches, predictMismatches } = report;
  const d = report.firstDivergence;
  let what: string;
  if (firstMismatchStep !== null) {
    what =
      `${boardId} left the reference at learning step ${firstMismatchStep}: ` +
      (d === null
        ? 'the hash of its state differs, though the state read back is equal.'
        : `${d.part} of "${d.opName}", element ${d.element}: expected ${d.expected} (0x${d.expectedBits}), ` +
          `got ${d.actual} (0x${d.actualBits})` +
          `${d.step > firstMismatchStep ? `, seen after step ${d.step} and not when repeated` : ''}. ` +
          `${weightMismatches} words differ.`);
  } else {
    what =
      `${boardId} keeps the same weights as the reference, but says something else: ${resultMismatches} steps with ` +
      `another loss or class, ${predictMismatches} predictions with another class.`;
  }
  return new ToolError('LEARN_MISMATCH', what, {
    context: {
      board: boardId,
      step: firstMismatchStep,
      weightMismatches,
      resultMismatches,
      predictMismatches,
      layer: d?.opName ?? null,
      part: d?.part ?? null,
      element: d?.element ?? null,
      expectedBits: d?.expectedBits ?? null,
      actualBits: d?.actualBits ?? null,
    },
  });
}
