import type { GlobalAveragePool2dLayerSpec, Pool2dLayerSpec } from '../../../../ir/model-spec.js';
import type { PlannedLayer } from '../../../../ir/network-plan.js';
import { windowOn } from '../../../../ir/ops/image-shape.js';
import { clear, eachSample, sampleBytes } from '../arithmetic/samples.js';
import type { Floats, Ints, Machine } from '../machine.js';
import { kernelGeometry, type KernelGeometry } from './image-geometry.js';
import type { ErrorTarget, Layer, Pass } from './layer.js';

/** Largest or mean value under a sliding window; a global average is one window over everything. */
export class Pool2dLayer implements Layer {
  readonly output: Floats;
  readonly delta: Floats;
  readonly parameters = [];
  readonly state = [];
  private readonly geometry: KernelGeometry;
  /** Where in its sample each maximum stands; null for averages. */
  private readonly index: Ints | null;
  private readonly inputBytes: number;
  private readonly outputBytes: number;

  constructor(
    private readonly machine: Machine,
    readonly plan: PlannedLayer & { readonly spec: Pool2dLayerSpec | GlobalAveragePool2dLayerSpec },
    private readonly input: Floats,
    maxRows: number,
  ) {
    const { spec } = plan;
    const [shape] = plan.inputShapes;
    const window =
      spec.type === 'global_average_pool_2d'
        ? ({ kernel: [shape[0], shape[1]], strides: [1, 1], padding: 'valid' } as const)
        : { kernel: spec.pool, strides: spec.strides, padding: spec.padding };
    this.geometry = kernelGeometry(machine, windowOn(shape, window));
    const size = maxRows * plan.outputSize;
    this.output = machine.floats(size);
    this.delta = machine.floats(size);
    this.index = spec.type === 'max_pool_2d' ? machine.ints(size) : null;
    this.inputBytes = sampleBytes(shape.reduce((n, d) => n * d, 1));
    this.outputBytes = sampleBytes(plan.outputSize);
  }

  forward({ rows }: Pass): void {
    const { kernels } = this.machine;
    const g = this.geometry.address;
    eachSample(this.machine, rows, (row) => {
      const x = this.input.address + row * this.inputBytes;
      const y = this.output.address + row * this.outputBytes;
      if (this.index === null) kernels.averagePoolForward(x, y, g);
      else kernels.maxPoolForward(x, y, this.index.address + row * this.outputBytes, g);
    });
  }

  backward({ rows }: Pass, [target]: readonly (ErrorTarget | null)[]): void {
    if (target === null) return;
    const { kernels } = this.machine;
    if (!target.accumulate) clear(this.machine, target.delta, (rows * this.inputBytes) / 4);
    eachSample(this.machine, rows, (row) => {
      const dx = target.delta.address + row * this.inputBytes;
      const d = this.delta.address + row * this.outputBytes;
      if (this.index === null) kernels.averagePoolBackward(d, dx, this.geometry.address);
      else kernels.maxPoolBackward(d, this.index.address + row * this.outputBytes, dx, this.plan.outputSize);
    });
  }
}
