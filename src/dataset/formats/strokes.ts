import { ToolError } from '../../errors/tool-error.js';
import type { StrokeForm, StrokesSource } from '../../ir/data-source.js';
import type { Dataset, Samples } from '../../ir/dataset.js';
import { toolVersion } from '../../util/package-root.js';
import { assembleDataset } from '../assemble.js';
import { classList } from '../class-list.js';
import type { DatasetEnvironment } from '../environment.js';
import { openFileSet } from '../file-set.js';
import { drawStroke, resampleStroke, type StrokePoint } from '../stroke-forms.js';

export interface Stroke {
  readonly label: string;
  readonly points: readonly StrokePoint[];
}

/** Reads { strokes: [{ label, strokePoints: [{ x, y }, …] }, …] }; other keys are left alone. */
export function parseStrokes(bytes: Uint8Array, file: string): Stroke[] {
  let document: unknown;
  try {
    document = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (cause) {
    throw new ToolError('DATASET_JSON_SYNTAX', `${file} is no JSON: ${(cause as Error).message}.`, {
      context: { file },
      cause,
    });
  }
  const strokes = member(document, 'strokes');
  if (!Array.isArray(strokes)) throw wrongForm(file, 'strokes', 'a list');
  return strokes.map((stroke: unknown, s) => {
    const path = `strokes[${String(s)}]`;
    const label = member(stroke, 'label');
    const points = member(stroke, 'strokePoints');
    if (typeof label !== 'string') throw wrongForm(file, `${path}.label`, 'text');
    if (!Array.isArray(points) || points.length === 0)
      throw wrongForm(file, `${path}.strokePoints`, 'a list of points');
    return {
      label,
      points: points.map((point: unknown, p): StrokePoint => {
        const [x, y] = [member(point, 'x'), member(point, 'y')];
        if (isCoordinate(x) && isCoordinate(y)) return [x, y];
        throw wrongForm(file, `${path}.strokePoints[${String(p)}]`, 'a point { x, y } of numbers up to ±1e6');
      }),
    };
  });
}

/** Larger ones are mistakes, and would make the stroke's length infinite. */
function isCoordinate(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= 1e6;
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

function wrongForm(file: string, path: string, wanted: string): ToolError {
  return new ToolError('DATASET_JSON_FORM', `${file}: ${path} is not ${wanted}.`, { context: { file, path } });
}

/** Strokes as samples: the first part of every file, by position, trains, the rest tests. */
export function importStrokes(source: StrokesSource, env: DatasetEnvironment): Dataset {
  const files = openFileSet(source.root, env);
  const train: Stroke[] = [];
  const test: Stroke[] = [];
  for (const name of files.names.filter((file) => file.toLowerCase().endsWith('.json'))) {
    const strokes = parseStrokes(files.read(name), files.pathOf(name));
    const forTraining = Math.floor(strokes.length * source.trainFraction);
    train.push(...strokes.slice(0, forTraining));
    test.push(...strokes.slice(forTraining));
  }
  for (const [part, strokes] of Object.entries({ train, test })) {
    if (strokes.length > 0) continue;
    throw new ToolError('DATASET_EMPTY', `${files.origin} gives no strokes for '${part}'.`, {
      context: { file: files.origin, part, strokes: train.length + test.length },
    });
  }
  const { form } = source;
  const classNames = classList(
    [...train, ...test].map(({ label }) => label),
    files.origin,
  );
  const parts = new Map<string, Samples>([
    ['train', samplesOf(train, form, classNames)],
    ['test', samplesOf(test, form, classNames)],
  ]);
  const provenance = { toolVersion: toolVersion(), seed: null, inputs: { [source.root]: files.digest } };
  const inputShape = form.kind === 'points' ? [form.count, 2] : form.size;
  return assembleDataset({ name: 'strokes', inputShape, classNames, provenance }, parts);
}

function samplesOf(strokes: readonly Stroke[], form: StrokeForm, classNames: readonly string[]): Samples {
  const isImage = form.kind === 'image';
  const inputSize = isImage ? form.size[0] * form.size[1] : form.count * 2;
  const values = isImage ? new Uint8Array(strokes.length * inputSize) : new Float32Array(strokes.length * inputSize);
  strokes.forEach(({ points }, s) => {
    values.set(
      isImage ? drawStroke(points, form.size) : resampleStroke(points, form.count, form.spacing),
      s * inputSize,
    );
  });
  return {
    count: strokes.length,
    inputSize,
    values,
    scale: isImage ? Math.fround(1 / 255) : 1,
    offset: 0,
    labels: Uint8Array.from(strokes, ({ label }) => classNames.indexOf(label)),
  };
}
