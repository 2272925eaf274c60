import { join } from 'node:path';
import type { Board } from '../boards/descriptor.js';
import { loadBoard } from '../boards/load.js';
import { findProjectDir, readProjectFile } from '../config/load.js';
import type { ProjectConfig } from '../config/project-config.js';
import type { ProjectFile } from '../config/project-file.js';
import { isToolError, ToolError } from '../errors/tool-error.js';
import type { ModelSpec } from '../ir/model-spec.js';
import { RunFolder } from '../runs/run-folder.js';
import type { Stage, StageResult } from '../runs/stage.js';
import { canonicalJson, sha256Hex } from '../util/digest.js';
import type { CommandContext } from './command.js';
import { configPlace } from './config-place.js';
import { readModelFile } from './model-file.js';

export interface SessionOptions {
  /** The stage that the user named (`train`): run even with --no-deps. Others are then refused if stale. */
  readonly target: string;
  /** Run the target again even if it is up to date. */
  readonly force?: boolean;
  readonly resume?: boolean;
}

/**
 * One command's work on one project: its configuration, board and run folder. Stages (src/cli/stages) ask it to bring
 * them up to date; each is asked for once, whoever needs it.
 */
export class ProjectSession {
  /** Stages in the order they were needed. */
  readonly stages: { stage: string; action: 'ran' | 'current' }[] = [];
  private readonly made = new Map<string, Promise<unknown>>();
  private folder: RunFolder | null = null;

  private constructor(
    readonly context: CommandContext,
    readonly dir: string,
    readonly config: ProjectConfig,
    readonly board: Board,
    readonly options: SessionOptions,
    private readonly file: ProjectFile,
  ) {}

  /** Reads the project that -C names, or the nearest one. `adjust` applies the command's own options. */
  static open(
    context: CommandContext,
    options: SessionOptions,
    adjust: (config: ProjectConfig) => ProjectConfig = (config) => config,
  ): ProjectSession {
    const dir = projectDir(context);
    const readModel = (path: string): ModelSpec | null => readModelFile(join(dir, path))?.model ?? null;
    const file = readProjectFile(dir, { cwd: context.baseDir, seed: context.globals.seed, readModel });
    const { board } = context.globals;
    const config = adjust(board === null ? file.config : { ...file.config, board });
    context.learned({ project: config.name, board: config.board });
    try {
      return new ProjectSession(context, dir, config, loadBoard(config.board, ownBoards(dir)), options, file);
    } catch (error) {
      throw board === null ? located(error, file, config) : error;
    }
  }

  /** Where downloads and compiled objects are shared between projects. */
  get cacheDir(): string {
    return cacheDir(this.context.io.env);
  }

  get boardDigest(): string {
    return sha256Hex(canonicalJson(this.board));
  }

  /** The value that `make` gives, made once a session. */
  once<T>(name: string, make: () => Promise<T>): Promise<T> {
    let value = this.made.get(name) as Promise<T> | undefined;
    if (value === undefined) {
      value = make();
      this.made.set(name, value);
    }
    return value;
  }

  /** Opens `runs/<name>-<8 hex>` for these training inputs. */
  openRun(trainingInputs: unknown): void {
    if (this.folder !== null) return;
    const id = `${this.config.name}-${sha256Hex(canonicalJson(trainingInputs)).slice(0, 8)}`;
    this.folder = RunFolder.open(join(this.dir, 'runs'), id);
    this.context.learned({ run: { id, dir: this.folder.dir } });
  }

  get run(): RunFolder {
    if (this.folder === null) throw new ToolError('INTERNAL', 'The run folder was used before it was opened.');
    return this.folder;
  }

  /** Brings a stage up to date, or refuses under --no-deps unless `evenThen`. */
  async bring(stage: Stage, evenThen = false): Promise<StageResult> {
    const verb = stage.id.split('/')[0];
    const isTarget = verb === this.options.target;
    const { globals, progress, signal } = this.context;
    signal.throwIfAborted();
    const force = isTarget && this.options.force === true;
    if (globals.verbose && (force || this.run.current(stage) === null)) progress.note(`${stage.id}: running`);
    const result = await this.run.bring(stage, {
      force,
      refuse: globals.deps || isTarget || evenThen ? null : { command: this.commandFor(verb) },
      signal,
    });
    this.stages.push({ stage: stage.id, action: result.action });
    this.context.learned({ stages: [...this.stages] });
    return result;
  }

  /** An error of a stage, with its place in grapes.yaml where its cause stands there. */
  located(error: unknown): unknown {
    return located(error, this.file, this.config);
  }

  close(): void {
    this.folder?.close();
  }

  private commandFor(verb: string): string {
    const { globals } = this.context;
    const project = globals.project === null ? [] : ['-C', globals.project];
    const board = globals.board === null ? [] : ['--board', globals.board];
    const seed = globals.seed === null ? [] : ['--seed', String(globals.seed)];
    return ['grapes', verb, ...project, ...board, ...seed].join(' ');
  }
}

/** The folder that -C names, else the nearest project, else where the user stands. */
export function projectDir({ globals, baseDir, resolve }: CommandContext): string {
  return globals.project === null ? (findProjectDir(baseDir) ?? baseDir) : resolve(globals.project);
}

/** Folders of descriptors that come before the built-in ones: `boards/` beside grapes.yaml. */
export function ownBoards(projectDir: string): string[] {
  return [join(projectDir, 'boards')];
}

/** `$XDG_CACHE_HOME/grapes-mcu`, else `~/.cache/grapes-mcu`. */
export function cacheDir(env: Readonly<Record<string, string | undefined>>): string {
  const base = env['XDG_CACHE_HOME'] ?? join(env['HOME'] ?? '/tmp', '.cache');
  return join(base, 'grapes-mcu');
}

/** Opens a session, gives it to `work`, and closes it whatever happens. */
export async function withSession<T>(
  session: ProjectSession,
  work: (session: ProjectSession) => Promise<T>,
): Promise<T> {
  try {
    return await work(session);
  } catch (error) {
    throw session.located(error);
  } finally {
    session.close();
  }
}

function located(error: unknown, file: ProjectFile, config: ProjectConfig): unknown {
  const place = isToolError(error) ? configPlace(error, config) : null;
  return place === null ? error : file.locate(error as ToolError, place);
}
