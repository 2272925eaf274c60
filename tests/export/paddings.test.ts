// Windows whose padding is unlike "same" and "valid": as transposed convolutions and graphs of other makers have them.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { OneOpGraph } from '../../bench/layers/one-op-graph.js';
import type { QuantizedGraph } from '../../src/ir/graph.js';
import type { Conv2dOp, DepthwiseConv2dOp, Window } from '../../src/ir/integer-ops.js';
import { windowGeometryOf } from '../../src/ir/ops/int8/window.js';
import { validateGraph } from '../../src/ir/validate-graph.js';
import { Rng } from '../../src/util/rng.js';
import { skipUnless } from '../lanes.js';
import { exportRandom, runSelfTest, SANITIZERS, writeSources } from './harness.js';

/** The network's one window with another padding. */
function padded(graph: QuantizedGraph, pad: Window['pad']): QuantizedGraph {
  const [op] = graph.ops as readonly (Conv2dOp | DepthwiseConv2dOp)[];
  const window = { ...op.window, pad };
  const geometry = windowGeometryOf(graph.tensors[op.input].shape, window);
  if (typeof geometry === 'string') throw new RangeError(geometry);
  const { shape } = graph.tensors[op.output];
  const larger = [geometry.outputHeight, geometry.outputWidth, shape[2]];
  return validateGraph({
    ...graph,
    tensors: graph.tensors.map((x) => (x.id === op.output ? { ...x, shape: larger } : x)),
    ops: [{ ...op, window }],
  });
}

void t.test('padding behind a 1x1 window, and wider than a window', { skip: skipUnless('cc') }, async (t) => {
  const rng = new Rng(31);
  const pointwise = new OneOpGraph('tflite', [5, 5, 8]).convolution('conv_2d', 8, [1, 1], {});
  const depthwise = new OneOpGraph('tflite', [9, 9, 4]).convolution('depthwise_conv_2d', 4, [3, 3], {});
  const behind = padded(pointwise, { top: 0, left: 0, bottom: 1, right: 1 });
  const wide = padded(depthwise, { top: 12, left: 12, bottom: 12, right: 12 });
  const cases = [
    { id: 'behind', graph: behind, sets: ['dsp', 'armv6m', 'armv7m', 'mve'] },
    { id: 'wide', graph: wide, sets: ['dsp', 'armv6m', 'mve'] },
  ] as const;
  for (const { id, graph, sets } of cases) {
    for (const kernels of sets) {
      const dir = join(t.testdirName, `${id}-${kernels}`);
      mkdirSync(dir, { recursive: true });
      const sources = exportRandom(rng, graph, { learn: null, kernels }, 3);
      writeSources(dir, sources);
      t.match(runSelfTest(dir, sources, ['-O1', ...SANITIZERS]), /0 of 3 samples differ\nPASS/, `${id}, ${kernels}`);
    }
  }
});
