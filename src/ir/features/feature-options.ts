/** What becomes of sound: a picture of its spectrum over time. */
export interface SpectrumOptions {
  /** `log-mel`: [frames, bands]. `mfcc`: its cosine transform along the bands, [frames, coefficients]. */
  readonly kind: 'log-mel' | 'mfcc';
  readonly frameMs: number;
  readonly strideMs: number;
  readonly bands: number;
  /** For `mfcc`: how many of the bands' cosine terms are kept, beginning with the mean. At most `bands`. */
  readonly coefficients: number;
  /** Edges of the lowest and the highest band. At most half the sample rate. */
  readonly lowHz: number;
  readonly highHz: number;
}
