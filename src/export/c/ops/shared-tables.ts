import { SIGMOID_TABLE } from '../../../ir/ops/int8/sigmoidal.js';
import { EXP_TABLE, RECIPROCAL_TABLE } from '../../../ir/ops/int8/softmax-int16.js';
import type { CConstant } from '../constant.js';
import { pointer } from './arguments.js';
import type { KernelArgument } from './lowered-op.js';

/** Tables of the 16-bit functions: the same for every op, there once. */
function sharedTable(name: string, values: readonly number[], comment: string): CConstant {
  return { name, element: 'int16_t', role: 'table', values, wordAligned: false, comment };
}

export const EXPS = sharedTable('shared_exp_s16', EXP_TABLE, '16-bit softmax: exp(x), x from -10 to 0');
export const RECIPROCALS = sharedTable(
  'shared_reciprocal_s16',
  RECIPROCAL_TABLE,
  '16-bit softmax: 1 / (1 + x), x from 0 to 1',
);
export const SIGMOID = sharedTable(
  'shared_sigmoid_s16',
  SIGMOID_TABLE.map((v) => v - 32768),
  '16-bit logistic and tanh: 2^16 / (1 + exp(-i / 24)) - 2^15',
);

export function tableArgument(prefix: string, argument: string, { name }: CConstant): KernelArgument {
  return pointer('const int16_t *', argument, `${prefix}_${name}`);
}
