import { argmax } from '../ir/accuracy.js';
import { reconstructTask, type FloatGraph, type QuantizedGraph } from '../ir/graph.js';
import { runFloat } from '../ir/interpret.js';
import type { Int4Row, MixedPrecision, SensitivityReport, SensitivityRow } from '../ir/report.js';
import { elementCount } from '../ir/tensor.js';
import type { Steps } from '../util/steps.js';
import type { CalibrationSample } from './calibrate.js';
import { sqnr } from './layer-report.js';
import { weightsOf } from './passes/graph-edit.js';
import { CHOICE_RUNS, precisionChoices } from './precision-choices.js';
import { Simulator, type Finer } from './simulate.js';
import { isRescale } from './widths.js';
import { affordable, evenly } from './work-limit.js';

/** Multiplications that the whole analysis may take, and samples that are enough for it. */
const MACS = 5e8;
const SAMPLES = 256;
/** Parts that are tried together. */
const MOST_MIXED = 5;
/** A loss of accuracy above this decides which part costs most; below it, chance would. */
const TELLING_LOSS = 0.01;

interface Variant {
  readonly row: Pick<SensitivityRow, 'name' | 'part' | 'bytes'>;
  readonly finer: Finer;
}

/**
 * What each layer's rounding costs: the network is simulated on calibration samples with one part at a time in
 * int16, then with the costliest parts together, with the weights of one int8 layer at a time, and of all, in int4, and with
 * what a project can choose. A part costs most whose int16 gains most accuracy; where int8 has lost less than 1 %, the one that
 * gains most signal over noise at the output.
 */
export function* sensitivitySteps(
  float: FloatGraph,
  int8: QuantizedGraph,
  calibration: readonly CalibrationSample[],
): Steps<SensitivityReport> {
  const variants = variantsOf(float, int8);
  // A variant computes what lies above its layer: half of the network in the mean.
  const narrowable = int8Layers(float, int8);
  const count = affordable(MACS, float, (variants.length + narrowable.length) / 2 + 2 + CHOICE_RUNS);
  const samples = evenly(calibration, Math.min(SAMPLES, count));
  const measure = new Measure(float, int8, samples);
  const exact: MixedPrecision = { accuracy: measure.accuracyOfFloat, sqnrDb: null };
  const [base, ...single] = yield* measure.all('one part in int16', [null, ...variants.map(({ finer }) => finer)]);
  const int4 = yield* int4Rows(measure, narrowable);
  const rows = variants.map(({ row }, k): SensitivityRow => ({ ...row, ...single[k] }));
  const telling = exact.accuracy !== null && exact.accuracy - base.accuracy! >= TELLING_LOSS;
  const gain = ({ accuracy, sqnrDb }: MixedPrecision): readonly [number, number] => [
    telling ? accuracy! - base.accuracy! : 0,
    (sqnrDb ?? 200) - (base.sqnrDb ?? 200),
  ];
  const order = rows
    .map((row, k) => ({ k, gain: gain(row) }))
    .filter(({ gain: [points, decibels] }) => points > 0 || decibels > 0)
    .sort((a, b) => b.gain[0] - a.gain[0] || b.gain[1] - a.gain[1] || a.k - b.k)
    .map(({ k }) => k);
  const choices = yield* precisionChoices(float, int8, {
    base,
    costly: order.flatMap((k) => (rows[k].part === 'activations' ? [{ row: rows[k], finer: variants[k].finer }] : [])),
    narrowable: narrowable.map(({ k }) => k),
    ...int4,
    measure: (finer) => measure.all('what grapes.yaml can choose', finer),
  });
  const sets = order.slice(0, MOST_MIXED).map((_, n) => order.slice(0, n + 1));
  const together = yield* measure.all(
    'parts together in int16',
    sets.map((set) => union(set.map((k) => variants[k].finer))),
  );
  return {
    samples: samples.length,
    float: exact,
    int8: base,
    rows,
    costliest: order[0] ?? null,
    ...int4,
    choices,
    mixed: sets.map((set, n) => ({ rows: set, bytes: set.reduce((sum, k) => sum + rows[k].bytes, 0), ...together[n] })),
  };
}

interface Narrowable {
  /** Place of the op. */
  readonly k: number;
  readonly name: string;
  readonly savedBytes: number;
}

/** Layers whose weights could be int4 and are not. */
function int8Layers(float: FloatGraph, int8: QuantizedGraph): Narrowable[] {
  return float.ops.flatMap((op, k): Narrowable[] => {
    const layer = weightsOf(op);
    // int4 weights go with int8 activations alone.
    const narrowable = (id: number): boolean => int8.tensors[id].dtype === 'int8';
    if (layer === null || !narrowable(layer.weights) || !narrowable(op.output)) return [];
    return [{ k, name: op.name, savedBytes: Math.floor(elementCount(float.tensors[layer.weights].shape) / 2) }];
  });
}

function* int4Rows(
  measure: Measure,
  layers: readonly Narrowable[],
): Steps<Pick<SensitivityReport, 'int4' | 'allInt4'>> {
  const none = new Set<number>();
  const narrow = (of: readonly Narrowable[]): Finer => {
    return { weights: none, activations: none, int4: new Set(of.map(({ k }) => k)) };
  };
  const measured = yield* measure.all('weights in int4', [...layers.map((layer) => narrow([layer])), narrow(layers)]);
  const int4 = layers.map(({ name, savedBytes }, n): Int4Row => ({ name, savedBytes, ...measured[n] }));
  const savedBytes = layers.reduce((sum, layer) => sum + layer.savedBytes, 0);
  return { int4, allInt4: layers.length === 0 ? null : { name: 'all', savedBytes, ...measured[layers.length] } };
}

/** Runs sets of int16 parts over the samples; null is the int8 network as it is. */
class Measure {
  private readonly simulator: Simulator;
  private readonly outputs: readonly Float32Array[];
  private readonly classifies: boolean;

  constructor(
    float: FloatGraph,
    int8: QuantizedGraph,
    private readonly samples: readonly CalibrationSample[],
  ) {
    this.simulator = new Simulator(float, int8);
    this.outputs = samples.map(({ input }) => runFloat(float, input).output);
    this.classifies = reconstructTask(float) === null;
  }

  get accuracyOfFloat(): number | null {
    return this.accuracy(this.outputs.filter((output, n) => argmax(output) === this.samples[n].label).length);
  }

  *all(label: string, sets: readonly (Finer | null)[]): Steps<MixedPrecision[]> {
    const tallies = sets.map(() => ({ signal: 0, noise: 0, right: 0 }));
    for (const [n, { input, label: truth }] of this.samples.entries()) {
      const base = this.simulator.load(input);
      for (const [k, finer] of sets.entries()) {
        const output = finer === null ? base : this.simulator.run(input, finer);
        const tally = tallies[k];
        this.outputs[n].forEach((v, i) => {
          tally.signal += v * v;
          tally.noise += (v - output[i]) ** 2;
        });
        if (argmax(output) === truth) tally.right++;
        yield { label, done: n * sets.length + k + 1, total: this.samples.length * sets.length };
      }
    }
    return tallies.map((tally) => ({ accuracy: this.accuracy(tally.right), sqnrDb: sqnr(tally) }));
  }

  private accuracy(right: number): number | null {
    return this.classifies ? right / this.samples.length : null;
  }
}

/** Weights of each layer that has them, and each activation that has a range of its own, with the pools and reshapes of it. */
function variantsOf(float: FloatGraph, int8: QuantizedGraph): Variant[] {
  const bytes = (id: number): number => elementCount(float.tensors[id].shape);
  const activation = (name: string, id: number): Variant => {
    const activations = new Set([id]);
    for (const op of float.ops) {
      const keeps = KEEP_QUANTIZATION.includes(op.kind) || isRescale(op);
      if (keeps && activations.has(op.input)) activations.add(op.output);
    }
    return { row: { name, part: 'activations', bytes: bytes(id) }, finer: { weights: new Set(), activations } };
  };
  // What is int16 already has nothing to gain.
  const gains = (id: number): boolean => int8.tensors[id].dtype === 'int8';
  return [
    ...(gains(float.input) ? [activation('input', float.input)] : []),
    ...float.ops.flatMap((op, k): Variant[] => {
      if (KEEP_QUANTIZATION.includes(op.kind) || isRescale(op)) return [];
      const layer = weightsOf(op);
      const own = gains(op.output) ? [activation(op.name, op.output)] : [];
      if (layer === null) return own;
      const row = { name: op.name, part: 'weights', bytes: bytes(layer.weights) } as const;
      return [{ row, finer: { weights: new Set([k]), activations: new Set() } }, ...own];
    }),
  ];
}

const KEEP_QUANTIZATION: readonly string[] = ['max_pool_2d', 'average_pool_2d', 'reshape', 'flatten'];

function union(all: readonly Finer[]): Finer {
  return {
    weights: new Set(all.flatMap(({ weights }) => [...weights])),
    activations: new Set(all.flatMap(({ activations }) => [...activations])),
  };
}
