import { ToolError } from '../../errors/tool-error.js';
import type { AudioSource } from '../../ir/data-source.js';
import type { Dataset, Samples } from '../../ir/dataset.js';
import { FEATURE_ONE, SpectrumFeatures } from '../../ir/features/spectrum-features.js';
import { toolVersion } from '../../util/package-root.js';
import { assembleDataset } from '../assemble.js';
import type { DatasetEnvironment } from '../environment.js';
import { openFileSet, type FileSet } from '../file-set.js';
import { recordingParts, type Recording } from '../recording-set.js';
import { standardize, standardizeUniformly } from '../standardize.js';
import { parseWav } from './wav.js';

/** Reads clips and turns each into features [frames, width]. */
export function importAudio(source: AudioSource, env: DatasetEnvironment): Dataset {
  const files = openFileSet(source.root, env);
  const { parts, classNames } = recordingParts(source, files, env.seed, '.wav', true);
  const features = new SpectrumFeatures(source.features, source.sampleRateHz);
  if (features.emptyBands > 0) {
    const message = `${String(features.emptyBands)} of ${String(source.features.bands)} bands hold no bin of the spectrum.`;
    throw new ToolError('DATASET_FEATURES_EMPTY', message, {
      context: { bands: source.features.bands, empty: features.emptyBands },
    });
  }
  const clipLength = Math.round((source.clipMs * source.sampleRateHz) / 1000);
  const known = new Map<string, Float32Array>();
  const total = [...parts.values()].reduce((sum, recordings) => sum + recordings.length, 0);
  let done = 0;
  const load = ({ name }: Recording): Float32Array => {
    env.progress.update('features', ++done, total);
    const values = known.get(name) ?? clipFeatures(files, name, source.sampleRateHz, clipLength, features);
    known.set(name, values);
    return values;
  };
  const samples = new Map<string, Samples>();
  const inputShape = [features.frames(clipLength), features.width];
  for (const [part, recordings] of parts) samples.set(part, samplesOf(recordings, classNames, inputShape, load));
  const drawn = source.parts === null && source.manifest === null;
  return assembleDataset(
    {
      name: 'audio',
      inputShape,
      classNames,
      provenance: {
        toolVersion: toolVersion(),
        seed: drawn ? env.seed : null,
        inputs: { [source.root]: files.digest },
      },
    },
    normalized(samples, source, features.width),
  );
}

function clipFeatures(
  files: FileSet,
  name: string,
  sampleRateHz: number,
  clipLength: number,
  features: SpectrumFeatures,
): Float32Array {
  const file = files.pathOf(name);
  const sound = parseWav(files.read(name), file);
  if (sound.sampleRateHz !== sampleRateHz) {
    const message = `${file} has ${String(sound.sampleRateHz)} samples a second, not ${String(sampleRateHz)}.`;
    throw new ToolError('DATASET_WAV_RATE', message, {
      hint: `Set data.sampleRateHz to ${String(sound.sampleRateHz)}, or convert it: \`ffmpeg -i in.wav -ar ${String(sampleRateHz)} out.wav\`.`,
      context: { file, found: sound.sampleRateHz, expected: sampleRateHz },
    });
  }
  const clip = new Int16Array(clipLength);
  clip.set(sound.samples.subarray(0, clipLength));
  const out = new Int16Array(features.frames(clipLength) * features.width);
  features.extract(clip, out);
  return Float32Array.from(out, (feature) => feature / FEATURE_ONE);
}

function samplesOf(
  recordings: readonly Recording[],
  classNames: readonly string[],
  [frames, width]: readonly number[],
  load: (recording: Recording) => Float32Array,
): Samples {
  const inputSize = frames * width;
  const values = new Float32Array(recordings.length * inputSize);
  recordings.forEach((recording, n) => {
    values.set(load(recording), n * inputSize);
  });
  const labels = Uint8Array.from(recordings, ({ label }) => classNames.indexOf(label ?? ''));
  return { count: recordings.length, inputSize, values, scale: 1, offset: 0, labels };
}

function normalized(parts: Map<string, Samples>, { normalize }: AudioSource, width: number): Map<string, Samples> {
  if (normalize === 'none') return parts;
  return normalize === 'uniform' ? standardizeUniformly(parts) : standardize(parts, width);
}
