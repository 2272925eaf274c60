import type { Board } from '../boards/descriptor.js';
import type { InstructionSpread } from '../ir/report.js';

/**
 * Instructions per tick of `DeviceInfo.ticksPerSecond`'s counter: an emulator that advances its clock by a fixed time
 * per instruction makes the timer an exact instruction counter. Null where nothing counts instructions.
 */
export function instructionsPerTick(board: Board): number | null {
  const counting = board.emulator?.instructionCounting ?? null;
  if (counting === null) return null;
  return 1e9 / (counting.ticksPerSecond * counting.nanosecondsPerInstruction);
}

/** Gathers tick counts and gives them back as instructions. */
export class InstructionCounter {
  private count = 0;
  private sum = 0;
  private least = Infinity;
  private most = 0;

  constructor(private readonly perTick: number | null) {}

  add(ticks: number): void {
    this.count++;
    this.sum += ticks;
    if (ticks < this.least) this.least = ticks;
    if (ticks > this.most) this.most = ticks;
  }

  /** Null where the board cannot count or nothing was counted. */
  spread(): InstructionSpread | null {
    const { perTick, count } = this;
    if (perTick === null || count === 0) return null;
    return {
      min: Math.round(this.least * perTick),
      mean: Math.round((this.sum / count) * perTick),
      max: Math.round(this.most * perTick),
    };
  }
}
