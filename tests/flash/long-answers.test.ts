// Inputs and answers of several frames: an image goes in, a larger one comes out, on a process and on an emulated board.
import t from 'tap';
import { loadBoard } from '../../src/boards/load.js';
import { buildFirmware } from '../../src/build/build.js';
import { flash } from '../../src/flash/flash.js';
import { importTflite } from '../../src/import/tflite/import-tflite.js';
import { writeTflite } from '../../src/import/tflite/write-model.js';
import type { QuantizedGraph } from '../../src/ir/graph.js';
import { runInt8 } from '../../src/ir/interpret.js';
import { elementCount } from '../../src/ir/tensor.js';
import { Rng } from '../../src/util/rng.js';
import { seededSamples } from '../../src/verify/seeded-samples.js';
import { verify } from '../../src/verify/verify.js';
import { exportRandom, randomSamples } from '../export/harness.js';
import { int8, options } from '../import/random-net.js';
import { skipUnless } from '../lanes.js';

const SAMPLES = 4;
const INPUT = [1, 27, 20, 3];
const OUTPUT = [1, 53, 33, 3];

/** An image made larger: more than a frame in, more than five out. */
function enlargement(alignCorners: boolean): QuantizedGraph {
  const quantization = { scale: [0.05], zeroPoint: [3], axis: 0 };
  const image = (name: string, shape: readonly number[]) =>
    ({ name, shape, type: 'int8', quantization, data: null }) as const;
  const size = new Uint8Array(Int32Array.from(OUTPUT.slice(1, 3)).buffer);
  const file = writeTflite({
    description: '',
    name: 'large',
    tensors: [
      image('x', INPUT),
      { name: 'size', shape: [2], type: 'int32', quantization: null, data: size },
      image('y', OUTPUT),
    ],
    operators: [
      {
        code: 'RESIZE_BILINEAR',
        inputs: [0, 1],
        outputs: [2],
        options: options('resize_bilinear', int8(2, Number(alignCorners)), int8(3, Number(!alignCorners))),
      },
    ],
    inputs: [0],
    outputs: [2],
  });
  return importTflite(file, { name: 'large', toolVersion: '0', rounding: 'tflite' });
}

const graph = enlargement(true);

for (const [id, lanes] of [
  ['host', ['cc']],
  ['mps2-an386', ['arm', 'qemu']],
] as const) {
  void t.test(`${id}: answers of ${elementCount(OUTPUT)} bytes`, { skip: skipUnless(...lanes) }, async (t) => {
    const board = loadBoard(id);
    const sources = exportRandom(new Rng(1), graph, { learn: null, kernels: board.chip.kernels }, 1);
    const outDir = t.testdir();
    const image = await buildFirmware(sources, board, outDir, { cacheDir: `${outDir}/cache` });
    const started = await flash(image, outDir, board);
    try {
      const { device } = started;
      const frame = device.info.maxFrameBytes;
      t.ok(elementCount(INPUT) > frame && elementCount(OUTPUT) > 5 * frame, `frames of ${frame} bytes`);
      const { inputs } = randomSamples(new Rng(2), graph, SAMPLES);
      let at = 0;
      for await (const { output } of device.infer(inputs)) t.same(output, runInt8(graph, inputs[at++]).output);
      t.equal(at, SAMPLES);
      const samples = seededSamples(graph, SAMPLES, 1);
      const run = { board, samples: 'all', float: null, now: () => performance.now() } as const;
      t.match(await verify(device, graph, samples, run), { samples: SAMPLES, mismatches: 0, verdict: 'pass' });
      // The other places of pixels: what differs is seen, first and last bytes included.
      const other = await verify(device, enlargement(false), samples, run);
      t.match(other, { verdict: 'fail', mismatchedSamples: 1 });
    } finally {
      await started.stop();
    }
  });
}
