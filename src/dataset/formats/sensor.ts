import { ToolError } from '../../errors/tool-error.js';
import type { SensorSource } from '../../ir/data-source.js';
import type { Dataset, Samples } from '../../ir/dataset.js';
import { toolVersion } from '../../util/package-root.js';
import { assembleDataset } from '../assemble.js';
import { classList } from '../class-list.js';
import type { DatasetEnvironment } from '../environment.js';
import { openFileSet, type FileSet } from '../file-set.js';
import { recordingParts, type Recording } from '../recording-set.js';
import { standardize } from '../standardize.js';
import { windowStatistics } from '../window-statistics.js';
import { parseRecording, type RecordingData } from './recording.js';

/** A recording with what the manifest says of it. */
interface LoadedRecording extends RecordingData {
  readonly label: string | null;
}

/** Reads recordings and cuts them into windows [window, channels], or takes their statistics. */
export function importSensor(source: SensorSource, env: DatasetEnvironment): Dataset {
  const files = openFileSet(source.root, env);
  const set = recordingParts(source, files, env.seed, '.csv', source.labelColumn === null);
  const load = recordingLoader(source, files);
  const loaded = new Map([...set.parts].map(([part, recordings]) => [part, recordings.map(load)]));
  const classNames =
    source.labelColumn === null
      ? set.classNames
      : classList(
          [...loaded.values()].flat().flatMap(({ labels }) => [...new Set(labels)]),
          files.origin,
        );
  const parts = new Map<string, Samples>();
  for (const [part, recordings] of loaded)
    parts.set(part, cutWindows(recordings, source, classNames, part, files.origin));
  const { columns, window, normalize, root, statistics } = source;
  const drawn = source.parts === null && source.manifest === null;
  return assembleDataset(
    {
      name: 'sensor',
      inputShape: statistics === null ? [window, columns.length] : [statistics.length * columns.length],
      classNames,
      provenance: { toolVersion: toolVersion(), seed: drawn ? env.seed : null, inputs: { [root]: files.digest } },
    },
    normalize === 'standardize' ? standardize(parts, statistics === null ? columns.length : undefined) : parts,
  );
}

/** A recording that stands in several parts is read once. */
function recordingLoader(source: SensorSource, files: FileSet): (recording: Recording) => LoadedRecording {
  const known = new Map<string, LoadedRecording>();
  return ({ name, label }) => {
    const loaded = known.get(name) ?? { ...parseRecording(files.read(name), files.pathOf(name), source), label };
    known.set(name, loaded);
    return loaded;
  };
}

/** All full windows of all recordings; what is left at a recording's end is dropped. */
function cutWindows(
  recordings: readonly LoadedRecording[],
  { window, stride, columns, statistics }: SensorSource,
  classNames: readonly string[],
  part: string,
  origin: string,
): Samples {
  const inputSize = (statistics?.length ?? window) * columns.length;
  const countOf = ({ rows }: RecordingData): number => Math.max(0, Math.floor((rows - window) / stride) + 1);
  const count = recordings.reduce((sum, recording) => sum + countOf(recording), 0);
  if (count === 0) {
    const longest = recordings.reduce((most, { rows }) => Math.max(most, rows), 0);
    const message = `${origin} gives no window of ${String(window)} rows for '${part}': its longest recording has ${String(longest)}.`;
    throw new ToolError('DATASET_EMPTY', message, { context: { file: origin, part, window, longest } });
  }
  const classOf = new Map(classNames.map((name, c) => [name, c]));
  const values = new Float32Array(count * inputSize);
  const labels = new Uint8Array(count);
  let at = 0;
  for (const recording of recordings) {
    for (let w = 0; w < countOf(recording); w++, at++) {
      const from = w * stride;
      const cut = recording.values.subarray(from * columns.length, (from + window) * columns.length);
      values.set(statistics === null ? cut : windowStatistics(cut, columns.length, statistics), at * inputSize);
      const label = recording.label ?? majority(recording.labels?.slice(from, from + window) ?? [], classOf);
      labels[at] = classOf.get(label) ?? 0;
    }
  }
  return { count, inputSize, values, scale: 1, offset: 0, labels };
}

/** The most frequent label; among equals the class that comes first. */
function majority(labels: readonly string[], classOf: ReadonlyMap<string, number>): string {
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const rank = (label: string): number => classOf.get(label) ?? classOf.size;
  return [...counts].sort((a, b) => b[1] - a[1] || rank(a[0]) - rank(b[0]))[0][0];
}
