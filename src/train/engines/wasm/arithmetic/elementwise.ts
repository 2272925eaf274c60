import type { Activation } from '../../../../ir/graph.js';
import type { Floats, Machine } from '../machine.js';

const FLOAT_BYTES = 4;
/** Vectors must not be cut: the rest of a part is computed by other instructions. */
const LANES = 4;

/** y = f(y) over the first n numbers. */
export function activate({ kernels, team }: Machine, kind: Exclude<Activation, 'none'>, y: Floats, n: number): void {
  const [from, to] = team.share(n, LANES);
  const at = y.address + FLOAT_BYTES * from;
  if (to > from) {
    switch (kind) {
      case 'relu':
        kernels.reluForward(at, to - from);
        break;
      case 'relu6':
        kernels.relu6Forward(at, to - from);
        break;
      case 'tanh':
        kernels.tanhForward(at, to - from);
        break;
      case 'sigmoid':
        kernels.sigmoidForward(at, to - from);
        break;
    }
  }
  team.barrier();
}

/** d *= f'(a), from y = f(a). */
export function activateBackward(
  { kernels, team }: Machine,
  kind: Exclude<Activation, 'none'>,
  d: Floats,
  y: Floats,
  n: number,
): void {
  const [from, to] = team.share(n, LANES);
  const [at, of] = [d.address + FLOAT_BYTES * from, y.address + FLOAT_BYTES * from];
  if (to > from) {
    switch (kind) {
      case 'relu':
        kernels.reluBackward(at, of, to - from);
        break;
      case 'relu6':
        kernels.relu6Backward(at, of, to - from);
        break;
      case 'tanh':
        kernels.tanhBackward(at, of, to - from);
        break;
      case 'sigmoid':
        kernels.sigmoidBackward(at, of, to - from);
        break;
    }
  }
  team.barrier();
}

/** out[i] = a[i] · b[i]; `out` may be `a`. */
export function multiply({ kernels, team }: Machine, out: Floats, a: Floats, b: Floats, n: number): void {
  const [from, to] = team.share(n, LANES);
  const offset = FLOAT_BYTES * from;
  if (to > from) kernels.multiply(out.address + offset, a.address + offset, b.address + offset, to - from);
  team.barrier();
}

/** out[i] += a[i] */
export function accumulate({ kernels, team }: Machine, out: Floats, a: Floats, n: number): void {
  const [from, to] = team.share(n, LANES);
  const offset = FLOAT_BYTES * from;
  if (to > from) kernels.accumulate(out.address + offset, a.address + offset, to - from);
  team.barrier();
}

/** out = a */
export function copy({ team }: Machine, out: Floats, a: Floats, n: number): void {
  const [from, to] = team.share(n, LANES);
  if (to > from) out.values.set(a.values.subarray(from, to), from);
  team.barrier();
}

/** mask[i] = 1 / keep with probability `keep`, else 0; a function of (key, i) alone. `keep` below 1. */
export function dropoutMask({ kernels, team }: Machine, mask: Floats, n: number, key: number, keep: number): void {
  const [from, to] = team.share(1);
  // keep < 1, so the threshold fits 32 bits.
  if (to > from) kernels.dropoutMask(mask.address, n, key, Math.floor(keep * 4294967296), 1 / keep);
  team.barrier();
}
