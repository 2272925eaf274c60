import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { diagnose } from '../../src/doctor/diagnose.js';
import { findSerialPorts } from '../../src/doctor/ports.js';
import { skipUnless } from '../lanes.js';

void t.test('serial ports come from the device folder, with their stable names', async (t) => {
  const dev = t.testdir({ ttyUSB0: '', ttyACM3: '', ttyS0: '', ttyUSBx: '', serial: { 'by-id': {} } });
  symlinkSync('../../ttyACM3', join(dev, 'serial', 'by-id', 'usb-Vendor_Board-if00'));
  symlinkSync('../../ttyACM9', join(dev, 'serial', 'by-id', 'unplugged'));
  t.same(findSerialPorts(dev), [
    { path: join(dev, 'ttyACM3'), byId: join(dev, 'serial', 'by-id', 'usb-Vendor_Board-if00'), accessible: true },
    { path: join(dev, 'ttyUSB0'), byId: null, accessible: true },
  ]);
  t.same(findSerialPorts(join(dev, 'nothing')), []);
});

void t.test('a healthy machine', { skip: skipUnless('cc') }, async (t) => {
  const dir = t.testdir({ cache: {}, dev: {}, 'kernels.wasm': '' });
  const report = await diagnose({
    cacheDir: join(dir, 'cache'),
    dev: join(dir, 'dev'),
    kernelFile: join(dir, 'kernels.wasm'),
  });
  t.equal(report.ok, true);
  t.ok(report.usableBoards.includes('host'));
  t.match(report.checks[0], { name: 'node', status: 'ok', found: process.versions.node });
  t.match(
    report.checks.find((check) => check.name === 'compiler cc'),
    { status: 'ok', found: /\d/ },
  );
  t.same(JSON.parse(JSON.stringify(report)), report, 'survives JSON');
  for (const { status, remedy } of report.checks)
    t.equal(remedy === null, status === 'ok', 'every problem has a remedy');
});

void t.test('each problem is named with its remedy', async (t) => {
  const dir = t.testdir({ file: '', dev: { ttyUSB0: '' }, boards: { chips: {} } });
  const chip = {
    compiler: {
      command: 'no-such-gcc',
      versionArgs: [],
      aptPackages: ['gcc-no-such'],
      flags: [],
      linkFlags: [],
      libraries: [],
    },
  };
  mkdirSync(join(dir, 'boards', 'chips'), { recursive: true });
  const host = await import('../../src/boards/load.js').then((m) => m.loadBoard('host'));
  const rawChip: Record<string, unknown> = { schemaVersion: 1, ...host.chip, ...chip };
  delete rawChip['id'];
  writeFileSync(join(dir, 'boards', 'chips', 'odd.json'), JSON.stringify(rawChip));
  const rawBoard: Record<string, unknown> = { ...host, chip: 'odd' };
  delete rawBoard['id'];
  writeFileSync(join(dir, 'boards', 'odd.json'), JSON.stringify(rawBoard));
  writeFileSync(join(dir, 'boards', 'broken.json'), '{}');

  const report = await diagnose({
    boardDirs: [join(dir, 'boards')],
    cacheDir: join(dir, 'file'),
    dev: join(dir, 'dev'),
    kernelFile: join(dir, 'nothing.wasm'),
    nodeVersion: '18.0.0',
  });
  const check = (name: string) => report.checks.find((c) => c.name === name);
  t.equal(report.ok, false);
  t.match(check('node'), { status: 'fail', found: '18.0.0' });
  t.match(check('compiler no-such-gcc'), { status: 'warn', remedy: /apt-get install -y gcc-no-such.*odd/ });
  t.match(check('board broken'), { status: 'warn', found: /lacks/ });
  t.match(check('training kernels'), { status: 'fail', remedy: 'npm run build' });
  t.match(check('cache folder'), { status: 'fail', remedy: /XDG_CACHE_HOME/ });
  t.match(check('serial ports'), { found: /ttyUSB0/ });
  t.notOk(report.usableBoards.includes('odd'));
});

void t.test('without any compiler no board can be used, and that is a fault', async (t) => {
  const dir = t.testdir({ cache: {}, dev: {}, bin: {} });
  const path = process.env['PATH'];
  t.teardown(() => (process.env['PATH'] = path));
  process.env['PATH'] = join(dir, 'bin');
  const report = await diagnose({ cacheDir: join(dir, 'cache'), dev: join(dir, 'dev') });
  t.match(report, { ok: false, usableBoards: [] });
  const fault = report.checks.find(({ name }) => name === 'a usable board');
  t.match(fault, { status: 'fail', remedy: /apt-get install -y .*host/ });
});
