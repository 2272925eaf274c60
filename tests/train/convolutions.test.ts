// Winograd against the product of columns: outputs, gradients and errors of the same convolution, computed both ways.
import t from 'tap';
import { windowOn } from '../../src/ir/ops/image-shape.js';
import { ColumnsConvolution } from '../../src/train/engines/wasm/layers/convolutions/columns.js';
import type { ConvolutionArrays } from '../../src/train/engines/wasm/layers/convolutions/convolution.js';
import { WinogradConvolution, winogradPays } from '../../src/train/engines/wasm/layers/convolutions/winograd.js';
import { Machine, type Floats } from '../../src/train/engines/wasm/machine.js';
import { Rng } from '../../src/util/rng.js';

const ROWS = 6;

interface Shape {
  readonly size: readonly [height: number, width: number];
  readonly channels: number;
  readonly filters: number;
  readonly padding: 'same' | 'valid';
}

const window = { kernel: [3, 3], strides: [1, 1] } as const;

function arraysOf(machine: Machine, { size, channels, filters, padding }: Shape): ConvolutionArrays {
  const rng = new Rng(4);
  const geometry = windowOn([...size, channels], { ...window, padding });
  const outputs = ROWS * geometry.outputHeight * geometry.outputWidth * filters;
  const draw = (n: number): Floats => {
    const array = machine.floats(n);
    for (let i = 0; i < n; i++) array.values[i] = rng.range(-1, 1);
    return array;
  };
  const input = draw(ROWS * size[0] * size[1] * channels);
  const weights = draw(filters * 9 * channels);
  const delta = draw(outputs);
  const output = machine.floats(outputs);
  return { window: geometry, filters, input, weights, delta, output, gradient: machine.floats(weights.length) };
}

/** Everything that a step computes, each array scaled by the deviation that its sums have. */
function compute(shape: Shape, Type: typeof ColumnsConvolution | typeof WinogradConvolution): Record<string, number[]> {
  const machine = new Machine();
  const arrays = arraysOf(machine, shape);
  const convolution = new Type(machine, arrays);
  const errors = machine.floats(arrays.input.length);
  const seen: Record<string, number[]> = {};
  const note = (name: string, { values }: Floats, terms: number): void => {
    seen[name] = Array.from(values, (v) => v / Math.sqrt(terms / 9));
  };
  // Twice, of different sizes: nothing may be left over from the batch before.
  for (const rows of [ROWS, ROWS - 1]) {
    convolution.forward(rows);
    note(`output of ${String(rows)}`, arrays.output, 9 * shape.channels);
    convolution.takeGradients(rows);
    note(`gradient of ${String(rows)}`, arrays.gradient, arrays.delta.length / shape.filters / rows);
    errors.values.fill(7);
    for (const accumulate of [false, true]) {
      convolution.sendDown(rows, arrays.weights, { delta: errors, accumulate });
      note(`errors of ${String(rows)}, ${accumulate ? 'added' : 'new'}`, errors, 9 * shape.filters);
    }
  }
  return seen;
}

t.test('both ways, the same numbers', (test) => {
  const shapes: readonly Shape[] = [
    { size: [8, 8], channels: 16, filters: 16, padding: 'same' },
    { size: [7, 5], channels: 5, filters: 33, padding: 'same' },
    { size: [7, 10], channels: 33, filters: 3, padding: 'valid' },
    { size: [1, 1], channels: 3, filters: 5, padding: 'same' },
    { size: [3, 3], channels: 16, filters: 3, padding: 'valid' },
    { size: [31, 2], channels: 3, filters: 16, padding: 'same' },
    { size: [12, 13], channels: 24, filters: 40, padding: 'valid' },
  ];
  for (const shape of shapes) {
    const expected = compute(shape, ColumnsConvolution);
    const actual = compute(shape, WinogradConvolution);
    for (const [name, values] of Object.entries(expected)) {
      const worst = values.reduce((most, v, i) => Math.max(most, Math.abs(v - actual[name][i])), 0);
      test.ok(worst < 4e-6, `${JSON.stringify(shape)}: ${name} differs by ${worst.toExponential(1)}`);
      test.ok(values.some((v) => Math.abs(v) > 0.1));
    }
  }
  test.end();
});

t.test('taken for 3 × 3 at stride 1 with enough channels on both sides', (test) => {
  const pays = (channels: number, filters: number, over: object = {}): boolean =>
    winogradPays({ window: windowOn([9, 9, channels], { ...window, padding: 'same', ...over }), filters });
  test.ok(pays(8, 8));
  test.notOk(pays(7, 64));
  test.notOk(pays(64, 7));
  test.notOk(pays(64, 64, { strides: [2, 1] }));
  test.notOk(pays(64, 64, { kernel: [3, 1] }));
  test.end();
});
