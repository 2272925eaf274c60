import { Heap } from './heap.js';
import { peakOf, Progress, type OrderProblem } from './order-problem.js';

export interface FoundOrder {
  /** Places of the ops in the given order, in the order to run them. */
  readonly order: readonly number[];
  readonly peakBytes: number;
  /** No order has a lower peak. */
  readonly boundBytes: number;
}

/** Sets of ops that are looked at before the search gives up its proof: a second or so. */
const MOST_STATES = 20_000;
/** Orders that are followed side by side then. */
const BEAM = 48;
/** Steps that are weighed on the way to so many sets, and again on the way to the end: where very many ops can run at one time. */
const MOST_STEPS = 1_500_000;

interface State {
  readonly at: Progress;
  /** The most that lived so far. */
  readonly peak: number;
  readonly from: State | null;
  readonly op: number;
  /** Turn in which it was found: what is left to chance otherwise goes by it. */
  readonly turn: number;
}

/** Counts what a search has done. */
interface Effort {
  turns: number;
  steps: number;
}

/** Lower peaks first; of equal ones what is further on. */
const before = (a: State, b: State): boolean =>
  a.peak !== b.peak ? a.peak < b.peak : a.at.count !== b.at.count ? a.at.count > b.at.count : a.turn < b.turn;

/**
 * The order with the least peak. Sets of ops that can have run are looked at, the least peak first: a set is worth one look,
 * since what lives then is the same on every way to it, and the first way to the end is the best. An op that leaves no more
 * than it found, and takes no more than was taken already or than any other would take next, is run at once: every order is as
 * good or better with it there.
 * Where that comes to more than `states` sets or `steps` steps, what they have proven stays as the bound, and the best of some
 * orders is followed to the end, if so many steps lead there. The given order stays where none is better. Same problem, same order.
 */
export function searchOrder(problem: OrderProblem, states = MOST_STATES, steps = MOST_STEPS): FoundOrder {
  const given = problem.ops.map((_, k) => k);
  const givenPeak = peakOf(problem, given);
  const start = Progress.start(problem);
  const least = Math.max(start.live, ...leastPeaks(problem));
  const stays = { order: given, peakBytes: givenPeak };
  if (givenPeak <= least) return { ...stays, boundBytes: givenPeak };

  const heap = new Heap<State>(before);
  const effort: Effort = { turns: 0, steps: 0 };
  const first = settled({ at: start, peak: least, from: null, op: -1, turn: 0 }, effort);
  heap.push(first);
  const seen = new Set<string>();
  for (let looked = 0; looked < states && effort.steps < steps;) {
    const state = heap.pop();
    // Every way to the end reaches the peak of the given order.
    if (state === undefined) return { ...stays, boundBytes: givenPeak };
    if (state.peak >= givenPeak) return { ...stays, boundBytes: givenPeak };
    if (state.at.complete) return { order: orderTo(state), peakBytes: state.peak, boundBytes: state.peak };
    const { key } = state.at;
    if (seen.has(key)) continue;
    seen.add(key);
    looked++;
    for (const next of nextStates(state, effort)) if (next.peak < givenPeak) heap.push(next);
  }
  const boundBytes = heap.pop()?.peak ?? givenPeak;
  const found = beam(first, givenPeak, steps);
  return found === null ? { ...stays, boundBytes } : { order: orderTo(found), peakBytes: found.peak, boundBytes };
}

/** What each op takes at the least, whenever it runs. */
function leastPeaks({ ops, bytes }: OrderProblem): number[] {
  return ops.map(({ reads, writes, scratchBytes, saves }) => {
    return reads.reduce((n, id) => n + bytes[id], 0) + bytes[writes] + scratchBytes - Math.max(0, ...saves);
  });
}

/** One op further, with each that can run, and from there on to where there is a choice. */
function nextStates(state: State, effort: Effort): State[] {
  return stepsFrom(state, effort).map((step) => settled(withStep(state, step, effort), effort));
}

interface PossibleStep {
  readonly op: number;
  readonly peak: number;
  readonly live: number;
}

function stepsFrom({ at }: State, effort: Effort): PossibleStep[] {
  const ready = at.ready();
  effort.steps += ready.length;
  return ready.map((op) => ({ op, ...at.step(op) }));
}

function withStep(state: State, { op, peak }: PossibleStep, effort: Effort): State {
  const turn = ++effort.turns;
  return { at: state.at.after(op), peak: Math.max(state.peak, peak), from: state, op, turn };
}

/** With everything run that is best run at once. */
function settled(start: State, effort: Effort): State {
  let state = start;
  for (;;) {
    const steps = stepsFrom(state, effort);
    const { at, peak } = state;
    const cheap = Math.max(peak, Math.min(...steps.map((step) => step.peak)));
    const free = steps.length === 1 ? steps[0] : steps.find((step) => step.live <= at.live && step.peak <= cheap);
    if (free === undefined) return state;
    state = withStep(state, free, effort);
  }
}

/** The best end, within `steps`, of the `BEAM` states that are best after each choice; null where none is below `limit`. */
function beam(first: State, limit: number, steps: number): State | null {
  const effort: Effort = { turns: 0, steps: 0 };
  let best: State | null = null;
  for (let states = [first]; states.length > 0 && effort.steps < steps;) {
    const next = new Map<string, State>();
    for (const state of states.flatMap((s) => (s.at.complete ? [s] : nextStates(s, effort)))) {
      if (state.peak >= (best?.peak ?? limit)) continue;
      if (state.at.complete) {
        best = state;
        continue;
      }
      const known = next.get(state.at.key);
      if (known === undefined || state.peak < known.peak) next.set(state.at.key, state);
    }
    states = [...next.values()]
      .sort((a, b) => a.peak - b.peak || b.at.count - a.at.count || a.at.live - b.at.live || a.turn - b.turn)
      .slice(0, BEAM);
  }
  return best;
}

function orderTo(end: State): number[] {
  const order: number[] = [];
  for (let state = end; state.from !== null; state = state.from) order.push(state.op);
  return order.reverse();
}
