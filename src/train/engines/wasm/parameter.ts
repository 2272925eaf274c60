import type { PlannedParameter } from '../../../ir/network-plan.js';
import type { Floats, Machine } from './machine.js';

/** errorsᵀ · inputs / rows: the mean gradient of a weight matrix [nodes][inputs] on a batch. */
export interface GradientProduct {
  readonly rows: number;
  /** [rows][nodes] */
  readonly errors: Floats;
  readonly nodes: number;
  /** [rows][inputs] */
  readonly input: Floats;
  readonly inputs: number;
}

/**
 * Something that is learned, and the batch's mean gradient of the loss in it, in one layout: the plan's, unless the
 * layer says otherwise in `read` and `write`.
 */
export interface Parameter {
  readonly planned: PlannedParameter;
  readonly values: Floats;
  readonly gradient: Floats;
  /** Set by a layer: the gradient is this product, and has not been written to `gradient`. */
  product: GradientProduct | null;
  /** Copies in the plan's layout. */
  read(array: Floats): Float32Array;
  write(array: Floats, from: Float32Array): void;
}

/** A parameter that is kept in the plan's layout. */
export function plainParameter(machine: Machine, planned: PlannedParameter): Parameter {
  const length = planned.shape.reduce((n, d) => n * d, 1);
  return {
    planned,
    values: machine.floats(length),
    gradient: machine.floats(length),
    product: null,
    read: (array) => array.values.slice(),
    write: (array, from) => {
      array.values.set(from);
    },
  };
}

/** Kept but not learned: a batch norm's moving statistics. */
export interface KeptState {
  readonly planned: PlannedParameter;
  readonly values: Floats;
}
