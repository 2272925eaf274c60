// More products of matrices than a uint16_t counts, under the sanitizers.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { Rng } from '../../src/util/rng.js';
import { skipUnless } from '../lanes.js';
import { Branching } from './branching.js';
import { exportRandom, runSelfTest, SANITIZERS, writeSources } from './harness.js';

void t.test('65,792 products of one value each', { skip: skipUnless('cc') }, async (t) => {
  const net = new Branching([257, 256, 1, 1]);
  const requantize = { multiplier: [2 ** 30], shift: [-3], zeroPoint: 3, clampMin: -128, clampMax: 127 };
  const product = { kind: 'batch_matmul', transposeB: false, requantize };
  const graph = net.graph(net.op(product, [net.input, net.input], [257, 256, 1, 1]));
  const sources = exportRandom(new Rng(3), graph, { learn: null, kernels: 'plain' }, 2);
  const dir = join(t.testdir(), 'net');
  mkdirSync(dir, { recursive: true });
  writeSources(dir, sources);
  t.match(runSelfTest(dir, sources, ['-O1', ...SANITIZERS]), /0 of 2 samples differ\nPASS/);
});
