import { opInputs, type QuantizedGraph, type QuantizedOp } from '../../../ir/graph.js';

/** Row y of the output sees the `reach` rows of each input that begin at y * stride - pad. */
export interface VerticalWindow {
  readonly reach: number;
  readonly stride: number;
  readonly pad: number;
}

const ROW_BY_ROW: VerticalWindow = { reach: 1, stride: 1, pad: 0 };

/** How an op goes down an image, or null where its rows cannot be made one after the other by the kernel as it is. */
export function verticalWindow(graph: QuantizedGraph, op: QuantizedOp): VerticalWindow | null {
  const inputs = opInputs(op).map((id) => graph.tensors[id]);
  const output = graph.tensors[op.output];
  if (![...inputs, output].every((x) => x.shape.length === 3 && x.dtype === 'int8')) return null;
  switch (op.kind) {
    case 'conv_2d':
    case 'depthwise_conv_2d':
    case 'max_pool_2d':
    case 'average_pool_2d': {
      const { kernel, strides, dilation, pad } = op.window;
      return { reach: (kernel[0] - 1) * dilation[0] + 1, stride: strides[0], pad: pad.top };
    }
    case 'lookup':
    case 'add':
    case 'sub':
    case 'mul':
    case 'maximum':
    case 'minimum': {
      // Operands that are constant, or repeat along the output, have kernels of other arguments.
      const same = inputs.every((x) => x.shape.every((d, k) => d === output.shape[k]));
      return same && (op.kind === 'lookup' || inputs.length === 2) ? ROW_BY_ROW : null;
    }
    default:
      return null;
  }
}
