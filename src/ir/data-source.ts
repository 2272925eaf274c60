import type { SpectrumOptions } from './features/feature-options.js';

/**
 * Where the samples come from: the `data:` section of grapes.yaml. Paths are relative to the project folder; a `root`
 * is a folder, a `.tar` or `.tar.gz` file, or `dataset:NAME` for a public data set that `grapes data get` has fetched.
 */
export type DataSource =
  | NoSource
  | SyntheticDigitsSource
  | { readonly source: 'mnist' | 'fashion-mnist' }
  | IdxSource
  | CsvSource
  | SensorSource
  | NpySource
  | NpzSource
  | ImageFolderSource
  | StrokesSource
  | AudioSource;

/** A project without samples: an imported network. */
export interface NoSource {
  readonly source: 'none';
}

/** Digits drawn by the tool itself: no download. */
export interface SyntheticDigitsSource {
  readonly source: 'synthetic-digits';
  /** Side of the square image in pixels: 14 or 7. */
  readonly size: 14 | 7;
  readonly trainSamples: number;
  readonly testSamples: number;
}

export interface IdxSource {
  readonly source: 'idx';
  readonly trainImages: string;
  readonly trainLabels: string;
  readonly testImages: string;
  readonly testLabels: string;
  readonly classNames?: readonly string[];
}

/** One header line, then one sample a line. The other columns are the features, in file order. */
export interface CsvSource {
  readonly source: 'csv';
  readonly file: string;
  readonly labelColumn: string;
  /** A second file for testing; without it `testFraction` of the rows, drawn with the seed, is set aside. */
  readonly testFile?: string;
  readonly testFraction: number;
  readonly normalize: Normalize;
}

/**
 * `standardize`: subtract the training mean and divide by the training deviation, feature by feature (sensor data:
 * channel by channel).
 */
export type Normalize = 'none' | 'standardize';

/**
 * The same, or for pictures of sound one mean and one deviation for all values, `uniform`: scale and offset of the samples
 * then say it, and a device needs no table for it.
 */
export type FeatureNormalize = Normalize | 'uniform';

/** Column → the value, or one of the values, that a row of the manifest must have there. Numbers count as their text. */
export type RowRule = Readonly<Record<string, string | number | readonly (string | number)[]>>;

/** Which files there are, what they are, and which part of the data set they belong to. */
export interface RecordingSet {
  readonly root: string;
  /** A CSV file within `root` with a header and a line a file; without it every file with the right ending is taken. */
  readonly manifest: ManifestOptions | null;
  /**
   * Part → the rows in it. `train` and `test` must be among them, `validation` may; all others are extra parts. Null:
   * by the manifest's column `split` (train, val or validation, test, others), or drawn if there is no such column.
   */
  readonly parts: Readonly<Record<string, RowRule>> | null;
  /**
   * Class → the rows of it, the first rule that holds; gives the classes their order. Null: the manifest's label
   * column, or without a manifest the name of the folder that the file is in.
   */
  readonly classes: Readonly<Record<string, RowRule>> | null;
  /** Part of the files set aside for testing where nothing else says which, drawn with the seed. */
  readonly testFraction: number;
}

export interface ManifestOptions {
  /** Its path within the root. */
  readonly file: string;
  /** Column with the paths of the files, relative to the manifest. */
  readonly fileColumn: string;
  readonly labelColumn: string;
}

/** `meanChange`: mean |x_t − x_{t−1}|. */
export type WindowStatistic = 'mean' | 'deviation' | 'range' | 'meanChange';

/** Recordings of sensors as CSV files, cut into windows [window, channels]. */
export interface SensorSource extends RecordingSet {
  readonly source: 'sensor';
  /** The channels: names from the header line, or positions from 0, in files without a header line. */
  readonly columns: readonly string[] | readonly number[];
  /** Column with the label of each row; the most frequent one is the window's. Null: one label a recording. */
  readonly labelColumn: string | number | null;
  /** Rows a window. */
  readonly window: number;
  /** Rows from the start of one window to that of the next. */
  readonly stride: number;
  /**
   * Instead of the windows themselves: these statistics of every channel, [statistics · channels], the first statistic of
   * all channels first. Null: the windows.
   */
  readonly statistics: readonly WindowStatistic[] | null;
  readonly normalize: Normalize;
}

/** Drawn strokes as JSON: { strokes: [{ label, strokePoints: [{ x, y }, …] }, …] }, y upwards. */
export interface StrokesSource {
  readonly source: 'strokes';
  readonly root: string;
  readonly form: StrokeForm;
  /** The first part of every file trains, the rest tests. */
  readonly trainFraction: number;
}

export type StrokeForm =
  | {
      /** `count` points [count, 2], evenly spread over the stroke's length, or over its points (that is: over time). */
      readonly kind: 'points';
      readonly count: number;
      readonly spacing: 'arc-length' | 'index';
    }
  | {
      /** A grey picture [height, width]; the stroke fills it, its proportions kept. */
      readonly kind: 'image';
      readonly size: readonly [height: number, width: number];
    };

/** Sound as WAV files, a clip each, turned into features [frames, width]. */
export interface AudioSource extends RecordingSet {
  readonly source: 'audio';
  /** Of all files; nothing is resampled. */
  readonly sampleRateHz: number;
  /** Shorter clips are filled up with silence, longer ones cut off. */
  readonly clipMs: number;
  readonly features: SpectrumOptions;
  readonly normalize: FeatureNormalize;
}

/** Arrays of NumPy: samples along the first axis. Each name is a file, or for `npz` an array in the file. */
interface NumpyArrays {
  readonly trainInputs: string;
  readonly trainLabels: string;
  readonly testInputs: string;
  readonly testLabels: string;
  readonly validationInputs?: string;
  readonly validationLabels?: string;
  readonly classNames?: readonly string[];
  /** Real value = element · inputScale. Null: 1/255 for unsigned bytes, 1 for all other types. */
  readonly inputScale: number | null;
  readonly normalize: FeatureNormalize;
}

export interface NpySource extends NumpyArrays {
  readonly source: 'npy';
}

export interface NpzSource extends NumpyArrays {
  readonly source: 'npz';
  readonly file: string;
}

/** PNG and JPEG pictures in folders that are named after their classes. */
export interface ImageFolderSource {
  readonly source: 'image-folder';
  /** A root with a folder a class. */
  readonly train: string;
  /** Without it `testFraction` of the pictures, drawn with the seed, is set aside. */
  readonly test?: string;
  readonly validation?: string;
  readonly testFraction: number;
  /** All pictures are brought to this size, whatever their proportions. */
  readonly size: readonly [height: number, width: number];
  /** 1: grey, [height, width]. 3: colour, [height, width, 3]. */
  readonly channels: 1 | 3;
}
