import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { ToolError } from '../../../errors/tool-error.js';
import { wasm, type WasmMemory, type WasmModule } from './webassembly.js';

/** What kernels/*.as.ts exports. Arrays are byte addresses, sizes count elements; docs stand beside each kernel. */
export interface Kernels {
  heapBase(): number;
  scratchBytes(): number;
  /** Before the first product. A thread's own: instances share the memory, not this. */
  useScratch(address: number): void;
  gemm(
    a: number,
    rowStride: number,
    sumStride: number,
    b: number,
    ldb: number,
    c: number,
    ldc: number,
    m: number,
    n: number,
    k: number,
    alpha: number,
    accumulate: 0 | 1,
  ): void;
  gemmUpdate(
    a: number,
    rowStride: number,
    sumStride: number,
    b: number,
    ldb: number,
    c: number,
    ldc: number,
    m: number,
    n: number,
    k: number,
    alpha: number,
    rate: number,
  ): void;
  gemmTransposed(
    a: number,
    lda: number,
    b: number,
    ldb: number,
    c: number,
    ldc: number,
    m: number,
    n: number,
    k: number,
  ): void;
  addRow(y: number, row: number, rows: number, cols: number): void;
  columnSums(d: number, rows: number, cols: number, out: number, alpha: number): void;
  absRowSums(w: number, rows: number, cols: number, out: number): void;
  absColumnSums(w: number, rows: number, cols: number, out: number): void;
  scaleColumns(d: number, factor: number, rows: number, cols: number): void;
  scaleRows(g: number, factor: number, rows: number, cols: number): void;
  reluForward(y: number, n: number): void;
  reluBackward(d: number, y: number, n: number): void;
  tanhForward(y: number, n: number): void;
  tanhBackward(d: number, y: number, n: number): void;
  fakeQuantize(x: number, y: number, n: number, scale: number, low: number, high: number): void;
  fakeQuantizeBackward(d: number, x: number, n: number, scale: number, low: number, high: number): void;
  fakeQuantizeWeights(
    w: number,
    out: number,
    nodes: number,
    groupStride: number,
    size: number,
    stride: number,
    levels: number,
  ): void;
  relu6Forward(y: number, n: number): void;
  relu6Backward(d: number, y: number, n: number): void;
  sigmoidForward(y: number, n: number): void;
  sigmoidBackward(d: number, y: number, n: number): void;
  sumOfSquares(x: number, n: number): number;
  scale(x: number, n: number, factor: number): void;
  dropoutMask(mask: number, n: number, key: number, threshold: number, kept: number): void;
  multiply(out: number, a: number, b: number, n: number): void;
  accumulate(out: number, a: number, n: number): void;
  copyBlocks(to: number, toStride: number, from: number, fromStride: number, length: number, count: number): void;
  addBlocks(to: number, toStride: number, from: number, fromStride: number, length: number, count: number): void;
  multiplyRows(out: number, a: number, b: number, length: number, count: number, accumulate: 0 | 1): void;
  addProducts(out: number, a: number, b: number, length: number, count: number): void;
  imageToColumns(x: number, cols: number, geometry: number): void;
  columnsToImage(cols: number, x: number, geometry: number): void;
  winogradFilters(w: number, u: number, filters: number, channels: number, from: number, to: number, back: 0 | 1): void;
  winogradForward(
    x: number,
    u: number,
    y: number,
    rows: number,
    geometry: number,
    work: number,
    accumulate: 0 | 1,
  ): void;
  winogradGradient(x: number, d: number, sums: number, rows: number, geometry: number, work: number): void;
  winogradFilterGradient(
    sums: number,
    dw: number,
    filters: number,
    channels: number,
    from: number,
    to: number,
    alpha: number,
  ): void;
  depthwiseForward(x: number, w: number, y: number, geometry: number): void;
  depthwiseBackwardInput(d: number, w: number, dx: number, geometry: number): void;
  depthwiseBackwardWeights(x: number, d: number, dw: number, geometry: number, alpha: number, accumulate: 0 | 1): void;
  maxPoolForward(x: number, y: number, index: number, geometry: number): void;
  maxPoolBackward(d: number, index: number, dx: number, n: number): void;
  averagePoolForward(x: number, y: number, geometry: number): void;
  averagePoolBackward(d: number, dx: number, geometry: number): void;
  batchStatistics(x: number, rows: number, stride: number, channels: number, mean: number, variance: number): void;
  batchNormScale(variance: number, channels: number, epsilon: number, scale: number): void;
  batchNormForward(
    x: number,
    rows: number,
    channels: number,
    mean: number,
    scale: number,
    gamma: number,
    beta: number,
    y: number,
  ): void;
  batchNormGradients(
    d: number,
    x: number,
    rows: number,
    stride: number,
    channels: number,
    mean: number,
    scale: number,
    dgamma: number,
    dbeta: number,
    alpha: number,
    errors: number,
    products: number,
  ): void;
  batchNormBackward(
    d: number,
    x: number,
    rows: number,
    channels: number,
    mean: number,
    scale: number,
    gamma: number,
    errors: number,
    products: number,
    dx: number,
    accumulate: 0 | 1,
  ): void;
  moveAverage(kept: number, fresh: number, n: number, momentum: number): void;
  transpose(a: number, rows: number, cols: number, out: number): void;
  addScaledRows(
    out: number,
    outStride: number,
    a: number,
    aStride: number,
    rows: number,
    n: number,
    scale: number,
  ): void;
  addGateSums(w: number, gates: number, units: number, cols: number, out: number): void;
  rnnForward(kind: number, a: number, state: number, next: number, stride: number, rows: number, units: number): void;
  rnnBackward(kind: number, e: number, state: number, a: number, stride: number, rows: number, units: number): void;
  gruGates(a: number, previous: number, gated: number, stride: number, rows: number, units: number): void;
  gruState(a: number, previous: number, state: number, next: number, stride: number, rows: number, units: number): void;
  gruBackwardState(e: number, a: number, previous: number, stride: number, rows: number, units: number): void;
  gruBackwardGates(
    g: number,
    e: number,
    a: number,
    previous: number,
    stride: number,
    rows: number,
    units: number,
  ): void;
  snuForward(
    kind: number,
    soft: number,
    decay: number,
    a: number,
    bias: number,
    before: number,
    previous: number,
    membrane: number,
    spikes: number,
    next: number,
    stride: number,
    rows: number,
    units: number,
  ): void;
  snuBackward(
    kind: number,
    soft: number,
    decay: number,
    e: number,
    m: number,
    bias: number,
    before: number,
    previous: number,
    membrane: number,
    spikes: number,
    excess: number,
    a: number,
    stride: number,
    rows: number,
    units: number,
  ): void;
  rateCode(x: number, features: number, y: number, n: number, key: number, first: number, gain: number): void;
  softmaxCrossEntropy(
    z: number,
    labels: number,
    weights: number,
    p: number,
    d: number,
    rows: number,
    cols: number,
  ): number;
  meanSquaredError(y: number, x: number, weights: number, d: number, rows: number, cols: number): number;
  argmaxRows(z: number, classes: number, rows: number, cols: number): void;
  sgdStep(w: number, g: number, n: number, rate: number): void;
  sgdOuterStep(w: number, d: number, x: number, rows: number, cols: number, rate: number): void;
  momentumStep(w: number, v: number, g: number, n: number, rate: number, momentum: number): void;
  lookAhead(u: number, w: number, v: number, n: number, momentum: number): void;
  rmspropStep(
    w: number,
    s: number,
    g: number,
    n: number,
    rate: number,
    decay: number,
    fresh: number,
    epsilon: number,
  ): void;
  adamStep(
    w: number,
    m: number,
    s: number,
    g: number,
    n: number,
    rate: number,
    beta1: number,
    fresh1: number,
    beta2: number,
    fresh2: number,
    first: number,
    second: number,
    epsilon: number,
  ): void;
}

const FILES = {
  deterministic: new URL('./training.wasm', import.meta.url),
  fast: new URL('./training.fast.wasm', import.meta.url),
};
const compiled = new Map<URL, WasmModule>();

/**
 * The kernels over `memory`. A module is compiled once a process.
 * @param fast the build with fused multiply-add (WebAssembly's relaxed SIMD); throws TRAIN_FAST_UNAVAILABLE without that
 */
export function instantiateKernels(
  memory: WasmMemory,
  fast = false,
  file = FILES[fast ? 'fast' : 'deterministic'],
): Kernels {
  let module = compiled.get(file);
  if (module === undefined) {
    const bytes = readKernels(file);
    if (fast) allowRelaxedSimd(bytes);
    module = new wasm.Module(bytes);
    compiled.set(file, module);
  }
  const instance = new wasm.Instance(module, { env: { memory } });
  return instance.exports as Kernels;
}

/** Node 20 knows the instructions, but only behind a flag, which may be set until the first module that needs it. */
function allowRelaxedSimd(bytes: Uint8Array): void {
  if (!wasm.validate(bytes)) setFlagsFromString('--experimental-wasm-relaxed-simd');
  if (wasm.validate(bytes)) return;
  throw new ToolError('TRAIN_FAST_UNAVAILABLE', `Node ${process.version} has no relaxed SIMD for WebAssembly.`, {
    context: { node: process.version },
  });
}

function readKernels(file: URL): Uint8Array {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new ToolError('TRAIN_ENGINE_NOT_BUILT', `The training kernels are missing: there is no ${file.pathname}.`, {
      context: { file: file.pathname, engine: 'wasm' },
      cause,
    });
  }
}
