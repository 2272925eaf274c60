import type { KernelSet } from '../../../ir/c-sources.js';
import type { QuantizedGraph, QuantizedOp } from '../../../ir/graph.js';
import type { Conv2dOp, DepthwiseConv2dOp } from '../../../ir/integer-ops.js';
import { tensorBytes } from '../../../ir/tensor.js';
import { instructionsPerMac, packLayer } from '../../c/kernel-sets/choose.js';
import type { LoweredOp } from '../../c/ops/lowered-op.js';
import { convolutionToPack } from '../../c/ops/simpler-layer.js';
import { layerSuffix } from '../../c/ops/width.js';
import type { RowShape, Schedule } from './schedule.js';

/** A schedule whose kernels take the shapes that it gives them. */
export interface PlannedBlock extends Schedule {
  /** By op. */
  readonly scratchBytes: ReadonlyMap<number, number>;
  /** Instructions that the turns cost beyond running the ops at once, roughly. */
  readonly extraInstructions: number;
}

/** What a call for some rows of an op takes. */
export interface RowKernel {
  readonly scratchBytes: number;
  /** Instructions beyond those that the rows cost in a call for all of them. */
  readonly callInstructions: number;
}

const CALL_INSTRUCTIONS = 60;
const TURN_INSTRUCTIONS = 40;
const MOVE_INSTRUCTIONS_PER_BYTE = 1;

/** Answers, and remembers, which ops' kernels take which rows. */
export class RowKernels {
  private readonly known = new Map<string, RowKernel | null>();

  constructor(
    private readonly graph: QuantizedGraph,
    private readonly ops: readonly LoweredOp[],
    private readonly kernels: KernelSet,
  ) {}

  /** The block, or null if a kernel does not take one of its shapes. */
  plan(schedule: Schedule): PlannedBlock | null {
    const scratchBytes = new Map<number, number>();
    let extra = schedule.turns * TURN_INSTRUCTIONS + schedule.movedBytes * MOVE_INSTRUCTIONS_PER_BYTE;
    for (const { opIndex, shapes, calls } of schedule.ops) {
      const taken = shapes.map((shape) => this.kernelFor(opIndex, shape));
      if (!taken.every((kernel) => kernel !== null)) return null;
      scratchBytes.set(opIndex, Math.max(...taken.map((kernel) => kernel.scratchBytes)));
      extra += calls * Math.max(...taken.map((kernel) => kernel.callInstructions));
    }
    return { ...schedule, scratchBytes, extraInstructions: extra };
  }

  private kernelFor(opIndex: number, shape: RowShape): RowKernel | null {
    const key = `${opIndex} ${shape.inHeight} ${shape.outHeight} ${shape.padTop}`;
    let kernel = this.known.get(key);
    if (kernel === undefined) {
      kernel = this.ask(this.graph.ops[opIndex], this.ops[opIndex], shape);
      this.known.set(key, kernel);
    }
    return kernel;
  }

  private ask(op: QuantizedOp, lowered: LoweredOp, shape: RowShape): RowKernel | null {
    if (op.kind === 'conv_2d' || op.kind === 'depthwise_conv_2d') return this.askConvolution(op, lowered, shape);
    const output = this.graph.tensors[op.output];
    const plain = lowered.kernelHeader.startsWith('kernels/plain/');
    // Kernels over values without rows read whole words from the first one on.
    if (!plain && (tensorBytes(output) / output.shape[0]) % 4 !== 0) return null;
    return { scratchBytes: lowered.scratchBytes, callInstructions: CALL_INSTRUCTIONS };
  }

  /** The packer is asked as if the rows were an image; it has to want the very constants that the whole layer has. */
  private askConvolution(op: Conv2dOp | DepthwiseConv2dOp, lowered: LoweredOp, shape: RowShape): RowKernel | null {
    const { graph } = this;
    const { kind, layer } = convolutionToPack(graph, op);
    const { inHeight: inputHeight, outHeight: outputHeight, padTop } = shape;
    const geometry = { ...layer.geometry, inputHeight, outputHeight, padTop };
    const packed = packLayer(this.kernels, kind, { ...layer, geometry }, graph.rounding ?? 'tflite');
    const calls = lowered.calls({ input: '', inputs: [''], output: '', scratch: '' });
    const kernel = `grapes_${kind}_${layerSuffix(layer)}_${packed.kernel ?? packed.set}`;

    const constants = [packed.weights, packed.bias, packed.multiplier, packed.shift];
    const same =
      calls.length === 1 &&
      calls[0].kernel === kernel &&
      constants.every((values, k) => equal(values, lowered.constants[k].values)) &&
      (packed.scratchBytes === 0) === (lowered.scratchBytes === 0);
    if (!same) return null;
    const pixels = outputHeight * geometry.outputWidth;
    const together = packed.order?.channelByChannel === true ? 1 : (packed.order?.pixelsAtATime ?? 1);
    const wasted = Math.ceil(pixels / together) * together - pixels;
    const macs = wasted * layer.weights.length;
    return {
      scratchBytes: packed.scratchBytes,
      callInstructions: (packed.callInstructions ?? CALL_INSTRUCTIONS) + macs * instructionsPerMac(packed.set),
    };
  }
}

function equal(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
