import { opInputs, type FloatGraph, type QuantizedGraph } from '../ir/graph.js';
import type { Int4Row, LayerWidths, MixedPrecision, PrecisionChoice, SensitivityRow } from '../ir/report.js';
import { elementCount } from '../ir/tensor.js';
import type { Steps } from '../util/steps.js';
import { weightsOf } from './passes/graph-edit.js';
import type { Finer } from './simulate.js';
import { followsWidth } from './widths.js';

/** Activations that are offered together, and sets of int4 layers that are tried. */
const MOST_ACTIVATIONS = 3;
const MOST_SETS = 6;
/** What int4 in some layers may cost: a fraction of the samples; of networks without classes, decibels. */
const LOSS = 0.005;
const LOSS_DB = 3;

/** Runs of the simulation that {@link precisionChoices} takes. */
export const CHOICE_RUNS = MOST_ACTIVATIONS + MOST_SETS + 1;

/** What the analysis of single parts has found. */
export interface Parts {
  readonly base: MixedPrecision;
  /** Activations whose int16 gains something, the one that gains most first. */
  readonly costly: readonly { readonly row: SensitivityRow; readonly finer: Finer }[];
  /** Places of the layers of `int4`. */
  readonly narrowable: readonly number[];
  readonly int4: readonly Int4Row[];
  readonly allInt4: Int4Row | null;
  measure(sets: readonly Finer[]): Steps<MixedPrecision[]>;
}

/** What `quantize` of grapes.yaml offers against the loss, and for smaller weights, each simulated as a whole. */
export function* precisionChoices(float: FloatGraph, int8: QuantizedGraph, parts: Parts): Steps<PrecisionChoice[]> {
  return [...(yield* int16Choices(float, int8, parts)), ...(yield* int4Choices(parts))];
}

function* int16Choices(float: FloatGraph, int8: QuantizedGraph, { costly, measure }: Parts): Steps<PrecisionChoice[]> {
  const isInt8 = (id: number): boolean => int8.tensors[id].dtype === 'int8';
  const offered = costly.flatMap(({ row, finer }) => {
    const names = layersOf(float, int8, finer.activations, row.name);
    return names === null ? [] : [{ names, finer, bytes: row.bytes }];
  });
  const sets = offered.slice(0, MOST_ACTIVATIONS).map((_, n) => offered.slice(0, n + 1));
  const everywhere = [float.input, ...float.ops.map((op) => op.output)];
  const weights = new Set<number>();
  const all = float.ops.every((op, k) => weightsOf(op) === null || !isInt4(float, int8, k)) && everywhere.some(isInt8);
  const measured = yield* measure([
    ...sets.map((set) => ({ weights, activations: new Set(set.flatMap(({ finer }) => [...finer.activations])) })),
    ...(all ? [{ weights, activations: new Set(everywhere) }] : []),
  ]);
  const choices = sets.map((set, n): PrecisionChoice => {
    const names = [...new Set(set.flatMap((one) => one.names))];
    const layers = Object.fromEntries(names.map((name): [string, LayerWidths] => [name, { activationBits: 16 }]));
    const ramBytes = set.reduce((sum, { bytes }) => sum + bytes, 0);
    return { quantize: { layers }, flashBytes: 0, ramBytes, ...measured[n] };
  });
  if (!all) return choices;
  const ramBytes = everywhere.filter(isInt8).reduce((sum, id) => sum + elementCount(float.tensors[id].shape), 0);
  return [...choices, { quantize: { activationBits: 16 }, flashBytes: 0, ramBytes, ...measured[sets.length] }];
}

/**
 * The layers that have to be named for these activations to be int16: the one that makes them and all that read them. Null
 * where naming layers cannot do it: the network's output keeps the width of the project, and int4 weights that of int8.
 */
function layersOf(
  float: FloatGraph,
  int8: QuantizedGraph,
  activations: ReadonlySet<number>,
  maker: string,
): string[] | null {
  if (activations.has(float.output)) return null;
  const readers = float.ops.flatMap((op, k) => {
    const reads = opInputs(op).some((id) => activations.has(id));
    return reads && !followsWidth(op) ? [k] : [];
  });
  const made = float.ops.findIndex((op) => op.name === maker);
  if ([made, ...readers].some((k) => k >= 0 && isInt4(float, int8, k))) return null;
  return [...new Set([maker, ...readers.map((k) => float.ops[k].name)])];
}

function isInt4(float: FloatGraph, int8: QuantizedGraph, k: number): boolean {
  const layer = weightsOf(float.ops[k]);
  return layer !== null && int8.tensors[layer.weights].dtype === 'int4';
}

/** As many layers in int4, from the one that loses least for its bytes on, as cost next to nothing; and all. */
function* int4Choices({ base, narrowable, int4, allInt4, measure }: Parts): Steps<PrecisionChoice[]> {
  if (allInt4 === null) return [];
  const noise = ({ sqnrDb }: MixedPrecision): number => (sqnrDb === null ? 0 : 10 ** (-sqnrDb / 10));
  const price = (row: Int4Row): number => (noise(row) - noise(base)) / Math.max(1, row.savedBytes);
  const order = int4.map((_, n) => n).sort((a, b) => price(int4[a]) - price(int4[b]) || a - b);
  const sizes = [
    ...new Set(Array.from({ length: MOST_SETS }, (_, n) => Math.ceil(((n + 1) * order.length) / (MOST_SETS + 1)))),
  ];
  const sets = sizes
    .filter((size) => size > 0 && size < order.length)
    .map((size) => order.slice(0, size).sort((a, b) => a - b));
  const none = new Set<number>();
  const measured = yield* measure(
    sets.map((set) => ({ weights: none, activations: none, int4: new Set(set.map((n) => narrowable[n])) })),
  );
  const cheap = (m: MixedPrecision): boolean =>
    m.accuracy === null ? (m.sqnrDb ?? 200) >= (base.sqnrDb ?? 200) - LOSS_DB : m.accuracy >= base.accuracy! - LOSS;
  const everywhere: PrecisionChoice = {
    quantize: { weightBits: 4 },
    flashBytes: -allInt4.savedBytes,
    ramBytes: 0,
    accuracy: allInt4.accuracy,
    sqnrDb: allInt4.sqnrDb,
  };
  const best = measured.reduce((found, m, n) => (cheap(m) ? n : found), -1);
  if (best < 0 || cheap(allInt4)) return [everywhere];
  const chosen = sets[best];
  const flashBytes = -chosen.reduce((sum, n) => sum + int4[n].savedBytes, 0);
  return [{ quantize: narrowIn(int4, chosen), flashBytes, ramBytes: 0, ...measured[best] }, everywhere];
}

/** The shorter way to say it: which layers are int4, or which are not. */
function narrowIn(int4: readonly Int4Row[], chosen: readonly number[]): PrecisionChoice['quantize'] {
  const most = 2 * chosen.length > int4.length;
  const named = int4.filter((_, n) => chosen.includes(n) !== most);
  const layers = Object.fromEntries(
    named.map(({ name }): [string, LayerWidths] => [name, { weightBits: most ? 8 : 4 }]),
  );
  return most ? { weightBits: 4, layers } : { layers };
}
