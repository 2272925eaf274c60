import type {
  AudioSource,
  CsvSource,
  IdxSource,
  ImageFolderSource,
  ManifestOptions,
  NpySource,
  NpzSource,
  RecordingSet,
  SensorSource,
  StrokeForm,
  StrokesSource,
  SyntheticDigitsSource,
} from '../ir/data-source.js';
import type { SpectrumOptions } from '../ir/features/feature-options.js';

/** T as it may be written: these keys may be left out. */
type Optional<T, K extends keyof T> = Omit<T, K> & Partial<Pick<T, K>>;

/** The keys that every set of recordings has, as written. */
type RawRecordings<T extends RecordingSet, K extends keyof T> = Omit<
  Optional<T, K | 'parts' | 'classes' | 'testFraction'>,
  'manifest'
> & { readonly manifest?: Partial<ManifestOptions> | null };

export type RawSensor = RawRecordings<SensorSource, 'labelColumn' | 'stride' | 'statistics' | 'normalize'>;

export type RawAudio = Omit<RawRecordings<AudioSource, 'clipMs' | 'normalize'>, 'features'> & {
  readonly features?: Partial<SpectrumOptions>;
};

export type RawNpz = Optional<
  NpzSource,
  'trainInputs' | 'trainLabels' | 'testInputs' | 'testLabels' | 'inputScale' | 'normalize'
>;

export type RawStrokeForm =
  | Optional<Extract<StrokeForm, { kind: 'points' }>, 'count' | 'spacing'>
  | Optional<Extract<StrokeForm, { kind: 'image' }>, 'size'>;

export type RawStrokes = Optional<Omit<StrokesSource, 'form'>, 'trainFraction'> & { readonly form?: RawStrokeForm };

/** The `data:` section as written. */
export type RawData =
  | Optional<SyntheticDigitsSource, 'size' | 'trainSamples' | 'testSamples'>
  | { readonly source: 'mnist' | 'fashion-mnist' }
  | IdxSource
  | Optional<CsvSource, 'testFraction' | 'normalize'>
  | RawSensor
  | RawStrokes
  | RawAudio
  | Optional<NpySource, 'inputScale' | 'normalize'>
  | RawNpz
  | Optional<ImageFolderSource, 'testFraction' | 'channels'>;
