/**
 * What the example projects reach: each trained as its README says and quantized, over three seeds, through the command
 * line.
 *
 *   npm run build; grapes data get NAME …                  once a data set; examples whose data is missing are skipped
 *   npm run -s bench:examples -- [--json] [--example magic-wand-digits,speech-commands] [--seeds 3]
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { packageRoot } from '../src/util/package-root.js';

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    example: { type: 'string' },
    seeds: { type: 'string', default: '3' },
  },
});
const examples = join(packageRoot(), 'examples');
const wanted = options.example?.split(',') ?? readdirSync(examples).sort();

interface Measure {
  readonly accuracy: number;
  readonly auc?: number;
}

interface Output {
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly result: {
    readonly report: {
      readonly parameters: number;
      readonly macs: number;
      readonly test: Measure;
      /** Of `quantize`. */
      readonly int8: Measure;
    };
  } | null;
}

interface Row {
  readonly example: string;
  readonly measure: 'accuracy' | 'auc';
  readonly mean: number;
  readonly deviation: number;
  readonly values: readonly number[];
  /** Of the int8 networks, in the same order; null where the network has layers without an integer form. */
  readonly int8: readonly number[] | null;
  readonly parameters: number;
  readonly macs: number;
  readonly secondsEach: number;
}

function grapes(dir: string, seed: number, verb: string): Output {
  const argv = [join(packageRoot(), 'dist', 'cli', 'main.js'), '-C', dir, '--seed', String(seed), verb, '--json'];
  const { stdout } = spawnSync(process.execPath, argv, { encoding: 'utf8', maxBuffer: 1 << 26 });
  return JSON.parse(stdout) as Output;
}

/** Null if the data is not at hand. */
function measure(example: string): Row | null {
  const dir = mkdtempSync(join(tmpdir(), 'grapes-example-'));
  try {
    cpSync(join(examples, example), dir, { recursive: true });
    const begin = performance.now();
    const runs: NonNullable<Output['result']>['report'][] = [];
    for (let seed = 1; seed <= Number(options.seeds); seed++) {
      const { error, result } = grapes(dir, seed, 'train');
      if (error?.code === 'DATASET_NOT_DOWNLOADED') return null;
      if (error !== null || result === null) throw new Error(`${example}: ${error?.message ?? 'no result'}`);
      runs.push(result.report);
    }
    const secondsEach = (performance.now() - begin) / 1000 / runs.length;
    const isAuc = runs[0].test.auc !== undefined;
    const of = (m: Measure): number => (isAuc ? m.auc! : m.accuracy);
    const values = runs.map(({ test }) => of(test));
    const int8: number[] = [];
    for (let seed = 1; seed <= runs.length; seed++) {
      const { error, result } = grapes(dir, seed, 'quantize');
      if (error?.code === 'QUANTIZE_UNSUPPORTED_OP') break;
      if (error !== null || result === null) throw new Error(`${example}: ${error?.message ?? 'no result'}`);
      int8.push(of(result.report.int8));
    }
    const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / Math.max(1, values.length - 1));
    const { parameters, macs } = runs[0];
    return {
      example,
      measure: isAuc ? 'auc' : 'accuracy',
      mean,
      deviation,
      values,
      int8: int8.length === 0 ? null : int8,
      parameters,
      macs,
      secondsEach,
    };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const rows: Row[] = [];
const skipped: string[] = [];
for (const example of wanted) {
  const row = measure(example);
  if (row === null) skipped.push(example);
  else rows.push(row);
}
if (options.json) {
  process.stdout.write(`${JSON.stringify({ rows, skipped })}\n`);
} else {
  const show = ({ measure: m }: Row, v: number): string => (m === 'auc' ? v.toFixed(3) : `${(100 * v).toFixed(2)} %`);
  const lines = rows.map(
    (r) =>
      `| ${r.example} | ${r.measure === 'auc' ? 'AUC' : 'accuracy'} | ${show(r, r.mean)} ± ${show(r, r.deviation)} | ${r.values.map((v) => show(r, v)).join(', ')} | ${r.int8?.map((v) => show(r, v)).join(', ') ?? 'none'} | ${String(r.parameters)} | ${String(r.macs)} | ${r.secondsEach.toFixed(0)} s |`,
  );
  const head =
    '| example | measure | mean ± deviation | seeds | int8, seeds | parameters | MACs | a training |\n| --- | --- | --- | --- | --- | --- | --- | --- |';
  process.stdout.write(`${head}\n${lines.join('\n')}\n`);
  for (const example of skipped)
    process.stdout.write(`${example}: skipped, its data is not at hand (grapes data get)\n`);
}
