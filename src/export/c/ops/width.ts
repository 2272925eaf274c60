import type { QuantizedGraph } from '../../../ir/graph.js';
import type { Int8Dense } from '../../../ir/ops/fully-connected.js';
import type { DType } from '../../../ir/tensor.js';
import type { Requantize } from '../../../ir/quant-params.js';
import type { KernelRounding } from '../kernel-sets/kernel-set.js';
import { number, roundingArgument } from './arguments.js';
import type { KernelArgument } from './lowered-op.js';

/** How the kernels of one width of activations are named, and what they take. */
export interface Width {
  /** `conv_2d_s8.h`, `grapes_conv_2d_s8_plain`. */
  readonly suffix: 's8' | 's16';
  readonly element: 'int8_t' | 'int16_t';
  readonly isWide: boolean;
  /** A place of the arena as a pointer to such elements. */
  at(place: string): string;
  /** Zero points are arguments of the int8 kernels; those of int16 are 0. */
  zeroPoint(name: string, value: number): readonly KernelArgument[];
}

const INT8: Width = {
  suffix: 's8',
  element: 'int8_t',
  isWide: false,
  at: (place) => place,
  zeroPoint: (name, value) => [number('int8_t', name, value)],
};

const INT16: Width = {
  suffix: 's16',
  element: 'int16_t',
  isWide: true,
  at: (place) => `${ARENA_INT16}(${place})`,
  zeroPoint: () => [],
};

/** The macro of the generated sources that reads int16 from the arena, whose tensors begin at multiples of four. */
export const ARENA_INT16 = 'INT16_AT';

export function widthOfType(dtype: DType): Width {
  return dtype === 'int16' ? INT16 : INT8;
}

export function widthOf(graph: QuantizedGraph, tensor: number): Width {
  return widthOfType(graph.tensors[tensor].dtype);
}

/** The clamp of the output. */
export function clampArguments(
  { element }: Width,
  { clampMin, clampMax }: Pick<Requantize, 'clampMin' | 'clampMax'>,
): readonly KernelArgument[] {
  return [number(element, 'clamp_min', clampMin), number(element, 'clamp_max', clampMax)];
}

/** How a layer's sums are rounded, as {@link packLayer} says it. */
export function layerRounding(rounding: KernelRounding): KernelArgument {
  const argument = roundingArgument({ rounding: rounding === 'single' ? 'single' : 'tflite' });
  return rounding === 'wide' ? { ...argument, value: 'GRAPES_ROUNDING_WIDE' } : argument;
}

/** How the kernel of a layer of weights is named: by its activations, or by weights of four bits. */
export function layerSuffix({ dtype, weightBits }: Pick<Int8Dense, 'dtype' | 'weightBits'>): string {
  return dtype === 'int16' ? 's16' : `s${weightBits}`;
}
