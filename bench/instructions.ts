// `npm run bench:instructions [-- --write]`: instructions of inference and of a learning step on an emulated Cortex-M4F,
// against the checked-in baseline (fails on growth) and against recorded numbers of other engines.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { BASELINE_FILE, growth, readBaseline, type Baseline } from './instructions/baseline.js';
import { BENCH_BOARD, countInstructions, type Counts } from './instructions/count.js';
import { BENCH_MODELS } from './instructions/models.js';
import { PEERS } from './instructions/peers.js';

const LEVELS = ['-Os', '-O2'];

const counts: Record<string, Counts> = {};
const grown: string[] = [];
const baseline = readBaseline();

console.log('instructions on mps2-an386 (Cortex-M4F, QEMU), exact; not cycles of a real chip\n');
console.log('model                    level   inference  per MAC  learn step  (most)   learn RAM  learn code');
for (const model of BENCH_MODELS) {
  const macs = model.sizes.slice(1).reduce((n, size, k) => n + size * model.sizes[k], 0);
  for (const level of LEVELS) {
    const key = `${model.id} ${level}`;
    const c = await countInstructions(model, level);
    counts[key] = c;
    grown.push(...growth(key, baseline?.counts[key], c));
    const cell = (value: number | null, width: number): string => String(value ?? '-').padStart(width);
    console.log(
      `${model.id.padEnd(24)} ${level}  ${cell(c.infer, 10)}  ${(c.infer / macs).toFixed(3).padStart(7)}  ` +
        `${cell(c.learn, 10)}  ${cell(c.learnMost, 7)}  ${cell(c.learnRamBytes, 9)}  ${cell(c.learnTextBytes, 9)}`,
    );
    for (const line of compareWithPeers(model.id, c)) console.log(line);
  }
}

function compareWithPeers(id: string, c: Counts): string[] {
  const peer = PEERS[id];
  const ratio = (theirs: number, ours: number): string => (theirs / ours).toFixed(2);
  const lines: string[] = [];
  if (peer?.inferInt8) {
    const { name, instructions } = peer.inferInt8;
    lines.push(`    ${name}: ${instructions} per inference, ${ratio(instructions, c.infer)} times ours`);
  }
  if (peer?.learnStep && c.learn !== null && c.learnRamBytes !== null) {
    const { name, instructions, ramBytes } = peer.learnStep;
    const ram = ratio(ramBytes, c.learnRamBytes);
    lines.push(
      `    ${name}: ${instructions} per learning step, ${ratio(instructions, c.learn)} times ours; RAM ${ram} times`,
    );
  }
  return lines;
}

if (process.argv.includes('--write')) {
  const compiler = execFileSync('arm-none-eabi-gcc', ['--version'], { encoding: 'utf8' }).split('\n')[0];
  const written: Baseline = {
    compiler,
    flags: BENCH_BOARD.chip.compiler.flags.filter((f) => !f.startsWith('-O')),
    counts,
  };
  writeFileSync(BASELINE_FILE, `${JSON.stringify(written, null, 2)}\n`);
  console.log(`\nwritten: ${BASELINE_FILE}`);
} else if (grown.length > 0) {
  console.error(`\ngrown against the baseline:\n  ${grown.join('\n  ')}`);
  process.exitCode = 1;
} else {
  console.log('\nnothing grew against the baseline');
}
