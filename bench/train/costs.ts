import { median } from './median.js';
import { openEngine, Runner } from './ours.js';
import type { Work } from './works.js';

/** Short rounds, so that on and off see the same state of the machine. */
const ROUNDS = 25;
const ROUND_SECONDS = 0.1;
const MEMORY_STEPS = 1000;
const MIB = 2 ** 20;

/** What the factors and the modulation cost of a step: one thread, deterministic. */
export interface Overhead {
  readonly work: string;
  readonly everySteps: number;
  readonly samplesPerSecondOff: number;
  readonly samplesPerSecondOn: number;
  /** Added time over the time without, median over pairs of rounds. */
  readonly overhead: number;
}

const SETTING = { engine: 'wasm', threads: 1, fast: false } as const;

export async function measureOverhead(work: Work, everySteps: number): Promise<Overhead> {
  const engine = await openEngine(SETTING, work);
  const on = Runner.create(engine, work, { everySteps });
  const off = Runner.create(engine, work, { mode: 'off' });
  if (on === null || off === null) throw new Error(`${work.name}: the engine lacks a layer`);
  const rates = Array.from({ length: ROUNDS }, (_, i) => {
    // Who goes first changes from round to round.
    const first = i % 2 === 0 ? on : off;
    const second = first === on ? off : on;
    const pair = [first.rate(ROUND_SECONDS), second.rate(ROUND_SECONDS)];
    return i % 2 === 0 ? { on: pair[0], off: pair[1] } : { on: pair[1], off: pair[0] };
  });
  on.dispose();
  off.dispose();
  return {
    work: work.name,
    everySteps,
    samplesPerSecondOff: median(rates.map((r) => r.off)),
    samplesPerSecondOn: median(rates.map((r) => r.on)),
    overhead: median(rates.map((r) => r.off / r.on - 1)),
  };
}

/** The process's memory before and after many steps, in MiB. */
export interface Memory {
  readonly work: string;
  readonly steps: number;
  readonly before: number;
  readonly after: number;
}

export async function measureMemory(work: Work): Promise<Memory> {
  const runner = Runner.create(await openEngine(SETTING, work), work);
  if (runner === null) throw new Error(`${work.name}: the engine lacks a layer`);
  for (let i = 0; i < MEMORY_STEPS; i++) runner.step();
  const before = process.memoryUsage.rss() / MIB;
  for (let i = 0; i < MEMORY_STEPS; i++) runner.step();
  const after = process.memoryUsage.rss() / MIB;
  runner.dispose();
  return { work: work.name, steps: MEMORY_STEPS, before, after };
}
