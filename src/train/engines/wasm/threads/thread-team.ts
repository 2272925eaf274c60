import type { Team } from '../team.js';

/** Looks at a word before a thread goes to sleep over it: about 50 µs, what waking up would cost. */
const SPINS = 20_000;

/** Words of shared memory, 0 at first, in which a team meets. */
const ARRIVED = 0;
const GENERATION = 1;
const BROKEN = 2;
export const TEAM_WORDS = 3;

/** Time asleep between two looks at whether the others are still there. */
const LOOK_EVERY_MS = 250;

/**
 * Returns once `words[at]` is no longer `value`: awake for a while, then asleep. With `look`, which throws when there is
 * nobody left to wait for, it looks up from its sleep now and then.
 */
export function waitWhile(words: Int32Array, at: number, value: number, look?: () => void): void {
  for (let i = 0; i < SPINS; i++) if (Atomics.load(words, at) !== value) return;
  if (look === undefined) Atomics.wait(words, at, value);
  else while (Atomics.wait(words, at, value, LOOK_EVERY_MS) === 'timed-out') look();
}

/** A member has failed: whoever waits for it wakes up and fails too. */
export function breakTeam(words: Int32Array): void {
  Atomics.store(words, BROKEN, 1);
  Atomics.add(words, GENERATION, 1);
  Atomics.notify(words, GENERATION);
}

export function isBroken(words: Int32Array): boolean {
  return Atomics.load(words, BROKEN) !== 0;
}

/** One thread's view of a team whose members meet in shared memory. */
export class ThreadTeam implements Team {
  /** Set on member 0 between steps: it does the next one by itself, and the others know nothing of it. */
  isAlone = false;

  /** @param look throws if another member has ended without a word, as a thread does that is killed */
  constructor(
    private readonly words: Int32Array,
    readonly member: number,
    private readonly members: number,
    private readonly look?: () => void,
  ) {}

  get size(): number {
    return this.isAlone ? 1 : this.members;
  }

  share(count: number, grain = 1): readonly [from: number, to: number] {
    const units = Math.ceil(count / grain);
    const end = (members: number): number => Math.min(count, Math.ceil((units * members) / this.size) * grain);
    return [end(this.member), end(this.member + 1)];
  }

  barrier(): void {
    if (this.isAlone) return;
    const { words } = this;
    const generation = Atomics.load(words, GENERATION);
    // In this order: a failure after this line moves the generation on.
    this.check();
    if (Atomics.add(words, ARRIVED, 1) === this.size - 1) {
      Atomics.store(words, ARRIVED, 0);
      Atomics.add(words, GENERATION, 1);
      Atomics.notify(words, GENERATION);
    } else {
      waitWhile(words, GENERATION, generation, this.look);
    }
    this.check();
  }

  private check(): void {
    if (isBroken(this.words)) throw new Error('another thread of the team has failed');
  }
}
