import type { Step } from '../../../engine.js';
import { breakTeam, isBroken, TEAM_WORDS, ThreadTeam, waitWhile } from './thread-team.js';

/** What all threads of a network do together. */
export type Command = 'step' | 'gradients' | 'evaluate' | 'modulations' | 'end';
const COMMANDS: readonly Command[] = ['step', 'gradients', 'evaluate', 'modulations', 'end'];

/** 32-bit words behind the team's own. */
const CALL = TEAM_WORDS;
const COMMAND = CALL + 1;
const ROWS = CALL + 2;
const STEP = CALL + 3;
const READY = CALL + 4;
/** Index of a 64-bit number behind the words. */
const RATE = 4;
const BYTES = 8 * (RATE + 1);

const NO_STEP: Step = { rows: 0, step: 0, learningRate: 0 };

/** The block of shared memory through which the main thread tells the others of its team what to do. */
export class Control {
  private readonly words: Int32Array;
  private readonly numbers: Float64Array;
  /** The last call that this thread has seen. */
  private seen = 0;

  constructor(readonly buffer = new SharedArrayBuffer(BYTES)) {
    this.words = new Int32Array(buffer);
    this.numbers = new Float64Array(buffer);
  }

  /** @param look see {@link ThreadTeam} */
  team(member: number, size: number, look?: () => void): ThreadTeam {
    return new ThreadTeam(this.words, member, size, look);
  }

  /** Main thread: wakes the others up for `command`. */
  call(command: Command, step: Step = NO_STEP): void {
    const { words } = this;
    words[COMMAND] = COMMANDS.indexOf(command);
    words[ROWS] = step.rows;
    words[STEP] = step.step;
    this.numbers[RATE] = step.learningRate;
    Atomics.add(words, CALL, 1);
    Atomics.notify(words, CALL);
  }

  /** Other threads: waits for the next call. */
  next(): { readonly command: Command; readonly step: Step } {
    const { words } = this;
    waitWhile(words, CALL, this.seen);
    this.seen++;
    const step = { rows: words[ROWS], step: words[STEP], learningRate: this.numbers[RATE] };
    return { command: COMMANDS[words[COMMAND]], step };
  }

  /** Other threads: this one has built its network. */
  reportReady(): void {
    Atomics.add(this.words, READY, 1);
    Atomics.notify(this.words, READY);
  }

  /** Main thread: waits until `count` others are ready. False if they are not within `timeoutMs`, or failed. */
  waitForReady(count: number, timeoutMs: number): boolean {
    const end = performance.now() + timeoutMs;
    for (;;) {
      const ready = Atomics.load(this.words, READY);
      if (isBroken(this.words)) return false;
      if (ready >= count) return true;
      const left = end - performance.now();
      if (left <= 0) return false;
      Atomics.wait(this.words, READY, ready, Math.min(left, 50));
    }
  }

  fail(): void {
    breakTeam(this.words);
  }

  get failed(): boolean {
    return isBroken(this.words);
  }
}
