import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { cobsDecode, cobsEncode } from '../../src/device/protocol/cobs.js';
import { crc32 } from '../../src/device/protocol/crc32.js';
import { encodeFrame, payloadCapacity, StreamDecoder, type Frame } from '../../src/device/protocol/framing.js';
import * as wire from '../../src/device/protocol/messages.js';
import { zeroRunDecode, zeroRunEncode } from '../../src/device/protocol/zero-run.js';
import { packageRoot } from '../../src/util/package-root.js';
import { Rng } from '../../src/util/rng.js';

interface Heard {
  readonly frames: Frame[];
  readonly lines: string[];
  readonly bad: Uint8Array[];
}

function decoder(): { heard: Heard; push: (bytes: Uint8Array) => void } {
  const heard: Heard = { frames: [], lines: [], bad: [] };
  const stream = new StreamDecoder({
    frame: (frame) => heard.frames.push(frame),
    text: (line) => heard.lines.push(line),
    bad: (chunk) => heard.bad.push(chunk),
  });
  return { heard, push: (bytes) => stream.push(bytes) };
}

/** Bytes with many zeros, or few, or none. */
function randomBytes(rng: Rng, length: number): Uint8Array {
  const zeros = rng.uniform() < 0.3 ? 0 : rng.uniform();
  return Uint8Array.from({ length }, () => (rng.uniform() < zeros ? 0 : 1 + rng.below(255)));
}

void t.test('the generated files are fresh', async (t) => {
  const generator = (await import(join(packageRoot(), 'scripts/generate-protocol.mjs'))) as {
    generate(spec: unknown, page: string): Promise<Record<string, string>>;
  };
  const read = (path: string): string => readFileSync(join(packageRoot(), path), 'utf8');
  const files = await generator.generate(JSON.parse(read('protocol/messages.json')), read('docs/protocol.md'));
  t.equal(Object.keys(files).length, 3);
  for (const [path, text] of Object.entries(files)) t.equal(read(path), text, `${path}: run its generator`);
});

void t.test('CRC-32: the check value of the CRC catalogue (123456789 → cbf43926)', async (t) => {
  const text = new TextEncoder().encode('123456789');
  t.equal(crc32(text), 0xcbf43926);
  t.equal(crc32(text.subarray(4), crc32(text.subarray(0, 4))), 0xcbf43926, 'in two parts');
  t.equal(crc32(new Uint8Array(0)), 0);
});

void t.test('COBS: the examples of Cheshire and Baker, and the edges of a full block', async (t) => {
  const pairs: [number[], number[]][] = [
    [[], [1]],
    [[0], [1, 1]],
    [
      [0, 0],
      [1, 1, 1],
    ],
    [
      [0x11, 0x22, 0, 0x33],
      [3, 0x11, 0x22, 2, 0x33],
    ],
    [
      [0x11, 0, 0, 0],
      [2, 0x11, 1, 1, 1],
    ],
  ];
  for (const [plain, coded] of pairs) t.same([...cobsEncode(Uint8Array.from(plain))], coded);
  const run = Uint8Array.from({ length: 254 }, (_, i) => i + 1);
  t.same([...cobsEncode(run)], [255, ...run]);
  t.same([...cobsEncode(Uint8Array.from([...run, 0]))], [255, ...run, 1, 1]);
  t.same([...cobsEncode(Uint8Array.from([0, ...run]))], [1, 255, ...run]);
  t.equal(cobsDecode(Uint8Array.from([5, 1, 2])), null, 'a block that does not end');
  t.equal(cobsDecode(Uint8Array.from([0])), null);
});

void t.test('COBS and zero-run coding: random round trips', async (t) => {
  const rng = new Rng(11);
  for (let i = 0; i < 300; i++) {
    const bytes = randomBytes(rng, rng.below(800));
    const coded = cobsEncode(bytes);
    if (coded.includes(0) || coded.length > bytes.length + Math.floor(bytes.length / 254) + 1) t.fail('COBS output');
    if (!Buffer.from(bytes).equals(cobsDecode(coded) ?? Buffer.alloc(0))) t.fail(`COBS round trip ${i}`);
    const input = new Int8Array(bytes.buffer);
    const packed = zeroRunEncode(input, 0);
    if (packed.length > input.length + Math.ceil(input.length / 128)) t.fail('zero-run output is too long');
    if (!Buffer.from(bytes).equals(Buffer.from(zeroRunDecode(packed, 0)?.buffer ?? new ArrayBuffer(0))))
      t.fail(`zero-run round trip ${i}`);
  }
  t.same(
    [...zeroRunEncode(Int8Array.from([-128, -128, 5, -128, 6, -128, -128, -128]), -128)],
    [129, 2, 5, 128, 6, 130],
  );
  t.equal(zeroRunDecode(Uint8Array.from([3, 1, 2]), 0), null, 'bytes missing');
});

void t.test('frames survive any grouping of reads, and fit the size that was promised', async (t) => {
  const rng = new Rng(5);
  const frames = Array.from({ length: 60 }, (_, seq) => ({
    type: 0x80 + rng.below(128),
    flags: rng.below(256),
    seq: seq * 1000,
    payload: randomBytes(rng, rng.below(600)),
  }));
  const stream = Buffer.concat(frames.map((frame) => encodeFrame(frame)));
  const { heard, push } = decoder();
  for (let at = 0; at < stream.length;) {
    const count = 1 + rng.below(50);
    push(stream.subarray(at, at + count));
    at += count;
  }
  t.same(heard, { frames, lines: [], bad: [] });
  for (const maxFrameBytes of [64, 128, 256, 257, 258, 1024]) {
    const payload = new Uint8Array(payloadCapacity(maxFrameBytes)).fill(7);
    t.ok(encodeFrame({ type: 0x82, flags: 1, seq: 0x0101, payload }).length <= maxFrameBytes, `${maxFrameBytes}`);
  }
});

void t.test('every single bit error is noticed, and costs one frame', async (t) => {
  const first = encodeFrame({ type: 0x82, flags: 3, seq: 7, payload: Uint8Array.from([0, 1, 0, 2, 200, 0, 0, 9]) });
  const second = encodeFrame({ type: 0xc2, flags: 0, seq: 8, payload: new Uint8Array(0) });
  for (let bit = 8; bit < 8 * (first.length - 1); bit++) {
    const damaged = first.slice();
    damaged[bit >> 3] ^= 1 << (bit & 7);
    const { heard, push } = decoder();
    push(damaged);
    push(second);
    if (heard.frames.length !== 1 || heard.frames[0].seq !== 8) t.fail(`bit ${bit}: ${JSON.stringify(heard.frames)}`);
    if (heard.bad.length + heard.lines.length === 0) t.fail(`bit ${bit} went unseen`);
  }
});

void t.test('text passes through the same wire, line by line, before and between frames', async (t) => {
  const { heard, push } = decoder();
  const frame = encodeFrame({ type: 0xc2, flags: 0, seq: 1, payload: new Uint8Array(0) });
  const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
  push(ascii('boot\r\nsecond li'));
  t.same(heard.lines, ['boot'], 'a line is passed on at its end');
  push(ascii('ne\nno end'));
  push(frame);
  push(ascii('after\n'));
  t.same(heard.lines, ['boot', 'second line', 'no end', 'after']);
  t.equal(heard.frames.length, 1);
  push(Uint8Array.from([0, 200, 201, 10, 202, 0]));
  t.equal(heard.bad.length, 1, 'neither text nor a frame');
});

void t.test('noise never becomes a frame', async (t) => {
  const rng = new Rng(99);
  const { heard, push } = decoder();
  for (let i = 0; i < 200; i++) push(randomBytes(rng, 500));
  push(new Uint8Array(200_000).fill(200));
  t.equal(heard.frames.length, 0);
  t.ok(heard.bad.length > 100);
});

void t.test('messages: what is written has the layout of the C header', async (t) => {
  const header = readFileSync(join(packageRoot(), 'firmware/protocol/messages.h'), 'utf8');
  const place = (name: string): number => Number(new RegExp(`${name} (\\d+)u`).exec(header)?.[1]);
  const sample = wire.writeSample({ op: 3, label: 0x1234, offset: 0x89abcdef, data: Uint8Array.from([5, 6]) });
  const view = new DataView(sample.buffer);
  t.equal(view.getUint8(place('GRAPES_SAMPLE_OP')), 3);
  t.equal(view.getUint16(place('GRAPES_SAMPLE_LABEL'), true), 0x1234);
  t.equal(view.getUint32(place('GRAPES_SAMPLE_OFFSET'), true), 0x89abcdef);
  t.same([...sample.subarray(place('GRAPES_SAMPLE_DATA'))], [5, 6]);

  const learned = new DataView(new ArrayBuffer(14 + 24));
  learned.setFloat32(place('GRAPES_LEARNED_LOSS'), 0.5, true);
  learned.setUint32(place('GRAPES_LEARNED_HASH'), 0xdeadbeef, true);
  learned.setUint16(place('GRAPES_LEARNED_CLASS_INDEX'), 9, true);
  learned.setFloat32(place('GRAPES_LEARNED_FACTORS') + 12 + place('GRAPES_SPREAD_MEAN'), 1.25, true);
  const parsed = wire.parseLearned(new Uint8Array(learned.buffer));
  t.match(parsed, { loss: 0.5, hash: 0xdeadbeef, classIndex: 9, ticks: 0 });
  t.same(parsed?.factors, [
    { min: 0, mean: 0, max: 0 },
    { min: 0, mean: 1.25, max: 0 },
  ]);
  t.equal(wire.parseLearned(new Uint8Array(5)), null, 'too short');
  t.equal(wire.parseGreeting(new Uint8Array(60)), null, 'too short');
});

void t.test('the example in docs/protocol.md is true', async (t) => {
  const payload = wire.writeHello({ protocolVersion: 1, nonce: 0x11223344 });
  const bytes = encodeFrame({ type: wire.MESSAGE.hello, flags: 0, seq: 0x0102, payload });
  const text = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  t.ok(readFileSync(join(packageRoot(), 'docs/protocol.md'), 'utf8').includes(`\n    ${text}\n`), text);
});
