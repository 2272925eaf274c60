import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { ToolError } from '../errors/tool-error.js';
import { diskError } from '../util/atomic-write.js';
import { toolVersion } from '../util/package-root.js';
import { RunLock } from './run-lock.js';
import type { Stage, StageResult } from './stage.js';
import { StageOutput } from './stage-output.js';
import {
  digestFiles,
  outputsDigest,
  outputsIntact,
  readRecord,
  RECORD_FILE,
  recordText,
  stageKey,
  type StageRecord,
} from './stage-record.js';
import { makeTemporarySibling, replaceFolder, sweepLeftovers } from './staging.js';

export interface BringOptions {
  /** Run even if up to date. */
  readonly force?: boolean;
  /** Refuse with STAGE_OUT_OF_DATE instead of running; `command` is what would bring it up to date. */
  readonly refuse?: { readonly command: string } | null;
  readonly signal?: AbortSignal | undefined;
}

/** `runs/<id>/`: one folder a stage, each written whole or not at all. Holds a lock until `close`. */
export class RunFolder {
  private constructor(
    readonly id: string,
    readonly dir: string,
    private readonly lock: RunLock,
    private readonly version: string,
    /** What `runs/latest` pointed at before, or null. */
    private readonly previous: string | null,
  ) {}

  /** Makes the folder if needed, locks it, clears what dead processes left, and points `runs/latest` at it. */
  static open(runsDir: string, id: string): RunFolder {
    const dir = join(runsDir, id);
    const lock = RunLock.acquire(dir);
    const previous = latestOf(runsDir);
    try {
      sweepLeftovers(dir);
      pointLatest(runsDir, id);
    } catch (error) {
      lock.release();
      throw error;
    }
    return new RunFolder(id, dir, lock, toolVersion(), previous);
  }

  /** Gives the lock back. A run in which nothing was made leaves no folder, and no `runs/latest` on it. */
  close(): void {
    this.lock.release();
    if (!existsSync(this.dir) || readdirSync(this.dir).length > 0) return;
    rmSync(this.dir, { recursive: true, force: true });
    const runsDir = dirname(this.dir);
    if (latestOf(runsDir) !== this.id) return;
    if (this.previous === null || this.previous === this.id) rmSync(join(runsDir, 'latest'), { force: true });
    else pointLatest(runsDir, this.previous);
  }

  stageDir(stageId: string): string {
    return join(this.dir, stageId);
  }

  /** What stands there if it is up to date, else null. */
  current(stage: Stage): StageResult | null {
    const dir = this.stageDir(stage.id);
    const record = readRecord(dir);
    if (record === null || stage.repeatable === false) return null;
    if (record.key !== stageKey(stage, this.version) || !outputsIntact(dir, record)) return null;
    return { id: stage.id, dir, digest: outputsDigest(record.outputs), action: 'current' };
  }

  /** What stands there, made of these inputs under whatever options, else null. */
  standing(stageId: string, inputs: Readonly<Record<string, string>>): StageResult | null {
    const dir = this.stageDir(stageId);
    const record = readRecord(dir);
    if (record === null || !outputsIntact(dir, record)) return null;
    if (Object.entries(inputs).some(([name, digest]) => record.inputs[name] !== digest)) return null;
    return { id: stageId, dir, digest: outputsDigest(record.outputs), action: 'current' };
  }

  /** Like make: runs the stage unless what stands there is up to date. */
  async bring(stage: Stage, options: BringOptions = {}): Promise<StageResult> {
    const current = options.force === true ? null : this.current(stage);
    if (current !== null) return current;
    if (options.refuse) throw outOfDate(stage.id, readRecord(this.stageDir(stage.id)), options.refuse.command);
    options.signal?.throwIfAborted();
    const target = this.stageDir(stage.id);
    const temporary = makeTemporarySibling(target);
    try {
      await stage.run(new StageOutput(temporary, this.dir));
      options.signal?.throwIfAborted();
      const record = this.finish(stage, temporary);
      replaceFolder(temporary, target);
      return { id: stage.id, dir: target, digest: outputsDigest(record.outputs), action: 'ran' };
    } catch (error) {
      rmSync(temporary, { recursive: true, force: true });
      throw isDiskFailure(error) ? diskError(target, error) : error;
    }
  }

  private finish(stage: Stage, dir: string): StageRecord {
    const record: StageRecord = {
      schemaVersion: 1,
      stage: stage.id,
      key: stageKey(stage, this.version),
      toolVersion: this.version,
      seed: stage.seed,
      inputs: stage.inputs,
      outputs: digestFiles(dir, stage.volatileFiles),
    };
    writeFileSync(join(dir, RECORD_FILE), recordText(record));
    return record;
  }
}

/** Node's own file errors that mean "the disk", as against a missing input. */
function isDiskFailure(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return !(error instanceof ToolError) && ['ENOSPC', 'EDQUOT', 'EROFS', 'EFBIG'].includes(code ?? '');
}

function outOfDate(stageId: string, record: StageRecord | null, command: string): ToolError {
  const why = record === null ? 'has not been made yet' : 'is out of date: its inputs or options changed';
  return new ToolError('STAGE_OUT_OF_DATE', `Stage ${stageId} ${why}, and --no-deps forbids running it.`, {
    hint: `Run \`${command}\` first, or leave --no-deps away.`,
    context: { stage: stageId, made: record !== null, command },
  });
}

/** Where `runs/latest` points, or null. */
function latestOf(runsDir: string): string | null {
  const latest = join(runsDir, 'latest');
  try {
    return readlinkSync(latest);
  } catch {
    return existsSync(latest) ? readFileSync(latest, 'utf8').trim() : null;
  }
}

/** `runs/latest` → the newest run: a relative link, or a text file where links are not allowed. */
function pointLatest(runsDir: string, id: string): void {
  const latest = join(runsDir, 'latest');
  const temporary = join(runsDir, `.latest.${process.pid}.tmp`);
  try {
    mkdirSync(runsDir, { recursive: true });
    rmSync(temporary, { force: true });
    try {
      symlinkSync(id, temporary, 'dir');
    } catch {
      writeFileSync(temporary, `${id}\n`);
    }
    renameSync(temporary, latest);
  } catch (cause) {
    throw diskError(latest, cause);
  }
}
