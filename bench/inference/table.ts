import type { Measurement } from './measure.js';
import type { Row } from './row.js';
import { targetOf } from './targets.js';

export const TABLE_HEAD =
  'core  work     rounding  flags  instructions  per MAC  target        CMSIS-NN  ratio   code     RAM  stack';

export function tableLine(row: Row): string {
  const target = row.rounding === 'tflite' ? targetOf(row.core, row.work) : null;
  const verdict = target === null ? '' : `${target} ${row.instructionsPerMac <= target ? 'pass' : 'MISS'}`;
  const right = (value: string | number | null, width: number): string => String(value ?? '-').padStart(width);
  return [
    row.core.padEnd(5),
    row.work.padEnd(8),
    row.rounding.padEnd(9),
    row.flags.padEnd(5),
    right(row.instructions, 13),
    right(row.instructionsPerMac.toFixed(3), 8),
    ' ' + verdict.padEnd(12),
    right(row.cmsisNnInstructionsPerMac?.toFixed(3) ?? null, 9),
    right(row.ratio?.toFixed(2) ?? null, 6),
    right(row.codeBytes, 6),
    right(row.ramBytes, 7),
    right(row.stackBytes, 6),
  ].join(' ');
}

/** Where instructions and flash go: one line an op, one line of constants. */
export function opLines({ ops, constants }: Measurement): string[] {
  const total = ops.reduce((n, op) => n + op.instructions, 0);
  const lines = ops.map((op) => {
    const perMac = op.macs === 0 ? '-' : (op.instructions / op.macs).toFixed(3);
    const share = `${((100 * op.instructions) / total).toFixed(1)} %`;
    const kernel = op.kernel.replace(/^kernels\//, '').replace(/\.h$/, '');
    return `      ${String(op.instructions).padStart(10)} ${share.padStart(7)} ${perMac.padStart(8)} per MAC  ${kernel.padEnd(30)} ${op.name.slice(-50)}`;
  });
  const roles = Object.entries(constants).map(([role, bytes]) => `${role} ${bytes}`);
  return [...lines, `      bytes of constants as packed: ${roles.join(', ')}`];
}
