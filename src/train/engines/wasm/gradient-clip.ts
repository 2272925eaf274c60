import type { Floats, Machine } from './machine.js';
import type { Parameter } from './parameter.js';

/** Numbers whose squares are summed by one thread, so that the sum does not depend on how many threads there are. */
const BLOCK = 16_384;

interface Block {
  readonly address: number;
  readonly length: number;
}

/**
 * Gradients of all parameters, taken as one vector, shortened to a length if they are longer. Its direction stays: a rare
 * steep place does not throw the weights far away.
 */
export class GradientClip {
  private readonly blocks: readonly Block[];
  /** Length of each block. */
  private readonly lengths: Floats;

  constructor(
    private readonly machine: Machine,
    parameters: readonly Parameter[],
    private readonly norm: number,
  ) {
    this.blocks = parameters.flatMap(({ gradient }) => blocksOf(gradient));
    this.lengths = machine.floats(this.blocks.length);
  }

  /** Between the backward pass and the optimizer. */
  apply(): void {
    const { machine, blocks, lengths, norm } = this;
    const { kernels, team } = machine;
    const [from, to] = team.share(blocks.length);
    for (let b = from; b < to; b++) {
      lengths.values[b] = Math.sqrt(kernels.sumOfSquares(blocks[b].address, blocks[b].length));
    }
    team.barrier();
    // Every thread comes to the same number: products, sums and roots of doubles are rounded alike everywhere.
    let square = 0;
    for (const length of lengths.values) square += length * length;
    const length = Math.sqrt(square);
    if (length > norm) {
      for (let b = from; b < to; b++) kernels.scale(blocks[b].address, blocks[b].length, norm / length);
    }
    team.barrier();
  }
}

function blocksOf({ address, length }: Floats): Block[] {
  return Array.from({ length: Math.ceil(length / BLOCK) }, (_, b) => ({
    address: address + 4 * BLOCK * b,
    length: Math.min(BLOCK, length - BLOCK * b),
  }));
}
