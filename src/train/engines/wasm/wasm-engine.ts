import type { Engine, EngineArray, Floats, Ints } from '../../engine.js';
import { instantiateDense, type DenseKernels } from './dense-kernels.js';
import { wasm, type WasmMemory } from './webassembly.js';

const PAGE_BYTES = 65536;
/** Arrays begin at multiples of this, so that no 16-byte vector load crosses a cache line. */
const ALIGN_BYTES = 64;

class WasmArray<V extends Float32Array | Int32Array> implements EngineArray<V> {
  private view: V | null = null;

  constructor(
    private readonly memory: WasmMemory,
    private readonly type: new (buffer: ArrayBuffer, address: number, length: number) => V,
    /** In bytes. */
    readonly address: number,
    readonly length: number,
  ) {}

  get values(): V {
    // Growing the memory leaves old views empty.
    const { buffer } = this.memory;
    if (this.view === null || this.view.buffer !== buffer) this.view = new this.type(buffer, this.address, this.length);
    return this.view;
  }
}

const at = (array: Floats | Ints): number => (array as WasmArray<Float32Array> | WasmArray<Int32Array>).address;

/** WebAssembly with 128-bit SIMD, one thread. Its arrays live as long as the engine. */
export class WasmEngine implements Engine {
  readonly id = 'wasm';
  private readonly memory = new wasm.Memory({ initial: 1 });
  private readonly kernels: DenseKernels = instantiateDense(this.memory);
  private next = this.kernels.heapBase();

  floats(length: number): Floats {
    return new WasmArray(this.memory, Float32Array, this.reserve(4 * length), length);
  }

  ints(length: number): Ints {
    return new WasmArray(this.memory, Int32Array, this.reserve(4 * length), length);
  }

  private reserve(bytes: number): number {
    const address = Math.ceil(this.next / ALIGN_BYTES) * ALIGN_BYTES;
    this.next = address + bytes;
    const missing = this.next - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / PAGE_BYTES));
    return address;
  }

  matmulTransposedB(a: Floats, b: Floats, c: Floats, m: number, n: number, k: number): void {
    this.kernels.gemmTransposed(at(a), k, at(b), k, at(c), n, m, n, k);
  }

  matmul(a: Floats, b: Floats, c: Floats, m: number, n: number, k: number): void {
    this.kernels.gemm(at(a), k, 1, at(b), n, at(c), n, m, n, k, 1, 0);
  }

  matmulTransposedA(a: Floats, b: Floats, c: Floats, m: number, n: number, k: number, alpha: number): void {
    this.kernels.gemm(at(a), 1, m, at(b), n, at(c), n, m, n, k, alpha, 0);
  }

  addRow(y: Floats, row: Floats, rows: number, cols: number): void {
    this.kernels.addRow(at(y), at(row), rows, cols);
  }

  columnSums(d: Floats, out: Floats, rows: number, cols: number, alpha: number): void {
    this.kernels.columnSums(at(d), rows, cols, at(out), alpha);
  }

  absRowSums(w: Floats, out: Floats, rows: number, cols: number): void {
    this.kernels.absRowSums(at(w), rows, cols, at(out));
  }

  scaleColumns(d: Floats, factor: Floats, rows: number, cols: number): void {
    this.kernels.scaleColumns(at(d), at(factor), rows, cols);
  }

  scaleRows(g: Floats, factor: Floats, rows: number, cols: number): void {
    this.kernels.scaleRows(at(g), at(factor), rows, cols);
  }

  activate(kind: 'relu' | 'tanh', y: Floats, n: number): void {
    if (kind === 'relu') this.kernels.reluForward(at(y), n);
    else this.kernels.tanhForward(at(y), n);
  }

  activateBackward(kind: 'relu' | 'tanh', d: Floats, y: Floats, n: number): void {
    if (kind === 'relu') this.kernels.reluBackward(at(d), at(y), n);
    else this.kernels.tanhBackward(at(d), at(y), n);
  }

  dropoutMask(mask: Floats, n: number, key: number, keep: number): void {
    // keep < 1, so the threshold fits 32 bits.
    this.kernels.dropoutMask(at(mask), n, key, Math.floor(keep * 4294967296), 1 / keep);
  }

  multiply(out: Floats, a: Floats, b: Floats, n: number): void {
    this.kernels.multiply(at(out), at(a), at(b), n);
  }

  softmaxCrossEntropy(z: Floats, labels: Ints, p: Floats, d: Floats, rows: number, cols: number): number {
    return this.kernels.softmaxCrossEntropy(at(z), at(labels), at(p), at(d), rows, cols);
  }

  argmaxRows(z: Floats, classes: Ints, rows: number, cols: number): void {
    this.kernels.argmaxRows(at(z), at(classes), rows, cols);
  }

  sgdStep(w: Floats, g: Floats, rate: number): void {
    this.kernels.sgdStep(at(w), at(g), w.length, rate);
  }

  momentumStep(w: Floats, v: Floats, g: Floats, rate: number, momentum: number): void {
    this.kernels.momentumStep(at(w), at(v), at(g), w.length, rate, momentum);
  }
}
