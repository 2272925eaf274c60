import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../../util/atomic-write.js';
import type { CommandHandler } from '../command.js';
import { ProjectSession, withSession } from '../project-session.js';
import { exportedLayersModel } from '../stages/export-tfjs.js';
import { exportedFloatTflite, exportedTflite, floatTfliteName } from '../stages/export-tflite.js';
import { exportedPackage } from '../stages/export-package.js';
import { exported } from '../stages/export.js';
import { KERNELS_FOR } from '../../export/c/kernel-sets/kernels-for.js';
import type { PackageKind } from '../../export/packages/package.js';
import { ToolError } from '../../errors/tool-error.js';

/** What a format makes: text or bytes by path, in a folder of the run. */
interface Made {
  readonly dir: string;
  readonly files: readonly string[];
  readonly modelDigest: string;
  readonly learns: boolean;
  readonly action: 'ran' | 'current';
}

type Format = 'c' | 'tflite' | 'tfjs';

/** `grapes export [--format c|tflite|tfjs] [--float] [--package c|cmake|arduino|platformio] [--out DIR] [--force]` */
export const run: CommandHandler = (context, _args, options) =>
  withSession(ProjectSession.open(context, { target: 'export', force: options['force'] === true }), async (session) => {
    const format = (options['format'] as Format | undefined) ?? 'c';
    const kind = (options['package'] as PackageKind | undefined) ?? 'c';
    if (format !== 'c' && kind !== 'c') {
      throw new ToolError(
        'USAGE',
        `A package holds C sources; --format ${format} and --package ${kind} exclude each other.`,
      );
    }
    const isFloat = options['float'] === true;
    if (isFloat && format !== 'tflite') {
      throw new ToolError('USAGE', `--float is for --format tflite; ${floatless(format)}`);
    }
    const { dir, files, modelDigest, learns, action } = await (isFloat
      ? floatTflite(session)
      : kind === 'c'
        ? MAKERS[format](session)
        : pack(session, kind));
    const out = options['out'] === undefined ? null : context.resolve(String(options['out']));
    if (out !== null) for (const path of files) writeFileAtomic(join(out, path), readFileSync(join(dir, path)));
    const where = out ?? dir;
    return {
      fields: { result: { format, package: format === 'c' ? kind : null, dir: where, files, modelDigest, learns } },
      text: `${session.run.id}: export ${action === 'ran' ? 'done' : 'is up to date'}: ${files.length} ${files.length === 1 ? 'file' : 'files'} in ${where}\n${files.map((f) => `  ${f}`).join('\n')}${format === 'c' ? kernelsLine(session) : ''}`,
    };
  });

/** Which cores the sources are made for: that the board chooses it is easy to miss in a firmware of one's own. */
function kernelsLine({ board: { id, chip } }: ProjectSession): string {
  return `\nKernels of board ${id}: ${chip.kernels}, ${KERNELS_FOR[chip.kernels]}`;
}

function floatless(format: Format): string {
  return format === 'tfjs' ? 'a layers model is float anyway.' : 'the C sources are the quantized network.';
}

async function floatTflite(session: ProjectSession): Promise<Made> {
  const { dir, digest, action } = await exportedFloatTflite(session);
  return { dir, files: [floatTfliteName(session.config.name)], modelDigest: digest, learns: false, action };
}

async function pack(session: ProjectSession, kind: Exclude<PackageKind, 'c'>): Promise<Made> {
  const { sources, files, result } = await exportedPackage(session, kind);
  const { modelDigest, learns } = sources;
  return { dir: result.dir, files, modelDigest, learns, action: result.action };
}

const MAKERS: Readonly<Record<Format, (session: ProjectSession) => Promise<Made>>> = {
  c: async (session) => {
    const { sources, dir, result } = await exported(session);
    const { modelDigest, learns } = sources;
    return { dir, files: sources.files.map(({ path }) => path), modelDigest, learns, action: result.action };
  },
  tflite: async (session) => {
    const { dir, digest, action } = await exportedTflite(session);
    return { dir, files: [`${session.config.name}.tflite`], modelDigest: digest, learns: false, action };
  },
  tfjs: async (session) => {
    const { dir, digest, action } = await exportedLayersModel(session);
    return { dir, files: ['model.json', 'weights.bin'], modelDigest: digest, learns: false, action };
  },
};
