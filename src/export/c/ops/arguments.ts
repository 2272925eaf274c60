import type { QuantizedGraph } from '../../../ir/graph.js';
import type { KernelArgument } from './lowered-op.js';

/** Given at each call. */
export function pointer(type: string, name: string, value: string): KernelArgument {
  return { type, name, value, kind: 'pointer' };
}

/** An array of constants: fixed in the function if its sharers have the same one, as the only caller has. */
export function constant(type: string, name: string, value: string): KernelArgument {
  return { type, name, value, kind: 'number' };
}

/** Fixed in the function that calls of one shape share. */
export function shape(type: string, name: string, value: number): KernelArgument {
  return { type, name, value: String(value), kind: 'shape' };
}

/** Fixed there if all sharers have the same, a parameter otherwise. */
export function number(type: string, name: string, value: number): KernelArgument {
  return { type, name, value: String(value), kind: 'number' };
}

export function roundingArgument(graph: Pick<QuantizedGraph, 'rounding'>): KernelArgument {
  const value = graph.rounding === 'single' ? 'GRAPES_ROUNDING_SINGLE' : 'GRAPES_ROUNDING_TFLITE';
  return { type: 'uint8_t', name: 'rounding', value, kind: 'shape' };
}

/** The op's part of the arena; NULL where the kernel wants none. */
export function scratchArgument(bytes: number, scratch: string): KernelArgument {
  return bytes === 0
    ? { type: 'int8_t *', name: 'scratch', value: 'NULL', kind: 'shape' }
    : { type: 'int8_t *', name: 'scratch', value: scratch, kind: 'pointer' };
}
