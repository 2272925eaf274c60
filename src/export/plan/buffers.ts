/** Bytes (or any unit) that must not overlap another buffer whose [first, last] shares a step. */
export interface BufferRequest {
  readonly id: number;
  readonly bytes: number;
  /** First and last step at which the content matters, both included. */
  readonly first: number;
  readonly last: number;
}

export type Placed = BufferRequest & { readonly offset: number };

export function alignUp(value: number, alignment: number): number {
  return Math.ceil(value / alignment) * alignment;
}

export function totalOf(placed: readonly Placed[]): number {
  return placed.reduce((n, p) => Math.max(n, p.offset + p.bytes), 0);
}
