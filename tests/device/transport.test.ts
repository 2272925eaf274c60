import { spawn } from 'node:child_process';
import { chmodSync, chownSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Board } from '../../src/boards/descriptor.js';
import { loadBoard } from '../../src/boards/load.js';
import { startEmulator } from '../../src/device/transport/emulator.js';
import { loopback } from '../../src/device/transport/loopback.js';
import { openError } from '../../src/device/transport/port-errors.js';
import { openSerial } from '../../src/device/transport/serial.js';
import { packageRoot } from '../../src/util/package-root.js';
import { skipUnless } from '../lanes.js';
import { buildFake } from './build-fake.js';

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function goneSoon(pid: number): Promise<boolean> {
  for (let i = 0; i < 200 && isAlive(pid); i++) await new Promise((resolve) => setTimeout(resolve, 25));
  return !isAlive(pid);
}

/** A board whose emulator is a shell script. */
function scripted(dir: string, script: string, more: Partial<Board['emulator']> = {}): Board {
  const command = join(dir, 'emulator.sh');
  writeFileSync(command, `#!/bin/sh\n${script}\n`);
  chmodSync(command, 0o755);
  const board = loadBoard('mps2-an386');
  if (board.emulator === null) throw new Error('the board has no emulator');
  return { ...board, emulator: { ...board.emulator, command, startTimeoutMs: 5000, ...more } };
}

const OPTIONS = { countInstructions: false };
const STUBBORN =
  'trap "" TERM INT HUP\necho "char device redirected to /dev/pts/77 (label serial0)"\nwhile :; do sleep 0.1; done';

void t.test('loopback delivers copies in order, and closes both ends', async (t) => {
  const [a, b] = loopback();
  const heard: number[] = [];
  const closed: string[] = [];
  const bytes = Uint8Array.from([1, 2]);
  await a.write(bytes);
  b.listen({ data: (got) => heard.push(...got), closed: () => closed.push('b') });
  a.listen({ data: () => undefined, closed: () => closed.push('a') });
  const second = a.write(bytes);
  bytes[0] = 9;
  await second;
  t.same(heard, [1, 2, 1, 2]);
  await a.close();
  await a.close();
  t.same(closed.sort(), ['a', 'b']);
});

void t.test('ports that cannot be opened', async (t) => {
  await t.rejects(openSerial('/dev/no-such-port', 115200), {
    code: 'PORT_NOT_FOUND',
    context: { port: '/dev/no-such-port' },
  });
  const denied = openError('/dev/null', new Error('Error: Permission denied, cannot open /dev/null'));
  t.match(denied, { code: 'PORT_PERMISSION', context: { port: '/dev/null', group: 'root' } });
  t.notMatch(denied.hint ?? '', /usermod/, 'joining root opens far more than a port');
  const dialout = join(t.testdir(), 'ttyACM0');
  writeFileSync(dialout, '');
  const gid = Number(/^dialout:[^:]*:(\d+):/m.exec(readFileSync('/etc/group', 'utf8'))?.[1] ?? NaN);
  if (process.getuid?.() === 0 && !Number.isNaN(gid)) {
    chownSync(dialout, 0, gid);
    const refused = openError(dialout, new Error('Error: Permission denied'));
    t.match(refused, { code: 'PORT_PERMISSION', context: { group: 'dialout' }, hint: /usermod -aG dialout / });
  }
  t.match(openError('/dev/x', new Error('Inappropriate ioctl for device')), { code: 'PORT_FAILED' });

  await t.test('a port in use names who holds it', { skip: skipUnless('cc') }, async (t) => {
    const elf = buildFake(t.testdir(), { target: 'host' });
    const board = await startEmulator(loadBoard('host'), elf, OPTIONS);
    t.teardown(() => board.stop());
    const port = await openSerial(board.portPath, 115200);
    const error = (await openSerial(board.portPath, 115200).catch((e: unknown) => e)) as {
      code: string;
      context: { holders: string[] };
    };
    t.equal(error.code, 'PORT_BUSY');
    t.ok(error.context.holders.some((holder) => holder.includes(`pid ${process.pid}`)));
    await port.close();
    const again = await openSerial(board.portPath, 115200);
    await again.close();
  });
});

void t.test('the emulator', async (t) => {
  await t.test('is missing', async (t) => {
    const board = scripted(t.testdir(), '');
    if (board.emulator === null) return;
    const missing = { ...board, emulator: { ...board.emulator, command: 'no-such-emulator' } };
    await t.rejects(startEmulator(missing, 'x', OPTIONS), {
      code: 'EMULATOR_MISSING',
      hint: 'sudo apt-get install qemu-system-arm',
    });
  });

  await t.test('ends at once, with its own words', async (t) => {
    const board = scripted(t.testdir(), 'echo "bad kernel $7" >&2; exit 3');
    await t.rejects(startEmulator(board, 'x.elf', OPTIONS), {
      code: 'EMULATOR_FAILED',
      message: /exit status 3.*bad kernel/s,
    });
  });

  await t.test('never names its port', async (t) => {
    const board = scripted(t.testdir(), 'while :; do sleep 0.1; done', { startTimeoutMs: 300 });
    await t.rejects(startEmulator(board, 'x.elf', OPTIONS), { code: 'EMULATOR_FAILED', message: /within 300 ms/ });
  });

  await t.test('that ignores SIGTERM is still stopped', async (t) => {
    const running = await startEmulator(scripted(t.testdir(), STUBBORN), 'x.elf', OPTIONS);
    t.equal(running.portPath, '/dev/pts/77');
    t.ok(isAlive(running.pid));
    await Promise.all([running.stop(), running.stop()]);
    t.notOk(isAlive(running.pid));
    await running.stop();
  });

  await t.test('ends in use: how, and its last lines without the one that names the port', async (t) => {
    const script =
      'echo "char device redirected to /dev/pts/77 (label serial0)"\nsleep 0.2\necho "out of luck" >&2\nexit 7';
    const running = await startEmulator(scripted(t.testdir(), script), 'x.elf', OPTIONS);
    t.match(await running.ended, {
      code: 'EMULATOR_ENDED',
      message: /\(emulator\.sh\) ended with exit status 7.* It said: out of luck$/,
      context: { exit: 'exit status 7', output: 'out of luck' },
    });
    await running.stop();
  });

  await t.test('ends because it was asked to: no error', async (t) => {
    const running = await startEmulator(scripted(t.testdir(), STUBBORN), 'x.elf', OPTIONS);
    await running.stop();
    t.equal(await running.ended, null);
  });

  await t.test('ends when the work is given up', async (t) => {
    const gaveUp = new AbortController();
    const running = await startEmulator(scripted(t.testdir(), STUBBORN), 'x', { ...OPTIONS, signal: gaveUp.signal });
    gaveUp.abort();
    t.ok(await goneSoon(running.pid));
    await t.rejects(startEmulator(scripted(t.testdir(), STUBBORN), 'x', { ...OPTIONS, signal: gaveUp.signal }));
  });
});

void t.test(
  'no board outlives the program that started it, however that ends',
  { skip: skipUnless('cc') },
  async (t) => {
    const dir = t.testdir();
    const elf = buildFake(dir, { target: 'host' });
    const boards = [loadBoard('host'), scripted(dir, STUBBORN)];
    for (const ending of ['SIGKILL', 'exit'] as const) {
      const program = join(dir, 'parent.mjs');
      const module = join(packageRoot(), 'src/device/transport/emulator.ts');
      writeFileSync(
        program,
        `const { startEmulator } = await import(${JSON.stringify(module)});
       const start = (board) => startEmulator(board, ${JSON.stringify(elf)}, { countInstructions: false });
       const running = await Promise.all(${JSON.stringify(boards)}.map(start));
       process.stdout.write('pids ' + running.map((board) => board.pid).join(' ') + '\\n');
       ${ending === 'exit' ? 'process.exit(0);' : 'setInterval(() => undefined, 1000);'}`,
      );
      const parent = spawn(process.execPath, [...process.execArgv, program], { stdio: ['ignore', 'pipe', 'inherit'] });
      const pids = await new Promise<number[]>((resolve) => {
        let said = '';
        parent.stdout.on('data', (bytes: Buffer) => {
          const found = /pids ([\d ]+)\n/.exec((said += bytes.toString()));
          if (found !== null) resolve(found[1].split(' ').map(Number));
        });
        parent.once('close', () => resolve([]));
      });
      t.equal(pids.length, 2, 'both started');
      if (ending !== 'exit') parent.kill(ending);
      for (const pid of pids) t.ok(await goneSoon(pid), `gone after ${ending}`);
    }
  },
);
