/**
 * Training samples per second, ours and PyTorch's, in one run: the same network, batch and GRAPES factors every step, wall
 * clock, interleaved rounds, medians. PyTorch counts at the best of its settings. Both are first held against each other
 * numerically. Then what GRAPES costs us, and whether memory stays flat.
 *
 *   npm run setup:peers                                   once: PyTorch into .peers/
 *   npm run -s bench:train -- [--json] [--work mlp-b64,mlp-b1] [--rounds 5] [--seconds 0.5] [--tfjs]
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { check } from './train/check.js';
import { measureMemory, measureOverhead, type Overhead } from './train/costs.js';
import { median } from './train/median.js';
import { openEngine, Runner, type Setting } from './train/ours.js';
import { Peer, type PeerSettings } from './train/peer.js';
import { textOf, type Row } from './train/report.js';
import { WORKS, type Work } from './train/works.js';

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    work: { type: 'string', default: WORKS.map((work) => work.name).join(',') },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '0.5' },
    tfjs: { type: 'boolean', default: false },
  },
});
const rounds = Number(options.rounds);
const seconds = Number(options.seconds);
const wanted = options.work.split(',');
const works = WORKS.filter((work) => wanted.includes(work.name));
const SETTINGS: readonly Setting[] = [
  { engine: 'wasm', threads: 1, fast: false },
  { engine: 'wasm', threads: 2, fast: false },
  { engine: 'wasm', threads: 1, fast: true },
  { engine: 'wasm', threads: 2, fast: true },
  ...(options.tfjs ? [{ engine: 'tfjs', threads: 2, fast: true } as const] : []),
];

async function measure(peer: Peer | null, work: Work): Promise<Row[]> {
  const settings = (await peer?.bestSettings(work)) ?? null;
  const runners: (Runner | null)[] = [];
  for (const setting of SETTINGS) runners.push(Runner.create(await openEngine(setting, work), work));
  const ours: number[][] = SETTINGS.map(() => []);
  const theirs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    if (peer !== null && settings !== null) theirs.push(await peer.rate(work, settings, true, seconds));
    runners.forEach((runner, i) => {
      if (runner !== null) ours[i].push(runner.rate(seconds));
    });
  }
  for (const runner of runners) runner?.dispose();
  return SETTINGS.map((setting, i) => row(work, setting, ours[i], theirs, settings));
}

function row(
  work: Work,
  setting: Setting,
  ours: readonly number[],
  theirs: readonly number[],
  peerSettings: PeerSettings | null,
): Row {
  const samplesPerSecond = ours.length === 0 ? null : median(ours);
  const peerSamplesPerSecond = theirs.length === 0 ? null : median(theirs);
  const ratio =
    samplesPerSecond === null || peerSamplesPerSecond === null ? null : samplesPerSecond / peerSamplesPerSecond;
  return { work: work.name, ...setting, samplesPerSecond, peerSamplesPerSecond, ratio, peerSettings };
}

const peer = Peer.start();
if (peer === null) console.error('bench:train: no PyTorch here (npm run setup:peers); our own numbers only');
const peerInfo = (await peer?.hello()) ?? null;
const checks = [];
const rows: Row[] = [];
for (const work of works) {
  await peer?.define(work);
  const measured = await measure(peer, work);
  rows.push(...measured);
  for (const setting of SETTINGS) {
    const present = measured.some((r) => r.samplesPerSecond !== null && r.engine === setting.engine);
    if (peer !== null && present) checks.push(await check(peer, work, setting));
  }
}
peer?.stop();

const overheads: Overhead[] = [];
for (const work of works.filter(({ name }) => name.startsWith('mlp'))) {
  for (const everySteps of [1, 16]) overheads.push(await measureOverhead(work, everySteps));
}
const memory = works.length === 0 ? null : await measureMemory(works[0]);
const machine = { cpu: cpus()[0]?.model ?? 'unknown', cpus: cpus().length, node: process.version };
const report = { schemaVersion: 1, machine, peer: peerInfo, rounds, seconds, rows, checks, overheads, memory };
console.log(options.json ? JSON.stringify(report, null, 2) : textOf(report));
// A benchmark of something that computes wrongly is none.
if (checks.some((c) => !c.agrees)) process.exitCode = 1;
