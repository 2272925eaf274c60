/** Numbers in the engine's own memory. `values` is a live view; take it anew after allocating. */
export interface EngineArray<V extends Float32Array | Int32Array> {
  readonly length: number;
  readonly values: V;
}

export type Floats = EngineArray<Float32Array>;
export type Ints = EngineArray<Int32Array>;

/**
 * The arithmetic that training is made of, on row-major float32 matrices. A layer says what to compute, an engine how.
 * Arrays are allocated before the first step; no operation allocates. Results do not depend on the machine.
 *
 * Shapes: a batch is [rows][features], weights are [out][in].
 */
export interface Engine {
  readonly id: string;
  floats(length: number): Floats;
  ints(length: number): Ints;

  /** c[m,n] = a[m,k] · b[n,k]ᵀ */
  matmulTransposedB(a: Floats, b: Floats, c: Floats, m: number, n: number, k: number): void;
  /** c[m,n] = a[m,k] · b[k,n] */
  matmul(a: Floats, b: Floats, c: Floats, m: number, n: number, k: number): void;
  /** c[m,n] = alpha · a[k,m]ᵀ · b[k,n] */
  matmulTransposedA(a: Floats, b: Floats, c: Floats, m: number, n: number, k: number, alpha: number): void;

  /** y[r][c] += row[c] */
  addRow(y: Floats, row: Floats, rows: number, cols: number): void;
  /** out[c] = alpha · Σ_r d[r][c] */
  columnSums(d: Floats, out: Floats, rows: number, cols: number, alpha: number): void;
  /** out[r] = Σ_c |w[r][c]| */
  absRowSums(w: Floats, out: Floats, rows: number, cols: number): void;
  /** d[r][c] *= factor[c] */
  scaleColumns(d: Floats, factor: Floats, rows: number, cols: number): void;
  /** g[r][c] *= factor[r]; with one column, an element-wise product. */
  scaleRows(g: Floats, factor: Floats, rows: number, cols: number): void;

  /** In place over the first n numbers. */
  activate(kind: 'relu' | 'tanh', y: Floats, n: number): void;
  /** d *= f'(a), from y = f(a). */
  activateBackward(kind: 'relu' | 'tanh', d: Floats, y: Floats, n: number): void;
  /** mask[i] = 1 / keep with probability `keep`, else 0; a function of (key, i) alone. */
  dropoutMask(mask: Floats, n: number, key: number, keep: number): void;
  /** out[i] = a[i] · b[i]; `out` may be `a`. */
  multiply(out: Floats, a: Floats, b: Floats, n: number): void;

  /** p = softmax(z) by rows, d = p − onehot(labels). Returns the summed cross-entropy. */
  softmaxCrossEntropy(z: Floats, labels: Ints, p: Floats, d: Floats, rows: number, cols: number): number;
  /** classes[r] = argmax z[r], the lowest index among equals. */
  argmaxRows(z: Floats, classes: Ints, rows: number, cols: number): void;

  /** w −= rate · g */
  sgdStep(w: Floats, g: Floats, rate: number): void;
  /** v = momentum · v + rate · g; w −= v */
  momentumStep(w: Floats, v: Floats, g: Floats, rate: number, momentum: number): void;
}
