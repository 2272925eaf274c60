import { execFileSync } from 'node:child_process';
import t from 'tap';
import { growth, readBaseline } from '../../bench/instructions/baseline.js';
import { countInstructions } from '../../bench/instructions/count.js';
import { BENCH_MODELS } from '../../bench/instructions/models.js';
import { skipUnless } from '../lanes.js';

const CHECKED = ['64-32-10', '64-32-10 all alive', '784-256'];

void t.test('instructions have not grown against the baseline', { skip: skipUnless('arm', 'qemu') }, async (t) => {
  const baseline = readBaseline()!;
  const compiler = execFileSync('arm-none-eabi-gcc', ['--version'], { encoding: 'utf8' }).split('\n')[0];
  for (const id of CHECKED) {
    const model = BENCH_MODELS.find((m) => m.id === id)!;
    const counts = await countInstructions(model, '-Os');
    if (compiler === baseline.compiler) t.same(growth(id, baseline.counts[`${id} -Os`], counts), [], id);
    // What holds with any compiler of this kind.
    if (id === '784-256') t.ok(counts.infer / (784 * 256) <= 1.3, '1.3 instructions per multiply-accumulate');
    else {
      t.ok(counts.learnMost! <= 20_000, '20,000 instructions a learning step');
      t.ok(counts.learnRamBytes! <= 10_200, '10.2 KB of learning state');
      t.ok(counts.learnTextBytes! <= 3584, '3.5 KB of learning code');
    }
  }
});

void t.test('growth is told with both numbers, a shrinking count is not', async (t) => {
  const was = { infer: 100, learn: 50, learnMost: 60, arenaBytes: 8, learnRamBytes: null, learnTextBytes: 9 };
  t.same(growth('net -Os', was, { ...was, infer: 90, learn: 49 }), []);
  t.same(growth('net -Os', was, { ...was, infer: 101, arenaBytes: 12 }), [
    'net -Os: infer grew from 100 to 101 (+1)',
    'net -Os: arenaBytes grew from 8 to 12 (+4)',
  ]);
  t.same(growth('new', undefined, was), [], 'a model without a baseline');
});
