import t from 'tap';
import type { Activation } from '../../src/ir/graph.js';
import type { LearnSpec } from '../../src/ir/learn-spec.js';
import { LearnReference } from '../../src/ir/learn/f32.js';
import { Rng } from '../../src/util/rng.js';
import { randomQuantizedGraph } from '../ir/graphs.js';
import { skipUnless } from '../lanes.js';
import {
  CORTEX_M4F,
  SANITIZERS,
  runSelfTestOnBoard,
  compileOnly,
  exportRandom,
  randomSamples,
  runSelfTest,
  writeSources,
} from './harness.js';

const cc = skipUnless('cc');

interface Case {
  readonly sizes: readonly number[];
  readonly activation: Activation;
  readonly bias: boolean;
}

const CASES: readonly Case[] = [
  { sizes: [1, 1], activation: 'none', bias: true },
  { sizes: [5, 3, 2], activation: 'relu', bias: true },
  { sizes: [33, 18, 11], activation: 'tanh', bias: true },
  { sizes: [64, 32, 10], activation: 'relu', bias: false },
  { sizes: [47, 9, 13, 7, 6], activation: 'tanh', bias: false },
  { sizes: [130, 21, 4], activation: 'none', bias: true },
];

void t.test(
  'inference of random networks, both kernel sets, equals the reference under ASan and UBSan',
  {
    skip: cc,
  },
  async (t) => {
    const rng = new Rng(20);
    for (const [index, shape] of CASES.entries()) {
      const graph = randomQuantizedGraph(rng, shape);
      for (const kernels of ['plain', 'dsp'] as const) {
        const dir = t.testdir();
        const sources = exportRandom(rng, graph, { learn: null, kernels }, 40);
        writeSources(dir, sources);
        const narrow = index % 2 === 0 ? ['-DGRAPES_NARROW_MULTIPLY=1'] : [];
        t.match(runSelfTest(dir, sources, ['-O1', ...SANITIZERS, ...narrow]), /\nPASS\n$/, `${shape.sizes} ${kernels}`);
      }
    }
  },
);

void t.test('an autoencoder: the sample again, and the threshold beside it', { skip: cc }, (t) => {
  const rng = new Rng(21);
  const random = randomQuantizedGraph(rng, { sizes: [12, 3, 12], activation: 'tanh', bias: true });
  const task = { kind: 'reconstruct', threshold: 0.375, normalClasses: [0] } as const;
  const dir = t.testdir();
  const graph = { ...random, classNames: ['normal', 'anomaly'], task };
  const sources = exportRandom(rng, graph, { learn: null, kernels: 'plain' }, 40);
  writeSources(dir, sources);
  t.match(runSelfTest(dir, sources, ['-O1', ...SANITIZERS]), /\nPASS\n$/);
  const header = sources.files.find(({ path }) => path === `${graph.name}.h`)!.text;
  t.match(header, /#define \w+_THRESHOLD 0\.375f/);
  t.notMatch(sources.files.map(({ text }) => text).join(''), /logits? (for|of|from|at)/);
  t.end();
});

const LEARN: readonly (LearnSpec & Case & { kernels: 'plain' | 'dsp' })[] = [
  {
    layers: 'all',
    grapes: 'propagating',
    nodeSums: 'round-robin',
    sizes: [64, 32, 10],
    activation: 'relu',
    bias: true,
    kernels: 'dsp',
    learningRate: 0.01,
  },
  {
    layers: 'all',
    grapes: 'local',
    nodeSums: 'every-step',
    sizes: [37, 19, 13, 7],
    activation: 'relu',
    bias: true,
    kernels: 'dsp',
    learningRate: 0.02,
  },
  {
    layers: 'all',
    grapes: 'propagating',
    nodeSums: 'every-step',
    sizes: [33, 18, 11, 9],
    activation: 'tanh',
    bias: false,
    kernels: 'plain',
    learningRate: 0.01,
  },
  {
    layers: 2,
    grapes: 'local',
    nodeSums: 'round-robin',
    sizes: [21, 70, 14, 6],
    activation: 'tanh',
    bias: true,
    kernels: 'dsp',
    learningRate: 0.01,
  },
  {
    layers: 1,
    grapes: 'propagating',
    nodeSums: 'round-robin',
    sizes: [20, 51, 5],
    activation: 'relu',
    bias: true,
    kernels: 'plain',
    learningRate: 0.05,
  },
  {
    layers: 1,
    grapes: 'off',
    nodeSums: 'round-robin',
    sizes: [100, 3],
    activation: 'relu',
    bias: true,
    kernels: 'dsp',
    learningRate: 0.05,
  },
  {
    layers: 'all',
    grapes: 'off',
    nodeSums: 'every-step',
    sizes: [9, 4, 2],
    activation: 'none',
    bias: true,
    kernels: 'plain',
    learningRate: 0.05,
  },
];

void t.test(
  'learning on random networks leaves the same bits as the reference under ASan and UBSan',
  {
    skip: cc,
  },
  async (t) => {
    const rng = new Rng(21);
    for (const spec of LEARN) {
      const graph = randomQuantizedGraph(rng, spec);
      const dir = t.testdir();
      const learn = {
        layers: spec.layers,
        grapes: spec.grapes,
        nodeSums: spec.nodeSums,
        learningRate: spec.learningRate,
      };
      const sources = exportRandom(rng, graph, { learn, kernels: spec.kernels }, 40);
      writeSources(dir, sources);
      const name = `${spec.sizes} ${spec.activation} last ${spec.layers} ${spec.grapes}`;
      t.match(runSelfTest(dir, sources, ['-O1', ...SANITIZERS]), /weights agree and losses agree[^]*PASS\n$/, name);
      t.match(runSelfTest(dir, sources, ['-O3']), /weights agree and losses agree[^]*PASS\n$/, `${name} -O3`);
    }
  },
);

void t.test(
  'assembly on a Cortex-M4F leaves the same bits as the reference',
  {
    skip: skipUnless('arm', 'qemu'),
  },
  async (t) => {
    const rng = new Rng(23);
    for (const [index, spec] of LEARN.entries()) {
      const graph = randomQuantizedGraph(rng, spec);
      const dir = t.testdir();
      const learn = {
        layers: spec.layers,
        grapes: spec.grapes,
        nodeSums: spec.nodeSums,
        learningRate: spec.learningRate,
      };
      const sources = exportRandom(rng, graph, { learn, kernels: 'dsp' }, 60);
      writeSources(dir, sources);
      const level = ['-Os', '-O2', '-O3'][index % 3];
      const text = runSelfTestOnBoard(dir, sources, 'mps2-an386', [...CORTEX_M4F, level]);
      t.match(
        text,
        /weights agree and losses agree[^]*PASS/,
        `${spec.sizes} ${spec.activation} last ${spec.layers} ${spec.grapes} ${level}`,
      );
    }
  },
);

void t.test(
  'other cores leave the same bits: M7 with assembly, M3 and M0 code in plain C with soft float',
  {
    skip: skipUnless('arm', 'qemu'),
  },
  async (t) => {
    const rng = new Rng(24);
    const spec = LEARN[1];
    const graph = randomQuantizedGraph(rng, spec);
    for (const [machine, kernels, ...flags] of [
      ['mps2-an500', 'dsp', '-mcpu=cortex-m7', '-mfpu=fpv5-d16', '-mfloat-abi=hard'],
      ['mps2-an385', 'plain', '-mcpu=cortex-m3', '-mfloat-abi=soft'],
      ['mps2-an385', 'plain', '-mcpu=cortex-m0', '-mfloat-abi=soft'],
    ] as const) {
      const dir = t.testdir();
      const sources = exportRandom(rng, graph, { learn: spec, kernels }, 20);
      writeSources(dir, sources);
      const text = runSelfTestOnBoard(dir, sources, machine, ['-mthumb', '-Os', ...flags]);
      t.match(text, /weights agree and losses agree[^]*PASS/, flags[0]);
    }
  },
);

void t.test('the sources are free of warnings at every optimisation level, and on AVR', async (t) => {
  const rng = new Rng(22);
  const graph = randomQuantizedGraph(rng, { sizes: [30, 9, 6, 3], activation: 'tanh', bias: true });
  const learn: LearnSpec = { layers: 2, grapes: 'propagating', nodeSums: 'round-robin', learningRate: 0.1 };
  const dir = t.testdir();
  for (const kernels of ['plain', 'dsp'] as const) {
    const sources = exportRandom(rng, graph, { learn, kernels });
    writeSources(dir, sources);
    if (cc === false) for (const level of ['-Os', '-O3']) t.equal(compileOnly('cc', dir, sources, [level]), '');
    if (kernels === 'plain' && skipUnless('avr') === false) {
      t.equal(compileOnly('avr-gcc', dir, sources, ['-mmcu=atmega2560', '-Os']), '');
    }
    if (skipUnless('arm') === false) {
      for (const level of ['-O0', '-Os', '-O2']) {
        for (const flags of [['-mcpu=cortex-m0', '-mthumb'], ['-mcpu=cortex-m3', '-mthumb'], CORTEX_M4F]) {
          t.equal(compileOnly('arm-none-eabi-gcc', dir, sources, [...flags, level]), '', `${flags[0]} ${level}`);
        }
      }
    }
  }
});

void t.test('the learning cases stay finite: equal bits are equal numbers', async (t) => {
  for (const [index, spec] of LEARN.entries()) {
    const graph = randomQuantizedGraph(new Rng(30 + index), spec);
    const { inputs, labels } = randomSamples(new Rng(40 + index), graph, 60);
    const reference = new LearnReference(graph, spec);
    const losses = inputs.map((input, n) => reference.step(input, labels[n]).loss);
    t.ok(losses.every(Number.isFinite), `${spec.sizes}: ${losses[59]}`);
    t.ok(new Float32Array(reference.stateBytes().buffer).every(Number.isFinite));
  }
});
