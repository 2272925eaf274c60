import type { KernelSet } from '../../../ir/c-sources.js';
import type { Int8Dense } from '../../../ir/ops/fully-connected.js';
import type { Int8Convolution } from '../../../ir/ops/int8/convolution.js';
import type { Rounding } from '../../../ir/requantize.js';

/** A promise of a kernel of convolutions about the order of its reads and writes. */
export interface ImageOrder {
  /**
   * So many output pixels are made at a time, in row-major order, and while they are made no input is used but what their
   * windows and those of later pixels see.
   */
  readonly pixelsAtATime: number;
  /**
   * Of depthwise convolutions with as many channels out as in: one channel after the other goes through the whole image in
   * that order, and meanwhile no byte of another channel is used or written.
   */
  readonly channelByChannel?: true;
}

/** A layer's constants as a kernel wants them: the TypeScript twin of the description in the kernel's header. */
export interface PackedLayer {
  /** Whose kernel takes them: `kernels/<set>/<op>_s8.h`, `grapes_<op>_s8_<set>`; `_s4`: int4 weights, `_s16`: int16 activations. */
  readonly set: KernelSet;
  /** Where the set has several of an op: how the name of this one ends, `dsp_wide`. Absent: as the set is called. */
  readonly kernel?: string;
  /** Bytes of flash: of int4 weights two to a byte. */
  readonly weights: Int8Array;
  readonly bias: Int32Array;
  readonly multiplier: Int32Array;
  readonly shift: Int8Array;
  /** int4 weights that kernels/plain/unpack_s4.h makes int8 ones in RAM, for the set's int8 kernel: how many eights. */
  readonly unpackedGroups?: number;
  /** How the weights lie and what the bias holds, for the comments in the generated file. */
  readonly layout: string;
  readonly biasContent: string;
  /** Bytes of arena that the kernel wants for itself, any alignment. */
  readonly scratchBytes: number;
  /**
   * Of convolutions: the order in which the kernel goes through the image. The planner then lays the output over the input
   * behind the reads. Absent: the kernel may read and write in any order.
   */
  readonly order?: ImageOrder;
  /** Of convolutions: instructions that a call takes before and between its pixels, roughly. Absent: a few dozen. */
  readonly callInstructions?: number;
  /**
   * Where the kernel spreads its input out in the scratch memory, from the first byte to the last, and then reads it no
   * more: the scratch memory may begin this many bytes below the input, which is lost. Absent: they must not share a byte.
   */
  readonly scratchDistance?: number;
}

/** `wide`: sums of int64, Q15 multipliers; of int16 activations alone. */
export type KernelRounding = Rounding | 'wide';

/** Null: this set cannot compute the layer, because of its shape or because a sum could leave the kernel's range. */
export type Pack<Layer, R = Rounding> = (layer: Layer, rounding: R) => PackedLayer | null;

/** The layers with weights, by the op's name. */
export interface LayerPackers<R = Rounding> {
  readonly fully_connected: Pack<Int8Dense, R>;
  readonly conv_2d: Pack<Int8Convolution, R>;
  readonly depthwise_conv_2d: Pack<Int8Convolution, R>;
}

/** Kernels without weights that a set may have of its own, by the header's name; all sets share their signatures. */
/** `add_s8`: sums, differences, and sums with a constant; `mul_s8`: products, also of rows and with a constant. */
export type SharedKernel = 'pool_2d_s8' | 'mean_s8' | 'add_s8' | 'mul_s8' | 'softmax_s8';

/** What a folder `firmware/kernels/<set>` offers. */
export interface KernelSetCode {
  /** The set that serves what this one does not; null for plain, which serves everything. */
  readonly fallback: KernelSet | null;
  /** Of int8 weights. */
  readonly layers: Partial<LayerPackers>;
  /** Of int4 weights. */
  readonly int4Layers: Partial<LayerPackers>;
  /** Of int8 weights on int16 activations. */
  readonly int16Layers: Partial<LayerPackers<KernelRounding>>;
  readonly kernels: readonly SharedKernel[];
  /** Instructions a multiply-accumulate over whole networks, roughly: what the planner weighs extra ones against. */
  readonly instructionsPerMac: number;
  /** Bytes of code of each header's kernel at -Os, measured once and rounded up; shared by all calls. */
  readonly codeBytes: Readonly<Record<string, number>>;
}
