import type { ConstantSize } from '../../ir/memory-plan.js';

export type CElement = 'int8_t' | 'int16_t' | 'int32_t' | 'float';

/** A constant array of the generated sources. */
export interface CConstant {
  /** Without the model's prefix. */
  readonly name: string;
  readonly element: CElement;
  readonly role: ConstantSize['role'];
  readonly values: ArrayLike<number>;
  /** Read as words: must start at a multiple of four. */
  readonly wordAligned: boolean;
  /** One line above the array: what it is and how it is laid out. */
  readonly comment: string;
}

const ELEMENT_BYTES: Readonly<Record<CElement, number>> = { int8_t: 1, int16_t: 2, int32_t: 4, float: 4 };

export function constantBytes(constant: CConstant): number {
  return constant.values.length * ELEMENT_BYTES[constant.element];
}
