import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { loadBoard } from '../../src/boards/load.js';
import type { Device, LearnResult, LinkState, TelemetryFrame } from '../../src/device/device.js';
import { encodeFrame, StreamDecoder } from '../../src/device/protocol/framing.js';
import { MESSAGE } from '../../src/device/protocol/messages.js';
import { requireModel } from '../../src/device/require-model.js';
import { openDevice } from '../../src/device/session.js';
import { startEmulator, type RunningBoard } from '../../src/device/transport/emulator.js';
import { FaultyTransport, type Faults } from '../../src/device/transport/faulty.js';
import { loopback } from '../../src/device/transport/loopback.js';
import { openSerial } from '../../src/device/transport/serial.js';
import type { Transport } from '../../src/device/transport/transport.js';
import { packageRoot } from '../../src/util/package-root.js';
import { Rng } from '../../src/util/rng.js';
import { skipUnless } from '../lanes.js';
import { buildFake, FakeModel } from './build-fake.js';

const DIGEST = '000102030405060708090a0b0c0d0e0ff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff';

/** First bytes of an input that makes the fake model restart the device. */
const RESTART = [99, 98];

const dir = t.testdir();
const ready = skipUnless('cc') === false;
const hostElf = ready ? buildFake(dir, { target: 'host', sanitized: true }) : '';

async function start(boardId = 'host', elf = hostElf, countInstructions = false): Promise<RunningBoard> {
  return startEmulator(loadBoard(boardId), elf, { countInstructions });
}

/** A running board and a session with it, ended with the test. */
async function connect(t: Test, faults?: Faults, running?: RunningBoard): Promise<Device> {
  const board = running ?? (await start());
  t.teardown(() => board.stop());
  const port = await openSerial(board.portPath, 115200);
  const device = await openDevice(faults === undefined ? port : new FaultyTransport(port, faults));
  t.teardown(() => device.close());
  return device;
}

function inputs(count: number, bytes: number, seed: number): Int8Array[] {
  const rng = new Rng(seed);
  return Array.from({ length: count }, () =>
    Int8Array.from({ length: bytes }, () => (rng.uniform() < 0.6 ? -128 : rng.below(256) - 128)),
  );
}

async function all<T>(results: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const result of results) list.push(result);
  return list;
}

/** Learns, and compares every answer with what the model says: one step too many or too few changes all hashes. */
async function learnInLockStep(t: Test, device: Device, count: number, seed: number): Promise<void> {
  const model = new FakeModel();
  const samples = inputs(count, device.info.inputBytes, seed).map((input, i) => ({ input, label: i % 4 }));
  const expected = samples.map(({ input, label }) => model.learn(input, label));
  const found: LearnResult[] = await all(device.learn(samples));
  const plain = found.map(({ classIndex, loss, hash }) => ({ classIndex, loss, hash }));
  t.same(plain, expected, `${count} steps`);
  t.same(found[count - 1]?.factors, [
    { min: 1, mean: 1.5, max: count },
    { min: 1, mean: 2.5, max: count },
  ]);
  t.ok(Buffer.from(await device.readLearnState()).equals(Buffer.from(model.state())), 'the state itself');
}

/** A wire whose other end answers HELLO and nothing else; `change` may spoil the greeting. */
function greetingPort(change: (greeting: DataView) => void): { port: Transport; other: Transport } {
  const [port, other] = loopback();
  const hello = new StreamDecoder({
    frame: ({ seq, payload }) => {
      const answer = new Uint8Array(70); // three empty texts at the end
      answer.set(payload.subarray(0, 5));
      const view = new DataView(answer.buffer);
      view.setUint16(9, 1024, true);
      view.setUint16(11, 4096, true);
      change(view);
      void other.write(encodeFrame({ type: MESSAGE.greeting, flags: 0, seq, payload: answer }));
    },
    text: () => undefined,
    bad: () => undefined,
  });
  other.listen({ data: (bytes) => hello.push(bytes), closed: () => undefined });
  return { port, other };
}

async function inferAll(t: Test, device: Device, count: number, seed: number): Promise<void> {
  const samples = inputs(count, device.info.inputBytes, seed);
  const found = await all(device.infer(samples));
  t.same(
    found.map(({ output }) => [...output]),
    samples.map((input) => [...FakeModel.infer(input)]),
    `${count} inferences`,
  );
}

void t.test('every message, with sanitizers on', { skip: skipUnless('cc') }, async (t) => {
  const device = await connect(t);
  t.match(device.info, {
    boardId: 'host',
    firmwareVersion: '1.2.3',
    modelName: 'fake',
    modelDigest: DIGEST,
    inputBytes: 48,
    outputBytes: 4,
    inputZeroPoint: -128,
    opCount: 2,
    learns: true,
    learnStateBytes: 1200,
    factorLayers: 2,
  });
  await inferAll(t, device, 100, 1);
  await learnInLockStep(t, device, 60, 2);
  t.same(await all(device.infer([])), [], 'nothing asked, nothing answered');

  const [input] = inputs(1, 48, 3);
  await device.inferOps(input, 1);
  t.same(await device.readTensor(1, 8), FakeModel.middle(input));
  t.same(await device.readTensor(0, 48), input);

  const model = new FakeModel();
  await device.resetLearning();
  t.equal((await device.stats()).learnSteps, 0);
  t.same(
    (await all(device.predict([input]))).map((r) => r.classIndex),
    [model.predict(input)],
  );
  t.same(await all(device.sink([new Uint8Array(900), new Uint8Array(3)])), [900, 3]);
  const stats = await device.stats();
  t.match(stats, { badFrames: 0, droppedBytes: 0, learnSteps: 0, stackHighWaterBytes: null });
  t.ok(stats.framesReceived > 150);
  t.match(device.link, { lostFrames: 0, badFrames: 0 });

  await t.rejects(device.readTensor(7, 1), { code: 'DEVICE_REFUSED', context: { reason: 'badTensor', detail: 7 } });
  await t.rejects(device.readTensor(1, 9), { code: 'DEVICE_REFUSED', context: { reason: 'badRange', detail: 8 } });
  await t.rejects(device.inferOps(input, 3), { code: 'DEVICE_REFUSED', context: { reason: 'badOp' } });
  await t.rejects(all(device.learn([{ input, label: 4 }])), {
    code: 'DEVICE_REFUSED',
    context: { reason: 'badLabel', detail: 4 },
  });
  await t.rejects(all(device.infer([new Int8Array(47)])), {
    code: 'DEVICE_INPUT_SIZE',
    context: { found: 47, expected: 48 },
  });
  await inferAll(t, device, 20, 4);
});

void t.test('telemetry, text and state', { skip: skipUnless('cc') }, async (t) => {
  const device = await connect(t);
  const frames: TelemetryFrame[] = [];
  const states: LinkState[] = [];
  const lines: string[] = [];
  const stop = device.onTelemetry((frame) => frames.push(frame));
  device.onState((state) => states.push(state));
  device.onText((line) => lines.push(line));
  await device.setTelemetry(10);
  const samples = inputs(45, 48, 5).map((input, i) => ({ input, label: i % 4 }));
  const results = await all(device.learn(samples));
  await device.stats();
  t.same(
    frames.map((frame) => frame.step),
    [10, 20, 30, 40],
  );
  const tenth = results[9];
  t.same(frames[0], {
    step: 10,
    loss: tenth.loss,
    ticks: tenth.ticks,
    correct: tenth.classIndex === samples[9].label,
    layers: tenth.factors,
  });
  stop();
  await all(device.learn(samples.slice(0, 20)));
  t.equal(frames.length, 4, 'no more after unsubscribing');

  const before = device.info.bootId;
  await device.reset();
  t.not(device.info.bootId, before);
  t.match(lines, ['grapes-mcu 1.2.3 on host: fake']);
  await learnInLockStep(t, device, 5, 6);
  t.same(states, ['connected', 'reset']);
  await device.close();
  t.same(states, ['connected', 'reset', 'disconnected']);
  await t.rejects(device.stats(), { code: 'PORT_CLOSED' });
});

void t.test('faults on the wire change nothing but the time', { skip: skipUnless('cc') }, async (t) => {
  const kinds: Record<string, Omit<Faults, 'seed'>> = {
    loss: { loss: 0.05 },
    duplication: { duplication: 0.2 },
    'bit flips': { bitFlip: 0.05 },
    reordering: { reorder: 0.1 },
    'delay and everything else': { delayMs: 3, loss: 0.02, duplication: 0.05, bitFlip: 0.02, reorder: 0.04 },
  };
  for (const [name, kind] of Object.entries(kinds)) {
    for (const seed of [1, 2]) {
      await t.test(`${name}, seed ${seed}`, async (t) => {
        const board = await start();
        t.teardown(() => board.stop());
        const wire = new FaultyTransport(await openSerial(board.portPath, 115200), { ...kind, seed });
        const device = await openDevice(wire);
        t.teardown(() => device.close());
        await learnInLockStep(t, device, 120, seed);
        await inferAll(t, device, 60, seed);
        t.ok(wire.injected > 5, `${wire.injected} faults`);
        if (kind.loss !== undefined) t.ok(device.link.retransmissions > 0);
      });
    }
  }
});

void t.test(
  'inputs larger than a frame travel in chunks, through faults too',
  { skip: skipUnless('cc') },
  async (t) => {
    const elf = buildFake(t.testdir(), { target: 'host', inputBytes: 5000, sanitized: true });
    const clean = await connect(t, undefined, await start('host', elf));
    await inferAll(t, clean, 20, 1);
    const faulty = await connect(
      t,
      { seed: 4, loss: 0.04, duplication: 0.04, bitFlip: 0.04 },
      await start('host', elf),
    );
    await inferAll(t, faulty, 25, 2);
    await learnInLockStep(t, faulty, 25, 3);
  },
);

void t.test('a tiny device: short frames, two slots, no learning', { skip: skipUnless('cc') }, async (t) => {
  const defines = [
    'GRAPES_MAX_FRAME_BYTES=128u',
    'GRAPES_WINDOW_BYTES=256u',
    'GRAPES_RX_RING_BYTES=512u',
    'GRAPES_REPLY_SLOTS=2u',
  ];
  const elf = buildFake(t.testdir(), { target: 'host', inputBytes: 300, learns: false, sanitized: true, defines });
  const device = await connect(t, { seed: 9, loss: 0.03, bitFlip: 0.03 }, await start('host', elf));
  t.match(device.info, { maxFrameBytes: 128, windowBytes: 256, replySlots: 2, learns: false, learnStateBytes: 0 });
  await inferAll(t, device, 15, 8);
  t.same(await device.readLearnState(), new Uint8Array(0));
  await t.rejects(device.resetLearning(), { code: 'DEVICE_REFUSED', context: { reason: 'notLearning' } });
  const input = inputs(1, 300, 1)[0];
  await device.inferOps(input, 2);
  t.same(await device.readTensor(0, 300), input, 'read in several parts');
});

void t.test('inputs larger than the window do not wait for a silence', { skip: skipUnless('cc') }, async (t) => {
  const elf = buildFake(t.testdir(), { target: 'host', inputBytes: 20_000, sanitized: true });
  const device = await connect(t, undefined, await start('host', elf));
  const rng = new Rng(1);
  const noise = Array.from({ length: 10 }, () => Int8Array.from({ length: 20_000 }, () => rng.below(256) - 128));
  const found = await all(device.infer(noise));
  t.same(
    found.map(({ output }) => [...output]),
    noise.map((input) => [...FakeModel.infer(input)]),
  );
  t.equal(device.link.retransmissions, 0, 'every window was freed by a SYNC');
});

void t.test('a consumer that stops early leaves a usable session', { skip: skipUnless('cc') }, async (t) => {
  const device = await connect(t);
  let seen = 0;
  for await (const _ of device.infer(inputs(200, 48, 1))) if (++seen === 7) break;
  await inferAll(t, device, 30, 2);
});

void t.test('a restart in the middle of a session is named, and survived', { skip: skipUnless('cc') }, async (t) => {
  const device = await connect(t);
  const states: LinkState[] = [];
  device.onState((state) => states.push(state));
  const samples = inputs(100, 48, 2).map((input) => ({ input, label: 1 }));
  samples[40].input.set(RESTART);
  let steps = 0;
  const learning = async (): Promise<void> => {
    for await (const _ of device.learn(samples)) steps++;
  };
  await t.rejects(learning(), { code: 'DEVICE_RESET', context: { board: 'host', lastText: /grapes-mcu 1.2.3/ } });
  t.equal(steps, 40);
  t.same(states, ['reset']);
  await t.rejects(device.stats(), { code: 'DEVICE_RESET' }, 'until it is greeted again');
  const before = device.info.bootId;
  await device.greet();
  t.not(device.info.bootId, before);
  await learnInLockStep(t, device, 30, 1);
});

void t.test('silence: what was asked, how long, and what the board said last', async (t) => {
  await t.test('nobody there', async (t) => {
    const [port, other] = loopback('nobody');
    other.listen({ data: () => void other.write(Buffer.from('login: \n')), closed: () => undefined });
    const opened = openDevice(port, { greetingTimeoutMs: 300 });
    await t.rejects(opened, { code: 'DEVICE_NO_GREETING', context: { port: 'nobody', lastText: 'login: ' } });
  });

  await t.test('another version of the protocol', async (t) => {
    const [port, other] = loopback();
    const hello = new StreamDecoder({
      frame: ({ seq, payload }) => {
        const answer = Uint8Array.from([9, ...payload.subarray(1, 5)]);
        void other.write(encodeFrame({ type: MESSAGE.greeting, flags: 0, seq, payload: answer }));
      },
      text: () => undefined,
      bad: () => undefined,
    });
    other.listen({ data: (bytes) => hello.push(bytes), closed: () => undefined });
    await t.rejects(openDevice(port), { code: 'PROTOCOL_VERSION_MISMATCH', context: { firmware: 9, host: 1 } });
  });

  await t.test('a greeting that leaves no room for a frame', async (t) => {
    const { port } = greetingPort((greeting) => greeting.setUint16(9, 12, true));
    await t.rejects(openDevice(port), { code: 'PROTOCOL_VIOLATION', context: { maxFrameBytes: 12 } });
  });

  await t.test("telemetry left in the wire by an earlier session is nobody's loss", async (t) => {
    const stale = encodeFrame({ type: MESSAGE.telemetry, flags: 0, seq: 500, payload: new Uint8Array(16) });
    const { port, other } = greetingPort(() => undefined);
    void other.write(stale);
    const device = await openDevice(port);
    t.teardown(() => device.close());
    t.equal(device.link.lostFrames, 0);
  });

  await t.test('cut off while learning', { skip: skipUnless('cc') }, async (t) => {
    const board = await start();
    t.teardown(() => board.stop());
    const wire = new FaultyTransport(await openSerial(board.portPath, 115200), { seed: 1, cutOffAfter: 30 });
    const device = await openDevice(wire, { timeoutMs: 700 });
    t.teardown(() => device.close());
    const samples = inputs(100, 48, 1).map((input) => ({ input, label: 0 }));
    await t.rejects(all(device.learn(samples)), { code: 'DEVICE_TIMEOUT', context: { board: 'host' } });
  });

  await t.test('time in which this program was busy elsewhere is no silence', { skip: skipUnless('cc') }, async (t) => {
    const board = await start();
    t.teardown(() => board.stop());
    const device = await openDevice(await openSerial(board.portPath, 115200), { timeoutMs: 1200 });
    t.teardown(() => device.close());
    const answers = all(device.learn(inputs(3, 48, 1).map((input) => ({ input, label: 0 }))));
    await new Promise(setImmediate);
    // Longer than the longest silence: the answers lie unread in the port.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1500);
    t.equal((await answers).length, 3);
  });

  await t.test('the board goes away', { skip: skipUnless('cc') }, async (t) => {
    const board = await start();
    const device = await connect(t, undefined, board);
    const learning = all(device.learn(inputs(100_000, 48, 1).map((input) => ({ input, label: 0 }))));
    await Promise.all([t.rejects(learning, { code: 'PORT_CLOSED' }), board.stop()]);
  });
});

void t.test('the wrong firmware is refused by name', { skip: skipUnless('cc') }, async (t) => {
  const { info } = await connect(t);
  t.doesNotThrow(() => requireModel(info, DIGEST, 'host'));
  const other = 'ff'.repeat(32);
  t.throws(() => requireModel(info, other, 'host'), {
    code: 'FIRMWARE_MODEL_MISMATCH',
    context: { expected: other, found: DIGEST, model: 'fake' },
  });
  t.throws(() => requireModel(info, DIGEST, 'mps2-an386'), { code: 'FIRMWARE_BOARD_MISMATCH' });
});

void t.test('the same firmware on a virtual Cortex-M4F', { skip: skipUnless('arm', 'qemu') }, async (t) => {
  const elf = buildFake(t.testdir(), { target: 'mps2-an386' });
  const device = await connect(t, undefined, await start('mps2-an386', elf, true));
  t.match(device.info, { boardId: 'mps2-an386', modelDigest: DIGEST, ticksPerSecond: 25_000_000 });
  await learnInLockStep(t, device, 60, 1);
  await inferAll(t, device, 60, 2);

  const counts = new Set<number>();
  for (const input of inputs(8, 48, 3)) {
    const [{ ticks }] = await all(device.infer([input]));
    counts.add(Math.round((ticks * 1e9) / (25_000_000 * 1024)));
  }
  t.equal(counts.size, 1, `one input at a time takes the same instructions every time: ${[...counts].join(' ')}`);
  const stats = await device.stats();
  t.match(stats, { badFrames: 0, droppedBytes: 0, learnSteps: 60 });
  t.ok(stats.stackHighWaterBytes !== null && stats.stackHighWaterBytes > 100 && stats.stackHighWaterBytes < 4096);

  const before = device.info.bootId;
  await device.reset();
  t.not(device.info.bootId, before);
  t.equal((await device.stats()).learnSteps, 0);
  const [input] = inputs(1, 48, 4);
  input.set(RESTART);
  await t.rejects(all(device.infer([input])), { code: 'DEVICE_RESET' });
  await device.greet();
  await learnInLockStep(t, device, 20, 5);
});

void t.test(
  'the firmware compiles for an 8-bit core, the port template too',
  { skip: skipUnless('avr') },
  async (t) => {
    const root = packageRoot();
    const strict = [
      '-mmcu=atmega2560',
      '-Os',
      '-std=c99',
      '-Wall',
      '-Wextra',
      '-Wconversion',
      '-Werror',
      '-fsyntax-only',
    ];
    const includes = ['tests/firmware/fake-model', 'firmware', 'firmware/core', 'firmware/protocol', 'firmware/hal'];
    const names = ['-DGRAPES_BOARD_ID="mega"', '-DGRAPES_FIRMWARE_VERSION="1"'];
    for (const path of [
      'app/main.c',
      'app/model.c',
      'protocol/dispatch.c',
      'protocol/framing.c',
      'protocol/crc32.c',
    ].concat(['protocol/zero_run.c', 'hal/template/hal_template.c'])) {
      const args = [...strict, ...names, ...includes.map((dir) => `-I${join(root, dir)}`)];
      const { stderr, status } = spawnSync('avr-gcc', [...args, join(root, 'firmware', path)], { encoding: 'utf8' });
      t.equal(status, 0, `${path} ${stderr}`);
    }
  },
);
