import type { Padding, Pair } from '../model-spec.js';

/** How a window of `kernel` slides over [height, width]: sizes and padding in elements. */
export interface WindowGeometry {
  readonly inputHeight: number;
  readonly inputWidth: number;
  readonly outputHeight: number;
  readonly outputWidth: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  /** Rows and columns from one tap of the kernel to the next. */
  readonly dilationHeight: number;
  readonly dilationWidth: number;
  /** Rows of padding above, columns of padding to the left. */
  readonly padTop: number;
  readonly padLeft: number;
}

export interface WindowOptions {
  readonly kernel: Pair;
  readonly strides: Pair;
  /** Absent: 1. */
  readonly dilation?: Pair;
  readonly padding: Padding;
}

/**
 * TensorFlow's rule. `same`: ceil(input / stride) outputs, the odd element of padding below and to the right. `valid`:
 * only whole windows; an output size below 1 means that the window does not fit.
 */
export function windowGeometry(height: number, width: number, options: WindowOptions): WindowGeometry {
  const [kernelHeight, kernelWidth] = options.kernel;
  const [strideHeight, strideWidth] = options.strides;
  const [dilationHeight, dilationWidth] = options.dilation ?? [1, 1];
  const rows = slide(height, reach(kernelHeight, dilationHeight), strideHeight, options.padding);
  const columns = slide(width, reach(kernelWidth, dilationWidth), strideWidth, options.padding);
  return {
    inputHeight: height,
    inputWidth: width,
    outputHeight: rows.count,
    outputWidth: columns.count,
    kernelHeight,
    kernelWidth,
    strideHeight,
    strideWidth,
    dilationHeight,
    dilationWidth,
    padTop: rows.before,
    padLeft: columns.before,
  };
}

/** Places from the first to the last tap. */
const reach = (kernel: number, dilation: number): number => (kernel - 1) * dilation + 1;

function slide(size: number, kernel: number, stride: number, padding: Padding): { count: number; before: number } {
  if (padding === 'valid') return { count: Math.floor((size - kernel) / stride) + 1, before: 0 };
  const count = Math.ceil(size / stride);
  return { count, before: Math.floor(Math.max(0, (count - 1) * stride + kernel - size) / 2) };
}

/** Every window in output order: its place, and the input row and column of its upper left corner (may be negative). */
export function eachWindow(g: WindowGeometry, visit: (place: number, top: number, left: number) => void): void {
  for (let r = 0; r < g.outputHeight; r++) {
    for (let c = 0; c < g.outputWidth; c++) {
      visit(r * g.outputWidth + c, r * g.strideHeight - g.padTop, c * g.strideWidth - g.padLeft);
    }
  }
}
