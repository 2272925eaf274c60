// `npm run bench:layers [-- --core m4,m55] [--layer conv] [--rounding tflite] [--kernels plain]`: instructions of single layers
// on emulated cores, for each multiply-accumulate where there are any, else for each output value: where a shape or a number
// falls off the fast path. Fails on an output byte that differs from the reference.
import { parseArgs } from 'node:util';
import { geometryOf } from '../src/ir/ops/int8/window.js';
import type { KernelSet } from '../src/ir/c-sources.js';
import type { QuantizedGraph } from '../src/ir/graph.js';
import type { Rounding } from '../src/ir/requantize.js';
import { elementCount } from '../src/ir/tensor.js';
import { benchCores } from './count/cores.js';
import { measure } from './inference/measure.js';
import { LAYERS } from './layers/layers.js';

const { values: options } = parseArgs({
  options: {
    core: { type: 'string', default: 'm0,m3,m4,m55' },
    layer: { type: 'string', default: '' },
    rounding: { type: 'string', default: 'tflite' },
    flags: { type: 'string', default: '-O2' },
    kernels: { type: 'string' },
  },
});

const cores = benchCores().filter(({ id }) => options.core.split(',').includes(id));
const rounding = options.rounding as Rounding;

/** Multiply-accumulates as the layer is defined, whatever computes it; 0 for layers without weights. */
function macsOf(graph: QuantizedGraph): number {
  const [op] = graph.ops;
  if (op.kind === 'fully_connected') return elementCount(graph.tensors[op.weights].shape);
  if (op.kind !== 'conv_2d' && op.kind !== 'depthwise_conv_2d') return 0;
  const g = geometryOf(graph.tensors[op.input].shape, op.window);
  return g.outputHeight * g.outputWidth * elementCount(graph.tensors[op.weights].shape);
}

console.log(
  'instructions on emulated cores (QEMU) per multiply-accumulate, or per output value (v); kernel set in brackets\n',
);
console.log(`${'layer'.padEnd(40)}${cores.map(({ id }) => id.padStart(18)).join('')}`);
for (const layer of LAYERS.filter(({ id }) => id.includes(options.layer))) {
  const graph = layer.load(rounding);
  const macs = macsOf(graph);
  const per = macs > 0 ? macs : elementCount(graph.tensors[graph.output].shape);
  const cells: string[] = [];
  for (const core of cores) {
    try {
      const measured = await measure(
        core,
        { id: layer.id, macs, load: layer.load },
        { rounding, flags: options.flags.split(' '), kernels: options.kernels as KernelSet | undefined, ops: true },
      );
      const set = [...new Set(measured.ops.map((op) => op.kernel.split('/')[1]))].join(' ');
      cells.push(`${(measured.instructions / per).toFixed(2)}${macs > 0 ? '' : 'v'} (${set})`);
    } catch (error) {
      cells.push('FAILED');
      console.error((error as Error).message);
      process.exitCode = 1;
    }
  }
  console.log(`${layer.id.padEnd(40)}${cells.map((cell) => cell.padStart(18)).join('')}`);
}
