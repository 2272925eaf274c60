import type { Activation } from '../../ir/graph.js';
import type { Pad } from '../../ir/integer-ops.js';
import type { Padding, Pair } from '../../ir/model-spec.js';
import { windowOn } from '../../ir/ops/image-shape.js';
import { optionsOf } from './converter.js';
import { invalid, unsupported } from './errors.js';
import type { FloatGraphReader } from './float-layers.js';
import type { TfliteOperator } from './read-model.js';
import { ACTIVATIONS, type TfliteActivation } from './schema.js';

const FUSED: Partial<Record<TfliteActivation, Activation>> = {
  none: 'none',
  relu: 'relu',
  relu6: 'relu6',
  tanh: 'tanh',
};

/** The fused activation in field `id` of the operator's options. */
export function fusedOf(operator: TfliteOperator, id: number): Activation {
  const number = optionsOf(operator).int8(id);
  const name = ACTIVATIONS[number];
  const found = name === undefined ? undefined : FUSED[name];
  if (found === undefined) throw unsupported(`it has the fused activation ${name ?? number}`);
  return found;
}

/** Numbers of a window as they may be. */
export function checkWindow(operator: TfliteOperator, numbers: readonly number[]): void {
  if (!numbers.every((n) => n > 0 && n < 65536)) {
    throw invalid(`operator ${operator.index} (${operator.code}) has a window of impossible numbers`);
  }
}

/** Explicit padding as `same`, `valid`, or a frame in front of it. */
export function padded(
  reader: FloatGraphReader,
  from: string,
  window: { readonly kernel: Pair; readonly strides: Pair; readonly dilation: Pair },
  { top, bottom, left, right }: Pad,
): { readonly from: string; readonly padding: Padding } {
  if (top + bottom + left + right === 0) return { from, padding: 'valid' };
  const [height, width] = reader.shape(from);
  const g = windowOn(reader.shape(from), { ...window, padding: 'same' });
  const reach = (k: 0 | 1): number => (window.kernel[k] - 1) * window.dilation[k] + 1;
  const [rows, columns] = [
    Math.max(0, (g.outputHeight - 1) * g.strideHeight + reach(0) - height),
    Math.max(0, (g.outputWidth - 1) * g.strideWidth + reach(1) - width),
  ];
  const isSame =
    String([top, left, bottom, right]) === String([g.padTop, g.padLeft, rows - g.padTop, columns - g.padLeft]);
  if (isSame) return { from, padding: 'same' };
  const pads: Pair[] = [
    [top, bottom],
    [left, right],
  ];
  return { from: reader.put({ type: 'pad', pads }, [from]), padding: 'valid' };
}
