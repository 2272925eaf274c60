import type { Window } from '../../ir/integer-ops.js';
import type { Table } from './checked-buffer.js';
import { invalid, unsupported } from './errors.js';
import type { Dilation } from './fold-dilations.js';
import type { GraphMaker } from './graph-maker.js';
import type { TfliteOperator } from './read-model.js';
import { PADDING, type CONV_2D, type DEPTHWISE, type POOL_2D } from './schema.js';

type WindowIds = typeof CONV_2D | typeof DEPTHWISE | typeof POOL_2D;

/** TFLite's rule for padding, made explicit. */
export function windowOf(
  options: Table,
  ids: WindowIds,
  kernel: readonly [number, number],
  [height, width]: readonly number[],
  operator: TfliteOperator,
): Window {
  const strides = [options.int32(ids.strideH), options.int32(ids.strideW)] as const;
  const dilation =
    'dilationH' in ids
      ? ([options.int32(ids.dilationH, 1), options.int32(ids.dilationW, 1)] as const)
      : ([1, 1] as const);
  const padding = paddingOf(options, ids.padding, operator);
  const all = [...strides, ...dilation, ...kernel];
  if (!all.every((n) => n > 0 && n < 65536)) {
    throw invalid(`operator ${operator.index} (${operator.code}) has a window of impossible numbers`);
  }
  if (operator.dilated !== undefined) {
    if (padding !== 'valid' || [...strides, ...dilation].some((n) => n !== 1)) {
      throw unsupported('it is dilated by SPACE_TO_BATCH_ND and has strides or padding of its own');
    }
    return dilatedWindow(kernel, operator.dilated);
  }
  const total = (size: number, k: number): number => {
    if (padding === 'valid') return 0;
    const reach = (kernel[k] - 1) * dilation[k] + 1;
    return Math.max(0, (Math.ceil(size / strides[k]) - 1) * strides[k] + reach - size);
  };
  const [rows, columns] = [total(height, 0), total(width, 1)];
  const top = Math.floor(rows / 2);
  const left = Math.floor(columns / 2);
  return { kernel, strides, dilation, pad: { top, left, bottom: rows - top, right: columns - left } };
}

export function image(graph: GraphMaker, index: number): readonly number[] {
  const { shape } = graph.source(index);
  if (shape.length === 4 && shape[0] === 1) return graph.shape(index);
  const what = shape.length === 4 ? `a batch of ${shape[0]}` : 'no image';
  throw unsupported(`its input [${shape.join(', ')}] is ${what}; [1, height, width, channels] is imported`);
}

/** The window of a convolution whose dilation the file writes as moves around it. */
export function dilatedWindow(kernel: readonly [number, number], { block, pads }: Dilation): Window {
  const none = [0, 0] as const;
  const both = block.length === 2;
  const upright = !both && kernel[0] !== 1;
  const [vertical, horizontal] = both ? pads : upright ? [pads[0], none] : [none, pads[0]];
  const dilation = both
    ? ([block[0], block[1]] as const)
    : upright
      ? ([block[0], 1] as const)
      : ([1, block[0]] as const);
  const pad = { top: vertical[0], bottom: vertical[1], left: horizontal[0], right: horizontal[1] };
  return { kernel, strides: [1, 1], dilation, pad };
}

export function paddingOf(options: Table, id: number, operator: TfliteOperator): (typeof PADDING)[number] {
  const padding = PADDING[options.int8(id)];
  if (padding !== undefined) return padding;
  throw invalid(`operator ${operator.index} (${operator.code}) pads in the way ${options.int8(id)}`);
}
