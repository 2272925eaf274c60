import type { WindowGeometry } from '../../../../ir/ops/window.js';
import type { Ints, Machine } from '../machine.js';

/** A sliding window as the kernels of kernels/parts/images.ts read it, with the sizes that layers need. */
export interface KernelGeometry {
  readonly address: number;
  readonly places: number;
  readonly channels: number;
  /** Values under one window. */
  readonly windowSize: number;
}

export function kernelGeometry(
  machine: Machine,
  g: WindowGeometry & { readonly channels: number },
  multiplier = 1,
): KernelGeometry {
  const numbers: Ints = machine.ints(14);
  numbers.values.set([
    g.inputHeight,
    g.inputWidth,
    g.outputHeight,
    g.outputWidth,
    g.kernelHeight,
    g.kernelWidth,
    g.strideHeight,
    g.strideWidth,
    g.padTop,
    g.padLeft,
    g.channels,
    multiplier,
    g.dilationHeight,
    g.dilationWidth,
  ]);
  return {
    address: numbers.address,
    places: g.outputHeight * g.outputWidth,
    channels: g.channels,
    windowSize: g.kernelHeight * g.kernelWidth * g.channels,
  };
}
