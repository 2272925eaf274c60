import { basename, extname } from 'node:path';
import { shortPath } from '../../config/load.js';
import { parseProject, PROJECT_FILE } from '../../config/load.js';
import { planMemory } from '../../export/plan/plan.js';
import { importTflite } from '../../import/tflite/import-tflite.js';
import type { Rounding } from '../../ir/requantize.js';
import { optimize } from '../../optimize/optimize.js';
import { toolVersion } from '../../util/package-root.js';
import type { CommandHandler } from '../command.js';
import { bytes, table, thousands } from '../output/text.js';
import { modelNameFrom, SCHEMA_COPY, writeProject } from '../project-files.js';
import { readTfliteFile } from '../stages/import.js';
import { savedText } from '../summaries.js';

/** `grapes import FILE [--out DIR] [--name NAME] [--rounding tflite|single]`: a project around an int8 .tflite model. */
export const run: CommandHandler = async (context, args, options) => {
  const path = context.resolve(String(args[0]));
  const stem = basename(path, extname(path));
  const name = (options['name'] as string | undefined) ?? modelNameFrom(stem);
  const rounding = (options['rounding'] as Rounding | undefined) ?? 'tflite';
  const dir = context.resolve((options['out'] as string | undefined) ?? context.globals.project ?? name);
  const model = `${name}.tflite`;
  const project = projectText(name, context.globals.board ?? 'host', context.globals.seed ?? 1, model, rounding);
  // Refuses a --name that is no C identifier, and a file that cannot be had, before anything is written.
  parseProject(project, PROJECT_FILE);
  const file = readTfliteFile(path);
  const graph = importTflite(file, { name, rounding, toolVersion: toolVersion() });
  const { output: deployed, report } = optimize(graph, { learn: null });
  const { arenaBytes, constantBytes } = planMemory(deployed, null, 'plain');

  const files = writeProject(context, dir, project, [[model, file]]);
  const at = shortPath(dir, context.baseDir);
  const next = at === '.' ? 'grapes deploy' : `grapes deploy -C ${at}`;
  const input = graph.tensors[graph.input];
  const output = graph.tensors[graph.output];
  const rows: string[][] = [
    ['input', input.shape.join(' x '), input.name],
    ['output', output.shape.join(' x '), output.name],
    ['ops', String(graph.ops.length), [...new Set(graph.ops.map((op) => op.kind))].join(', ')],
    ['MACs', thousands(report.macs.after), savedText(report)],
    ['constants', bytes(constantBytes), 'in flash'],
    ['arena', bytes(arenaBytes), 'in RAM'],
  ];
  return {
    fields: {
      result: {
        dir,
        files,
        next,
        model: {
          name,
          rounding,
          inputShape: input.shape,
          outputShape: output.shape,
          ops: graph.ops.map((op) => ({ name: op.name, kind: op.kind })),
          macs: report.macs.before,
          optimize: report,
          constantBytes,
          arenaBytes,
        },
      },
    },
    text: `${table(rows)}\n\nWrote ${files.join(', ')} in ${at}.\nNext: ${context.style.bold(next)} (exports, builds and verifies)`,
  };
};

function projectText(name: string, board: string, seed: number, model: string, rounding: Rounding): string {
  return `# yaml-language-server: $schema=./${SCHEMA_COPY}
schemaVersion: 1
name: ${name}
seed: ${seed}
board: ${board}

# The integers of this file are the network: nothing is trained or quantized here.
model:
  from: ${model}

quantize:
  rounding: ${rounding}
`;
}
