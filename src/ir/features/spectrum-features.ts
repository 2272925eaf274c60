import type { SpectrumOptions } from './feature-options.js';
import { RealFft } from './real-fft.js';
import { cosineTable, hannWindow, log2Table, melBands, type MelBand } from './tables.js';

/** Features are int16 in Q8: value = feature / 256. */
export const FEATURE_ONE = 256;

/**
 * log-mel and MFCC features of 16-bit sound in integers, operation by operation as docs/numerics.md defines them: what
 * a device computes from the same samples is the same to the bit.
 */
export class SpectrumFeatures {
  /** Samples a frame, and from frame to frame. */
  readonly frameLength: number;
  readonly stride: number;
  /** Values a frame. */
  readonly width: number;
  /** Bands in which no bin lies: such options make no sense. */
  readonly emptyBands: number;
  private readonly window: Int16Array;
  private readonly fft: RealFft;
  private readonly bands: readonly MelBand[];
  private readonly log2: Uint16Array;
  private readonly cosines: Int16Array | null;
  private readonly input: Int32Array;
  private readonly power: Float64Array;
  private readonly logs: Int16Array;

  constructor(options: SpectrumOptions, sampleRateHz: number) {
    const { kind, frameMs, strideMs, bands, coefficients, lowHz, highHz } = options;
    this.frameLength = Math.round((frameMs * sampleRateHz) / 1000);
    this.stride = Math.max(1, Math.round((strideMs * sampleRateHz) / 1000));
    this.fft = new RealFft(fftSize(this.frameLength));
    this.window = hannWindow(this.frameLength);
    this.bands = melBands(this.fft.size, sampleRateHz, bands, lowHz, highHz);
    this.emptyBands = this.bands.filter(({ weights }) => weights.length === 0).length;
    this.log2 = log2Table();
    this.cosines = kind === 'mfcc' ? cosineTable(coefficients, bands) : null;
    this.width = kind === 'mfcc' ? coefficients : bands;
    this.input = new Int32Array(this.fft.size);
    this.power = new Float64Array(this.fft.size / 2 + 1);
    this.logs = new Int16Array(bands);
  }

  /** Frames in a recording of `samples`: only whole ones count. */
  frames(samples: number): number {
    return Math.max(0, Math.floor((samples - this.frameLength) / this.stride) + 1);
  }

  /** Writes frames × width features in Q8. */
  extract(samples: Int16Array, out: Int16Array): void {
    for (let frame = 0; frame < this.frames(samples.length); frame++) {
      this.logMel(samples, frame * this.stride);
      this.write(out, frame * this.width);
    }
  }

  /** The frame that begins at sample `from`, into `logs`. */
  private logMel(samples: Int16Array, from: number): void {
    const { fft, window, input, power, frameLength } = this;
    // Q15 down to as many fractional bits as the FFT has room for; to the nearest, halves up.
    const shift = 15 - fft.guardBits;
    const half = 1 << (shift - 1);
    for (let n = 0; n < frameLength; n++) input[n] = (samples[from + n] * window[n] + half) >> shift;
    fft.forward(input);
    const exponent = this.measurePower();
    // What the fractional bits, the factor 2 of the spectrum and the Q12 weights add to the logarithm of the power.
    const gain = 2 * fft.guardBits + 2 + 12;
    this.bands.forEach(({ firstBin, weights }, b) => {
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += weights[i] * power[firstBin + i];
      const log = this.log2Q8(sum) + FEATURE_ONE * (2 * exponent - gain);
      this.logs[b] = sum === 0 ? 0 : Math.max(0, log);
    });
  }

  /** |spectrum|² of all bins, each part first shifted right until the largest has 15 bits: returns by how much. */
  private measurePower(): number {
    const { spectrum } = this.fft;
    let all = 0;
    for (const part of spectrum) all |= part < 0 ? ~part : part;
    const exponent = Math.max(0, 32 - Math.clz32(all) - 15);
    const half = exponent === 0 ? 0 : 1 << (exponent - 1);
    for (let k = 0; k < this.power.length; k++) {
      const re = (spectrum[2 * k] + half) >> exponent;
      const im = (spectrum[2 * k + 1] + half) >> exponent;
      this.power[k] = re * re + im * im;
    }
    return exponent;
  }

  /** 256 · log2 of an integer in [1, 2^53), from its highest bit and the eight below it. */
  private log2Q8(value: number): number {
    const high = Math.floor(value / 4294967296);
    const n = high > 0 ? 63 - Math.clz32(high) : 31 - Math.clz32(value);
    const below = Math.floor(n >= 8 ? value / powerOfTwo(n - 8) : value * powerOfTwo(8 - n)) - 256;
    return FEATURE_ONE * n + this.log2[below];
  }

  private write(out: Int16Array, at: number): void {
    const { cosines, logs, width } = this;
    if (cosines === null) {
      out.set(logs, at);
      return;
    }
    for (let k = 0; k < width; k++) {
      let sum = 0;
      for (let b = 0; b < logs.length; b++) sum += logs[b] * cosines[k * logs.length + b];
      out[at + k] = Math.max(-32768, Math.min(32767, Math.floor((sum + 16384) / 32768)));
    }
  }
}

/** The next power of two: frames are filled up with zeros. */
function fftSize(frameLength: number): number {
  let size = 32;
  while (size < frameLength) size *= 2;
  return size;
}

function powerOfTwo(n: number): number {
  return n < 31 ? 1 << n : 2147483648 * powerOfTwo(n - 31);
}
