import { basename, extname } from 'node:path';
import { shortPath } from '../../config/load.js';
import { parseProject, PROJECT_FILE } from '../../config/load.js';
import { planMemory } from '../../export/plan/plan.js';
import { importFloatTflite, isFloatTflite } from '../../import/tflite/import-float-tflite.js';
import { importTflite } from '../../import/tflite/import-tflite.js';
import { tfliteEdges } from '../../import/tflite/edges.js';
import { planNetwork } from '../../ir/plan-network.js';
import type { Rounding } from '../../ir/requantize.js';
import { optimize } from '../../optimize/optimize.js';
import { toolVersion } from '../../util/package-root.js';
import type { CommandHandler } from '../command.js';
import { bytes, table, thousands } from '../output/text.js';
import { modelNameFrom, SCHEMA_COPY, writeProject } from '../project-files.js';
import { readTfliteFile } from '../model-file.js';
import { savedText } from '../summaries.js';

/** `grapes import FILE [--out DIR] [--name NAME] [--rounding tflite|single]`: a project around a .tflite model, int8 or float. */
export const run: CommandHandler = async (context, args, options) => {
  const path = context.resolve(String(args[0]));
  const stem = basename(path, extname(path));
  const name = (options['name'] as string | undefined) ?? modelNameFrom(stem);
  const rounding = (options['rounding'] as Rounding | undefined) ?? 'tflite';
  const dir = context.resolve((options['out'] as string | undefined) ?? context.globals.project ?? name);
  const model = `${name}.tflite`;
  const head = { name, board: context.globals.board ?? 'host', seed: context.globals.seed ?? 1, model, rounding };
  // Refuses a --name that is no C identifier, and a file that cannot be had, before anything is written.
  parseProject(projectText(head, false), PROJECT_FILE, null, () => null);
  context.learned({ project: name, board: head.board });
  const file = readTfliteFile(path);
  const isFloat = isFloatTflite(file);
  const described = isFloat ? describeFloat(file) : describeInt8(file, name, rounding);

  const files = writeProject(context, dir, projectText(head, isFloat), [[model, file]], '--out');
  const at = shortPath(dir, context.baseDir);
  const inProject = at === '.' ? '' : ` -C ${at}`;
  const next = isFloat ? `grapes quantize${inProject}` : `grapes deploy${inProject}`;
  const what = isFloat
    ? 'after data: is filled in in grapes.yaml: it calibrates on it'
    : 'exports, builds and verifies';
  return {
    fields: { result: { dir, files, next, model: { name, rounding, ...described.fields } } },
    text: `${table(described.rows)}\n\nWrote ${files.join(', ')} in ${at}.\nNext: ${context.style.bold(next)} (${what})`,
  };
};

interface Described {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly rows: string[][];
}

function describeInt8(file: Uint8Array, name: string, rounding: Rounding): Described {
  const graph = importTflite(file, { name, rounding, toolVersion: toolVersion() });
  const { output: deployed, report } = optimize(graph, { learn: null });
  const { arenaBytes, constantBytes } = planMemory(deployed, null, 'plain');
  const input = graph.tensors[graph.input];
  const output = graph.tensors[graph.output];
  return {
    fields: {
      kind: 'int8',
      inputShape: input.shape,
      outputShape: output.shape,
      ...tfliteEdges(file),
      ops: graph.ops.map((op) => ({ name: op.name, kind: op.kind })),
      macs: report.macs.before,
      optimize: report,
      constantBytes,
      arenaBytes,
    },
    rows: [
      ['input', input.shape.join(' x '), input.name],
      ['output', output.shape.join(' x '), output.name],
      ['ops', String(graph.ops.length), [...new Set(graph.ops.map((op) => op.kind))].join(', ')],
      ['MACs', thousands(report.macs.after), savedText(report)],
      ['constants', bytes(constantBytes), 'in flash'],
      ['arena', bytes(arenaBytes), 'in RAM'],
    ],
  };
}

function describeFloat(file: Uint8Array): Described {
  const { model, inputShape } = importFloatTflite(file);
  const { layers, output } = planNetwork(model, inputShape);
  const { outputShape } = layers[output];
  const macs = layers.reduce((n, layer) => n + layer.macs, 0);
  return {
    fields: {
      kind: 'float32',
      inputShape,
      outputShape,
      inputs: null,
      outputs: null,
      ops: layers.map(({ name, spec }) => ({ name, kind: spec.type })),
      macs,
      optimize: null,
      constantBytes: null,
      arenaBytes: null,
    },
    rows: [
      ['input', inputShape.join(' x '), 'float32'],
      ['output', outputShape.join(' x '), 'logits'],
      ['layers', String(layers.length), [...new Set(layers.map(({ spec }) => spec.type))].join(', ')],
      ['MACs', thousands(macs), ''],
    ],
  };
}

interface ProjectHead {
  readonly name: string;
  readonly board: string;
  readonly seed: number;
  readonly model: string;
  readonly rounding: Rounding;
}

function projectText({ name, board, seed, model, rounding }: ProjectHead, isFloat: boolean): string {
  const head = `# yaml-language-server: $schema=./${SCHEMA_COPY}
schemaVersion: 1
name: ${name}
seed: ${seed}
board: ${board}
`;
  if (isFloat) {
    return `${head}
# The float network of this file, with its weights.
model:
  from: ${model}

# Samples like those that the network was trained on: quantization calibrates on them, accuracy is measured on them.
# grapes data import FILE... --yes writes this section; docs/data.md has the other sources.
# data: { source: npz, file: samples.npz }

# No epochs: the weights stay as they are. More go on training from them.
train:
  epochs: 0

quantize:
  rounding: ${rounding}
`;
  }
  return `${head}
# The integers of this file are the network: nothing is trained or quantized here.
model:
  from: ${model}

quantize:
  rounding: ${rounding}
`;
}
