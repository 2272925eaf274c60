import type { QuantizedGraph } from '../../graph.js';
import type { AveragePool2dOp, MaxPool2dOp } from '../../integer-ops.js';
import type { IntegerRule, IntegerStep } from '../../integer-rule.js';
import { reachOf } from '../accumulator-bound.js';
import { checkClamp, clamp, sameQuantization } from './numbers.js';
import { geometryOf, windowGeometryOf } from './window.js';

type PoolOp = AveragePool2dOp | MaxPool2dOp;

/** What a window makes of the values of one channel: seen one by one, then asked. */
interface Pooling {
  readonly start: number;
  next(sofar: number, value: number): number;
  end(sofar: number, count: number): number;
}

const MAXIMUM: Pooling = { start: -32768, next: Math.max, end: (most) => most };

/** TFLite's integer average: half the count is added away from zero, then the quotient is cut. */
const AVERAGE: Pooling = {
  start: 0,
  next: (sum, value) => sum + value,
  end: (sum, count) => {
    const half = Math.floor(count / 2);
    return Math.trunc((sum > 0 ? sum + half : sum - half) / count);
  },
};

function poolRule<O extends PoolOp>(pooling: Pooling): IntegerRule<O> {
  return {
    inputs: [1, 1],
    constants: () => [],
    outputShape: (graph, op) => {
      const geometry = windowGeometryOf(graph.tensors[op.input].shape, op.window);
      if (typeof geometry === 'string') return geometry;
      const { kernel, dilation, pad } = op.window;
      if (dilation[0] !== 1 || dilation[1] !== 1) return 'has a dilation';
      // Every window must hold a value: the average of nothing is undefined.
      if (Math.max(pad.top, pad.bottom) >= kernel[0] || Math.max(pad.left, pad.right) >= kernel[1]) {
        return 'has windows that lie in the padding alone';
      }
      return [geometry.outputHeight, geometry.outputWidth, geometry.channels];
    },
    checkNumbers: (graph, op) =>
      sameQuantization(graph, op.input, op.output)
        ? checkClamp(graph, op.output, op.clampMin, op.clampMax)
        : 'changes the quantization from input to output',
    bound: (graph, op) => reachOf(graph, op.input) * op.window.kernel[0] * op.window.kernel[1],
    macs: () => 0,
    prepare: (graph, op) => poolStep(graph, op, pooling),
  };
}

function poolStep(graph: QuantizedGraph, op: PoolOp, pooling: Pooling): IntegerStep {
  const g = geometryOf(graph.tensors[op.input].shape, op.window);
  return ([x], output) => {
    let place = 0;
    for (let r = 0; r < g.outputHeight; r++) {
      const top = r * g.strideHeight - g.padTop;
      const firstRow = Math.max(0, top);
      const endRow = Math.min(g.inputHeight, top + g.kernelHeight);
      for (let c = 0; c < g.outputWidth; c++) {
        const left = c * g.strideWidth - g.padLeft;
        const firstColumn = Math.max(0, left);
        const endColumn = Math.min(g.inputWidth, left + g.kernelWidth);
        const count = (endRow - firstRow) * (endColumn - firstColumn);
        for (let i = 0; i < g.channels; i++) {
          let value = pooling.start;
          for (let row = firstRow; row < endRow; row++) {
            for (let column = firstColumn; column < endColumn; column++) {
              value = pooling.next(value, x[(row * g.inputWidth + column) * g.channels + i]);
            }
          }
          output[place++] = clamp(pooling.end(value, count), op.clampMin, op.clampMax);
        }
      }
    }
  };
}

export const maxPool2dRule = poolRule<MaxPool2dOp>(MAXIMUM);
export const averagePool2dRule = poolRule<AveragePool2dOp>(AVERAGE);
