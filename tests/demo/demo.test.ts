import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { loadBoard } from '../../src/boards/load.js';
import { chooseBoard } from '../../src/demo/choose-board.js';
import type { Dataset, Samples } from '../../src/ir/dataset.js';
import { samplePictures } from '../../src/report/pictures.js';
import { cli } from '../cli/in-process.js';
import { PROVENANCE } from '../ir/graphs.js';
import { skipUnless } from '../lanes.js';

void t.test('the board: the virtual one where it can run, else the host with the reason', async (t) => {
  const wanted = loadBoard('mps2-an386');
  const host = loadBoard('host');
  t.same(
    chooseBoard(wanted, host, () => true),
    { board: wanted, note: null },
  );
  const without = chooseBoard(wanted, host, (program) => program !== 'qemu-system-arm');
  t.equal(without.board, host);
  t.match(without.note, /^qemu-system-arm is not installed.*apt-get install qemu-system-arm$/);
  t.match(
    chooseBoard(wanted, host, () => false).note,
    /gcc and qemu-system-arm are not installed.*gcc-arm-none-eabi .*qemu-system-arm$/,
  );
});

void t.test('pictures: the first of each class, before and after', async (t) => {
  const test: Samples = {
    count: 4,
    inputSize: 2,
    values: Uint8Array.of(0, 255, 10, 20, 255, 0, 51, 51),
    scale: 1 / 255,
    offset: 0,
    labels: Uint8Array.of(2, 2, 0, 0),
  };
  const dataset: Dataset = {
    schemaVersion: 1,
    name: 'two pixels',
    inputShape: [1, 2],
    classNames: ['a', 'b', 'c'],
    train: test,
    validation: null,
    test,
    extra: {},
    provenance: PROVENANCE,
  };
  const dark = (s: Samples): Samples => ({ ...s, scale: s.scale / 2, offset: -0.1 });
  const pictures = samplePictures(dataset, dark);
  t.match(pictures, { width: 2, height: 1, names: ['a', 'c'] });
  t.same(pictures?.before, [Uint8Array.of(255, 0), Uint8Array.of(0, 255)]);
  t.same(pictures?.after, [Uint8Array.of(102, 0), Uint8Array.of(0, 102)]);
  t.equal(samplePictures({ ...dataset, inputShape: [2] }, dark), null);
});

void t.test('grapes demo digits on the host board', { skip: skipUnless('cc') }, async (t) => {
  const cwd = t.testdir();
  const env = { XDG_CACHE_HOME: join(cwd, 'cache') };
  const demo = () => cli(['demo', 'digits', '--json', '--board', 'host'], { cwd, env });
  const first = await demo();
  t.equal(first.exitCode, 0, first.stderr);
  const { accuracy, verify, learn, instructions, result } = first.json;
  t.match(verify, { samples: 1000, mismatches: 0, mismatchedSamples: 0 });
  t.equal(learn.weightMismatches, 0);
  t.ok(learn.accuracyAfter! >= learn.accuracyBefore! + 0.1, `${learn.accuracyBefore} to ${learn.accuracyAfter}`);
  t.equal(accuracy.device, accuracy.int8);
  t.ok(accuracy.float! > 0.9);
  t.same(instructions, { inference: null, learnStep: null }, 'a process does not count instructions');

  const project = join(cwd, 'grapes-demo-digits');
  t.equal(result?.['report'], join(project, 'report.html'));
  const page = readFileSync(join(project, 'report.html'), 'utf8');
  t.match(page, `${(100 * learn.accuracyAfter!).toFixed(1)} %`);
  t.notMatch(page, cwd, 'no path of this computer');
  t.ok(existsSync(join(project, 'runs', 'latest', 'report', 'host', 'summary.txt')));

  const second = await demo();
  t.same(second.json.learn, learn);
  const ran = second.json.stages.filter((stage) => stage.action === 'ran').map((stage) => stage.stage);
  t.same(ran, ['report/host'], 'run again, nothing but the page is made');

  const yaml = join(project, 'grapes.yaml');
  writeFileSync(yaml, readFileSync(yaml, 'utf8').replace(/\nlearn:\n(?: .*\n|\n)*/, '\nlearn: null\n'));
  const still = await cli(['demo', 'digits', '--board', 'host'], { cwd, env });
  t.equal(still.exitCode, 0, 'a changed project stays what the user made of it');
  t.match(still.stdout, 'grapes-demo-digits/report.html');
  t.notMatch(still.stdout, 'learning steps');
});
