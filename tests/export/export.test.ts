import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import t from 'tap';
import { floatLiteral } from '../../src/export/c/format.js';
import { opSymbols } from '../../src/export/c/naming.js';
import { exportC } from '../../src/export/export.js';
import type { QuantizedGraph } from '../../src/ir/graph.js';
import { runInt8 } from '../../src/ir/interpret.js';
import type { LearnSpec } from '../../src/ir/learn-spec.js';
import { Rng } from '../../src/util/rng.js';
import { randomQuantizedGraph } from '../ir/graphs.js';
import { randomIntegerGraph } from '../ir/random-integer-graph.js';
import { skipUnless } from '../lanes.js';
import { SANITIZERS, WARNINGS, exportRandom, randomSamples, readLibrary, writeSources } from './harness.js';

const LEARN: LearnSpec = { layers: 1, learningRate: 0.01, grapes: 'propagating', nodeSums: 'round-robin' };

function graph(sizes: readonly number[] = [6, 5, 3]): QuantizedGraph {
  return randomQuantizedGraph(new Rng(3), { sizes, activation: 'tanh', bias: true });
}

void t.test('the emitted text', async (t) => {
  const learn: LearnSpec = { ...LEARN, layers: 'all' };
  const { files } = exportRandom(new Rng(4), graph(), { learn, kernels: 'dsp' }, 2);
  const own = files.filter((f) => !f.path.startsWith('grapes/'));
  t.matchSnapshot(own.map(({ path, text }) => `==== ${path}\n${text}`).join('\n'));
  t.same(
    own.flatMap(({ path, text }) =>
      text.split('\n').flatMap((line) => (line.length > 140 ? [`${path}: ${line}`] : [])),
    ),
    [],
    'no line is longer than 140 characters',
  );
});

void t.test('same inputs, same bytes; the digest follows graph and learning, not kernels', async (t) => {
  const make = (g: QuantizedGraph, learn: LearnSpec | null, kernels: 'plain' | 'dsp') =>
    exportRandom(new Rng(4), g, { learn, kernels }, 2);
  t.same(make(graph(), LEARN, 'dsp'), make(graph(), LEARN, 'dsp'));
  const digest = make(graph(), LEARN, 'dsp').modelDigest;
  t.match(digest, /^[0-9a-f]{64}$/);
  t.equal(make(graph(), LEARN, 'plain').modelDigest, digest);
  t.not(make(graph(), null, 'plain').modelDigest, digest);
  t.not(make(graph(), { ...LEARN, learningRate: 0.02 }, 'dsp').modelDigest, digest);
  t.not(make(graph([6, 4, 3]), LEARN, 'dsp').modelDigest, digest);
});

void t.test('a layer whose sums are too wide for a kernel calls another', async (t) => {
  const selfTest = { inputs: [], labels: [] };
  const dense = (g: QuantizedGraph, kernels: 'dsp' | 'armv7m'): readonly string[] => {
    const { output } = exportC(g, { learn: null, kernels, library: readLibrary(), selfTest, toolVersion: 'x' });
    const { text } = output.files.find(({ path }) => path === `${output.name}.c`)!;
    return [...text.matchAll(/grapes_fully_connected_s8_(\w+)\(/g)].map(([, name]) => name);
  };
  const usual = graph([40, 30, 3]);
  t.same(dense(usual, 'dsp'), ['dsp', 'dsp']);
  const withBias = (bias: number): QuantizedGraph => ({
    ...usual,
    tensors: usual.tensors.map((x) => (x.role === 'bias' ? { ...x, data: new Int32Array(x.shape[0]).fill(bias) } : x)),
  });
  t.same(dense(withBias(2 ** 23), 'dsp'), ['dsp_wide', 'dsp_wide']);
  t.same(dense(withBias(2 ** 29), 'armv7m'), ['plain', 'plain']);
});

void t.test('what cannot be exported is refused by name', async (t) => {
  const options = {
    learn: null,
    kernels: 'plain',
    library: readLibrary(),
    selfTest: { inputs: [], labels: [] },
  } as const;
  const refuse = (g: QuantizedGraph, code: string, library = options.library): void => {
    t.throws(() => exportC(g, { ...options, library, toolVersion: 'x' }), { code });
  };
  refuse({ ...graph(), name: 'int' }, 'EXPORT_BAD_NAME');
  refuse({ ...graph(), name: 'grapes_net' }, 'EXPORT_BAD_NAME');
  refuse(graph([70000, 1]), 'EXPORT_TENSOR_TOO_LARGE');
  const drawn = Array.from({ length: 20 }, (_, seed) => randomIntegerGraph(new Rng(seed)));
  const images = drawn.find(({ ops }) => ops.some((op) => op.kind === 'conv_2d'))!;
  const windowed = (window: object): QuantizedGraph => ({
    ...images,
    ops: images.ops.map((op) => (op.kind === 'conv_2d' ? { ...op, window: { ...op.window, ...window } } : op)),
  });
  refuse(windowed({ dilation: [1, 70000] }), 'EXPORT_TENSOR_TOO_LARGE');
  refuse(graph(), 'EXPORT_MISSING_SOURCE', {});
  t.throws(() => exportC(graph(), { ...options, learn: { ...LEARN, layers: 9 }, toolVersion: 'x' }), {
    code: 'LEARN_LAYERS_OUT_OF_RANGE',
  });
});

void t.test('literals and names', async (t) => {
  t.same(
    [1, 0.5, 0.1, 0.01, -2, 1e-20, 16777216].map((v) => floatLiteral(Math.fround(v))),
    [...['1.0f', '0.5f', '0.1f', '0.01f', '-2.0f', '1e-20f', '16777216.0f']],
  );
  const rng = new Rng(9);
  const words = new Uint32Array(1);
  const float = new Float32Array(words.buffer);
  for (let n = 0; n < 5000; n++) {
    words[0] = rng.uint32();
    if (!Number.isFinite(float[0])) continue;
    const read = Number(floatLiteral(float[0]).slice(0, -1));
    if (Math.fround(read) !== float[0]) t.fail(`${words[0]} as ${floatLiteral(float[0])}`);
  }
  t.same(opSymbols(['Dense 1', 'dense_1', 'dense.1', 'ok']), ['dense_1', 'dense_1_2', 'dense_1_3', 'ok']);
});

void t.test('the folder builds and passes with the one line of its README', { skip: skipUnless('cc') }, async (t) => {
  const dir = t.testdir();
  const sources = exportRandom(new Rng(4), graph(), { learn: LEARN, kernels: 'plain' }, 3);
  writeSources(dir, sources);
  const readme = sources.files.find((f) => f.path === 'README.md')!.text;
  const line = /^ {4}(cc .*)$/m.exec(readme)![1];
  t.match(spawnSync('sh', ['-c', line], { cwd: dir, encoding: 'utf8' }).stdout, /PASS\n$/);
});

void t.test(
  'the binding: offsets, tensors by id, and running only the first ops',
  { skip: skipUnless('cc') },
  async (t) => {
    const g = randomQuantizedGraph(new Rng(8), { sizes: [20, 11, 9, 4], activation: 'tanh', bias: true });
    const [sample] = randomSamples(new Rng(9), g, 1).inputs;
    for (const kernels of ['plain', 'dsp'] as const) {
      const dir = t.testdir({ 'probe.c': PROBE });
      const sources = exportRandom(new Rng(4), g, { learn: LEARN, kernels }, 1);
      writeSources(dir, sources);
      const files = [...sources.sources, 'probe.c'];
      const flags = [...WARNINGS, '-O1', ...SANITIZERS];
      t.equal(spawnSync('cc', [...flags, ...files, '-o', 'probe'], { cwd: dir, encoding: 'utf8' }).stderr, '');
      g.ops.forEach((op, k) => {
        const args = [k + 1, op.output, ...sample].map(String);
        const text = spawnSync(join(dir, 'probe'), args, { encoding: 'utf8' }).stdout;
        t.equal(text.trim(), [...runInt8(g, sample, k + 1).output].join(' '), `${kernels}: after op ${k}`);
      });
      const constant = g.tensors.find((x) => x.role === 'weight')!.id;
      t.equal(spawnSync(join(dir, 'probe'), ['1', String(constant)]).status, 3, 'a weight is not in the arena');
    }
  },
);

/** argv: op count, tensor id, then the sample. Prints the tensor; exit code 3 if it is not in the arena. */
const PROBE = `
#include <stdio.h>
#include <stdlib.h>
#include "grapes_binding.h"

static int8_t arena[GRAPES_ARENA_BYTES];
static const unsigned char digest[] = GRAPES_MODEL_DIGEST_BYTES;
typedef char check_digest[sizeof digest == 32 && GRAPES_LEARNS == 1 && GRAPES_OP_COUNT == 5 ? 1 : -1];

int main(int argc, char **argv) {
  uint32_t offset, bytes;
  if (grapes_model_tensor((uint16_t)atoi(argv[2]), &offset, &bytes) != 0) return 3;
  for (int i = 3; i < argc; i++) arena[GRAPES_INPUT_OFFSET + i - 3] = (int8_t)atoi(argv[i]);
  grapes_model_infer_ops(arena, (uint16_t)atoi(argv[1]));
  for (uint32_t i = 0; i < bytes; i++) printf("%d ", arena[offset + i]);
  return digest[0] == digest[1] && digest[1] == digest[2];
}
`;
