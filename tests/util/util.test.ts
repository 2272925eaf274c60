import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { writeFileAtomic } from '../../src/util/atomic-write.js';
import { canonicalJson, sha256Hex } from '../../src/util/digest.js';
import { Rng } from '../../src/util/rng.js';
import { finish, paced, type Steps } from '../../src/util/steps.js';

void t.test('canonical JSON does not depend on the order of keys', async (t) => {
  t.equal(canonicalJson({ b: 1, a: [{ d: 1, c: 2 }] }), '{"a":[{"c":2,"d":1}],"b":1}');
  t.equal(canonicalJson({ a: undefined, b: 1 }), '{"b":1}');
});

void t.test('sha256 agrees with FIPS 180-2, appendix B.1', async (t) => {
  t.equal(sha256Hex('a', 'bc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

void t.test('random numbers: same seed same sequence, purposes apart, state resumes', async (t) => {
  const draw = (rng: Rng): number[] => Array.from({ length: 5 }, () => rng.uint32());
  t.same(draw(new Rng(7)), draw(new Rng(7)));
  t.notSame(draw(new Rng(7)), draw(new Rng(8)));
  t.notSame(draw(Rng.forPurpose(7, 'init')), draw(Rng.forPurpose(7, 'shuffle')));
  const rng = new Rng(3);
  draw(rng);
  const resumed = Rng.fromState(rng.state());
  t.same(draw(rng), draw(resumed));
});

void t.test('random numbers: mean and variance of uniform and normal draws', async (t) => {
  const rng = new Rng(1);
  const n = 20000;
  let u = 0;
  let g = 0;
  let g2 = 0;
  for (let i = 0; i < n; i++) {
    u += rng.uniform();
    const x = rng.normal();
    g += x;
    g2 += x * x;
  }
  t.ok(Math.abs(u / n - 0.5) < 0.01);
  t.ok(Math.abs(g / n) < 0.03);
  t.ok(Math.abs(g2 / n - 1) < 0.05);
});

t.test('a file where a folder should be', (test) => {
  const dir = test.testdir({ out: 'kept' });
  test.throws(() => writeFileAtomic(join(dir, 'out', 'model.c'), 'x'), {
    code: 'DISK_WRITE_FAILED',
    message: /is a file, not a folder/,
  });
  test.throws(() => writeFileAtomic(join(dir, 'out', 'deep', 'model.c'), 'x'), { code: 'DISK_WRITE_FAILED' });
  test.equal(readFileSync(join(dir, 'out'), 'utf8'), 'kept');
  writeFileSync(join(dir, 'there'), 'old');
  writeFileAtomic(join(dir, 'there'), 'new');
  test.equal(readFileSync(join(dir, 'there'), 'utf8'), 'new');
  test.notOk(existsSync(join(dir, `there.${String(process.pid)}.tmp`)));
  test.end();
});

void t.test('long work tells of its steps, lets others in, and can be stopped', async (t) => {
  let time = 0;
  function* work(): Steps<string> {
    for (let n = 0; n < 10; n++) {
      time += 100;
      yield { label: n < 2 ? 'quick' : 'slow', done: n + 1, total: 10 };
    }
    return 'done';
  }
  t.equal(finish(work()), 'done');
  const told: string[] = [];
  const progress = {
    update: (label: string, done: number) => void told.push(`${label} ${done}`),
    note: () => undefined,
  };
  const stop = new AbortController();
  const pace = { progress, signal: stop.signal, now: () => time };
  t.equal(await paced('work', work(), pace), 'done');
  t.same(told, ['work: slow 5', 'work: slow 6', 'work: slow 7', 'work: slow 8', 'work: slow 9', 'work: slow 10']);
  setImmediate(() => {
    stop.abort(new Error('stopped'));
  });
  await t.rejects(paced('work', work(), pace), { message: 'stopped' });
});
