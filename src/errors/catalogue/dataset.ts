import type { ErrorEntry } from '../catalogue.js';
import { EXIT } from '../exit-codes.js';

const CHECK_DATA = 'Check the files that `data:` in grapes.yaml names.';

export const datasetErrors = {
  DATA_NONE: {
    title: 'The project has no data set',
    explanation: 'The network was imported with its weights; nothing was said of samples, so nothing can be read.',
    hint: 'An int8 model is verified without: `grapes verify` draws inputs from a seed. A float model needs samples to be quantized: write `data:` in grapes.yaml, by hand or with `grapes data import`.',
    exitCode: EXIT.config,
  },
  PROJECT_IMPORTED: {
    title: 'An imported network cannot be trained, evaluated or taught',
    explanation:
      'A .tflite file holds integers, and neither a float network nor samples with labels. It can be planned, exported, ' +
      'built, flashed and verified.',
    hint: 'Use `grapes plan`, `export`, `build` or `deploy` in this project.',
    exitCode: EXIT.config,
  },
  DATASET_FILE_MISSING: {
    title: 'A data file is missing',
    explanation: 'Paths in `data:` are relative to the folder of grapes.yaml.',
    hint: CHECK_DATA,
    exitCode: EXIT.config,
  },
  DATASET_FILE_UNREADABLE: {
    title: 'A data file could not be read',
    explanation: 'The file is there, but it is a folder, or reading it is not permitted.',
    hint: 'Check what it is with `ls -l`.',
    exitCode: EXIT.config,
  },
  DATASET_GZIP_DAMAGED: {
    title: 'A gzip file is damaged',
    explanation: 'The file begins like gzip, but it is cut off, its checksum is wrong, or it unfolds beyond 2 GB.',
    hint: 'Fetch or copy the file again.',
    exitCode: EXIT.config,
  },
  DATASET_IDX_MAGIC: {
    title: 'Not the expected kind of IDX file',
    explanation:
      'Pictures are IDX files that begin with 0x00000803 (unsigned bytes, three axes), labels with 0x00000801. ' +
      'Often the files for pictures and labels were swapped.',
    hint: CHECK_DATA,
    exitCode: EXIT.config,
  },
  DATASET_IDX_TRUNCATED: {
    title: 'An IDX file is cut off',
    explanation: 'The file is shorter than its own header says, as after an interrupted copy.',
    hint: 'Fetch or copy the file again.',
    exitCode: EXIT.config,
  },
  DATASET_IDX_TRAILING: {
    title: 'An IDX file is too long',
    explanation: 'There are bytes after the last sample that the header knows nothing of: header or content is wrong.',
    hint: 'Fetch or write the file again.',
    exitCode: EXIT.config,
  },
  DATASET_COUNT_MISMATCH: {
    title: 'As many labels as samples are needed',
    explanation: 'The file of pictures and the file of labels do not belong together.',
    hint: CHECK_DATA,
    exitCode: EXIT.config,
  },
  DATASET_SHAPE_MISMATCH: {
    title: 'Training and test samples differ in shape',
    explanation: 'A network is tested on samples of the shape that it was trained on.',
    hint: CHECK_DATA,
    exitCode: EXIT.config,
  },
  DATASET_LABEL_RANGE: {
    title: 'A label is out of range',
    explanation:
      'Labels count classes from 0, and every label of the test data has to occur among the classes (the names given, ' +
      'or else those of the training data). At most 256 classes are possible.',
    hint: 'Correct the label, or `data.classNames` in grapes.yaml.',
    exitCode: EXIT.config,
  },
  DATASET_CSV_SYNTAX: {
    title: 'A CSV file cannot be parsed',
    explanation: 'A line has more or fewer cells than the header line, or a quote is not closed.',
    hint: 'Correct the line that the message names.',
    exitCode: EXIT.config,
  },
  DATASET_CSV_COLUMN: {
    title: 'A CSV column is missing or twice there',
    explanation: 'The label column, and in a test file every feature of the training file, is found by its header.',
    hint: 'Correct the header line, or the name of the column under `data:` in grapes.yaml.',
    exitCode: EXIT.config,
  },
  DATASET_CSV_NUMBER: {
    title: 'A CSV cell is not a number',
    explanation: 'All columns but the label hold decimal numbers; empty cells, text, NaN and infinities are refused.',
    hint: 'Fill in or remove the line that the message names, or remove the column.',
    exitCode: EXIT.config,
  },
  DATASET_ARCHIVE_DAMAGED: {
    title: 'An archive is damaged',
    explanation: 'The file is no tar archive, a header has a wrong checksum, or it ends within an entry.',
    hint: 'Fetch or copy the archive again. Folders, .tar and .tar.gz files can be read.',
    exitCode: EXIT.config,
  },
  DATASET_ARCHIVE_REFUSED: {
    title: 'An archive holds something that data does not need',
    explanation:
      'Names that lead out of the archive, links, devices and millions of entries are refused. Nothing is ever unpacked to disk.',
    hint: 'Look into it with `tar tvf`; if you trust it, pack its plain files again.',
    exitCode: EXIT.config,
  },
  DATASET_JSON_SYNTAX: {
    title: 'A data file is no JSON',
    explanation: 'Strokes are read from .json files; this one cannot be parsed.',
    hint: 'Correct the file that the message names, or move it out of the data folder.',
    exitCode: EXIT.config,
  },
  DATASET_JSON_FORM: {
    title: 'A JSON file does not hold strokes',
    explanation: 'Expected: { "strokes": [{ "label": "3", "strokePoints": [{ "x": 0.1, "y": 0.2 }, …] }, …] }.',
    hint: 'Correct the place that the message names.',
    exitCode: EXIT.config,
  },
  DATASET_WAV_DAMAGED: {
    title: 'A WAV file is damaged',
    explanation: 'The file does not begin with RIFF and WAVE, a chunk is missing, or it ends before its samples do.',
    hint: 'Record or copy the file again.',
    exitCode: EXIT.config,
  },
  DATASET_WAV_FORMAT: {
    title: 'A WAV file of a kind that cannot be read',
    explanation:
      'PCM with 8, 16, 24 or 32 bits and floating point with 32 or 64 bits are read; compressed sound is not.',
    hint: 'Convert it, for example with `ffmpeg -i in.wav -c:a pcm_s16le out.wav`.',
    exitCode: EXIT.config,
  },
  DATASET_WAV_RATE: {
    title: 'A WAV file has another sample rate',
    explanation: 'All sound of a data set has the rate of `data.sampleRateHz`; nothing is resampled.',
    hint: 'Correct data.sampleRateHz, or convert the file, for example with `ffmpeg -i in.wav -ar 16000 out.wav`.',
    exitCode: EXIT.config,
  },
  DATASET_FEATURES_EMPTY: {
    title: 'A band of the spectrum is empty',
    explanation:
      'The lowest bands are narrower than the spacing of the spectrum (sample rate / FFT size), so that nothing falls into them.',
    hint: 'Use fewer `bands`, longer frames, or a higher `lowHz`.',
    exitCode: EXIT.config,
  },
  DATASET_NPY_DAMAGED: {
    title: 'A NumPy file is damaged',
    explanation:
      'The header of the .npy array cannot be read, or there are more or fewer bytes than its shape promises.',
    hint: 'Write the file again with numpy.save or numpy.savez.',
    exitCode: EXIT.config,
  },
  DATASET_NPY_TYPE: {
    title: 'A NumPy array of a type that cannot be read',
    explanation:
      'Inputs are integers of 8 to 64 bits or float32 or float64, labels are integers; both in C order. Objects and text are refused.',
    hint: 'For example: numpy.save("x.npy", numpy.ascontiguousarray(x, dtype="float32"))',
    exitCode: EXIT.config,
  },
  DATASET_NPY_VALUE: {
    title: 'A NumPy array holds NaN or infinity',
    explanation: 'Every input has to be a number that float32 can hold.',
    hint: 'Remove or replace the sample that the message names.',
    exitCode: EXIT.config,
  },
  DATASET_NPZ_DAMAGED: {
    title: 'An .npz file cannot be read',
    explanation: 'It is no zip archive, it is damaged, it unfolds to more than 2 GB, or the array is not in it.',
    hint: 'Write the file again with numpy.savez_compressed; the message names the arrays that are there.',
    exitCode: EXIT.config,
  },
  DATASET_IMAGE_DAMAGED: {
    title: 'A picture cannot be read',
    explanation: 'The file is no PNG or JPEG, or it is damaged, or it has more than 64 million pixels.',
    hint: 'Open it in a picture viewer; save it again, or remove it.',
    exitCode: EXIT.config,
  },
  DATASET_PARTS_OVERLAP: {
    title: 'Training data stands in another part, too',
    explanation:
      'A network that is tested on what it was trained on shows nothing. Other parts may overlap each other.',
    hint: 'Narrow the rules of `data.parts` in grapes.yaml.',
    exitCode: EXIT.config,
  },
  DATASET_UNKNOWN: {
    title: 'There is no such data set',
    explanation: '`root: dataset:NAME` names a public data set of recordings that the tool knows.',
    hint: 'Use one of the names in the message, or the path of a folder or archive.',
    exitCode: EXIT.config,
  },
  DATASET_EMPTY: {
    title: 'There are no samples',
    explanation: 'A data file, or one of its parts for training and testing, holds no sample.',
    hint: CHECK_DATA,
    exitCode: EXIT.config,
  },
  DATASET_NOT_IMAGES: {
    title: 'These samples are no pictures',
    explanation: 'Rotation needs samples with a height and a width; rows of a table have no such thing.',
    hint: 'Remove the `rotate` drift, or use a dataset of pictures.',
    exitCode: EXIT.config,
  },
  DATASET_NOT_DOWNLOADED: {
    title: 'The dataset is not on this machine yet',
    explanation: 'Public datasets are fetched once into a cache folder and read from there.',
    hint: 'Run `grapes data get NAME`, with --from DIR if you have the files at hand.',
    exitCode: EXIT.config,
  },
  DATASET_NO_ADDRESS: {
    title: 'No address of this dataset is known',
    explanation:
      'The tool knows the file by its SHA-256, but nobody offers these very bytes under a lasting public address.',
    hint: 'With the file at hand: `grapes data get NAME --from DIR`.',
    exitCode: EXIT.config,
  },
  DATASET_DIGEST_MISMATCH: {
    title: 'A file of the dataset is not the published one',
    explanation: 'Each file of a public dataset is checked by its SHA-256, so that results can be compared.',
    hint: 'Fetch the file again, or from another place with --from DIR.',
    exitCode: EXIT.config,
  },
  DATASET_DOWNLOAD_FAILED: {
    title: 'The dataset could not be fetched',
    explanation: 'Every known address was tried. What came so far is kept, and the next attempt goes on from there.',
    hint: 'Try again later, or fetch the files in another way and use `grapes data get NAME --from DIR`.',
    exitCode: EXIT.unexpected,
  },
} as const satisfies Record<string, ErrorEntry>;
