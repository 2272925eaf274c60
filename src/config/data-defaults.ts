import type { DataSource, ManifestOptions, RecordingSet, StrokeForm } from '../ir/data-source.js';
import type { SpectrumOptions } from '../ir/features/feature-options.js';
import type { RawAudio, RawData, RawStrokeForm } from './raw-data.js';

/** As Keras names the arrays of its data sets. */
const NPZ_NAMES = {
  trainInputs: 'x_train',
  trainLabels: 'y_train',
  testInputs: 'x_test',
  testLabels: 'y_test',
} as const;

/** Fills in what the `data:` section leaves out. */
export function dataDefaults(raw: RawData): DataSource {
  switch (raw.source) {
    case 'synthetic-digits':
      return { size: 14, trainSamples: 6000, testSamples: 2000, ...raw };
    case 'csv':
      return { testFraction: 0.2, normalize: 'standardize', ...raw };
    case 'sensor':
      return {
        labelColumn: null,
        stride: raw.window,
        statistics: null,
        normalize: 'standardize',
        ...raw,
        ...recordings(raw),
      };
    case 'strokes':
      return { trainFraction: 0.8, ...raw, form: strokeForm(raw.form ?? { kind: 'points' }) };
    case 'audio':
      return { clipMs: 1000, normalize: 'uniform', ...raw, ...recordings(raw), features: spectrum(raw) };
    case 'npy':
      return { inputScale: null, normalize: 'none', ...raw };
    case 'npz':
      return { ...NPZ_NAMES, inputScale: null, normalize: 'none', ...raw };
    case 'image-folder':
      return { testFraction: 0.2, channels: 1, ...raw };
    default:
      return raw;
  }
}

type RecordingDefaults = Pick<RecordingSet, 'manifest' | 'parts' | 'classes' | 'testFraction'>;
type RawRecordingDefaults = Partial<Omit<RecordingDefaults, 'manifest'>> & {
  readonly manifest?: Partial<ManifestOptions> | null;
};

function recordings({ manifest, parts, classes, testFraction }: RawRecordingDefaults): RecordingDefaults {
  return {
    manifest:
      manifest === undefined || manifest === null
        ? null
        : { file: 'manifest.csv', fileColumn: 'file', labelColumn: 'label', ...manifest },
    parts: parts ?? null,
    classes: classes ?? null,
    testFraction: testFraction ?? 0.2,
  };
}

function spectrum({ features, sampleRateHz }: RawAudio): SpectrumOptions {
  const defaults = { frameMs: 32, strideMs: 20, bands: 40, coefficients: 10, lowHz: 20, highHz: sampleRateHz / 2 };
  return { kind: 'log-mel', ...defaults, ...features };
}

function strokeForm(raw: RawStrokeForm): StrokeForm {
  return raw.kind === 'points' ? { count: 32, spacing: 'arc-length', ...raw } : { size: [28, 28], ...raw };
}
