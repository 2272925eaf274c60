import { createWriteStream, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { ToolError } from '../errors/tool-error.js';
import { diskError, writeFileAtomic } from '../util/atomic-write.js';
import { sha256Hex } from '../util/digest.js';
import { silentProgress, type Progress } from '../util/progress.js';
import { PINNED_DATASETS, pinnedFolder, type PinnedFile, type PinnedName } from './pinned.js';

export interface FetchOptions {
  /** Take the files of this folder instead of the network's. They are checked even where the cache has them already. */
  readonly from?: string;
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
  /** Give up on a server that sends nothing for this long. */
  readonly stallTimeoutMs?: number;
}

export interface DownloadResult {
  readonly folder: string;
  /** Names of files that were fetched or copied now; the others were already there. */
  readonly fetched: readonly string[];
}

/** How often one server may break off before the next one is tried, as long as it keeps sending something. */
const TRIES_PER_SERVER = 5;

/** Brings a public dataset into the cache, from where `loadDataset` reads it. */
export async function downloadDataset(
  name: PinnedName,
  cacheDir: string,
  options: FetchOptions = {},
): Promise<DownloadResult> {
  const { files, bases, title } = PINNED_DATASETS[name];
  if (bases.length === 0 && options.from === undefined) {
    const names = files.map((file) => file.name).join(', ');
    throw new ToolError('DATASET_NO_ADDRESS', `No public address is known for ${names} (${title}).`, {
      hint: `If you have the file: \`grapes data get ${name} --from DIR\`, which checks its SHA-256.`,
      context: { dataset: name, files: files.map((file) => file.name) },
    });
  }
  const folder = pinnedFolder(cacheDir, name);
  return { folder, fetched: await fetchPinned(files, folder, bases, options) };
}

/**
 * Brings files into `folder`, trying the addresses base + name in order. Only bytes with the pinned SHA-256 ever get a
 * file's final name; what is there already and right is left alone, but `from` is asked for every file, so that a wrong
 * folder is never passed over. Returns the names of the new files.
 */
export async function fetchPinned(
  files: readonly PinnedFile[],
  folder: string,
  bases: readonly string[],
  options: FetchOptions,
): Promise<string[]> {
  const fetched: string[] = [];
  for (const file of files) {
    options.signal?.throwIfAborted();
    const target = join(folder, file.name);
    const given = options.from === undefined ? null : readChecked(join(options.from, file.name), file);
    if (existsSync(target) && sha256Hex(readFileSync(target)) === file.sha256) continue;
    if (given !== null) writeFileAtomic(target, given);
    else await fetchFile(file, target, bases, options);
    fetched.push(file.name);
    options.progress?.note(`${file.name} is in ${folder}`);
  }
  return fetched;
}

function readChecked(source: string, file: PinnedFile): Uint8Array {
  if (!existsSync(source)) {
    throw new ToolError('DATASET_FILE_MISSING', `There is no data file ${source}.`, { context: { file: source } });
  }
  const bytes = readFileSync(source);
  const actual = sha256Hex(bytes);
  if (actual !== file.sha256) throw digestMismatch(source, file, actual);
  return bytes;
}

function digestMismatch(source: string, file: PinnedFile, actual: string): ToolError {
  const message = `${source} is not the ${file.name} that was published: its SHA-256 is ${actual}, not ${file.sha256}.`;
  return new ToolError('DATASET_DIGEST_MISMATCH', message, {
    context: { file: source, expected: file.sha256, actual },
  });
}

/** Collects the file in `<target>.part`, which the next attempt, now or in a later run, goes on with. */
async function fetchFile(
  file: PinnedFile,
  target: string,
  bases: readonly string[],
  options: FetchOptions,
): Promise<void> {
  const part = `${target}.part`;
  try {
    mkdirSync(dirname(target), { recursive: true });
  } catch (cause) {
    throw diskError(target, cause);
  }
  const failures: string[] = [];
  let wrong: ToolError | null = null;
  for (const base of bases) {
    const url = base + file.name;
    for (let attempt = 0; attempt < TRIES_PER_SERVER; attempt++) {
      const before = sizeOf(part);
      try {
        await fetchRest(url, part, file.name, options);
      } catch (error) {
        options.signal?.throwIfAborted();
        if (error instanceof ToolError) throw error;
        failures.push(`${url}: ${reasonOf(error)}`);
        if (sizeOf(part) > before) continue;
        break;
      }
      const actual = sha256Hex(readFileSync(part));
      if (actual === file.sha256) {
        try {
          renameSync(part, target);
        } catch (cause) {
          throw diskError(target, cause);
        }
        return;
      }
      rmSync(part, { force: true });
      wrong = digestMismatch(url, file, actual);
      failures.push(`${url}: wrong bytes`);
      // The beginning may have come from elsewhere: once more, from this server alone.
      if (before === 0) break;
    }
  }
  if (wrong !== null && failures.every((failure) => failure.endsWith('wrong bytes'))) throw wrong;
  throw new ToolError('DATASET_DOWNLOAD_FAILED', `Could not fetch ${file.name}: ${failures.join('; ')}.`, {
    context: { file: file.name, failures, bytesSoFar: sizeOf(part) },
  });
}

/** Asks for what is missing and appends it; a server that ignores the range sends all, and `part` begins anew. */
async function fetchRest(url: string, part: string, name: string, options: FetchOptions): Promise<void> {
  const have = sizeOf(part);
  const stall = new AbortController();
  const stallTimeoutMs = options.stallTimeoutMs ?? 30_000;
  let timer: NodeJS.Timeout | undefined;
  const expectBytes = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      stall.abort(new Error(`nothing came for ${String(stallTimeoutMs)} ms`));
    }, stallTimeoutMs);
  };
  const signal = options.signal === undefined ? stall.signal : AbortSignal.any([stall.signal, options.signal]);
  // `identity`: a server that knows what .gz is must not have it unpacked on the way.
  const headers = { 'accept-encoding': 'identity', ...(have > 0 ? { range: `bytes=${String(have)}-` } : {}) };
  try {
    expectBytes();
    const response = await fetch(url, { headers, signal });
    // The part is already as long as the file, or longer: the digest decides.
    if (response.status === 416 && have > 0) return;
    if (!response.ok || response.body === null) throw new Error(`HTTP status ${String(response.status)}`);
    const resumes = response.status === 206 && startOf(response.headers.get('content-range')) === have;
    if (response.status === 206 && !resumes) throw new Error('the server sent another range than asked for');
    let done = resumes ? have : 0;
    const total = done + Number(response.headers.get('content-length') ?? 0);
    const meter = new Transform({
      transform(chunk: Buffer, _encoding, callback) {
        expectBytes();
        done += chunk.length;
        (options.progress ?? silentProgress).update(`fetch ${name}`, done, Math.max(total, done));
        callback(null, chunk);
      },
    });
    const out = createWriteStream(part, { flags: resumes ? 'a' : 'w' });
    out.on('error', (cause) => {
      stall.abort(diskError(part, cause));
    });
    await pipeline(Readable.fromWeb(response.body as ReadableStream), meter, out, { signal });
  } catch (error) {
    throw stall.signal.aborted ? (stall.signal.reason as Error) : error;
  } finally {
    clearTimeout(timer);
  }
}

/** First byte of a `bytes 100-199/200` header. */
function startOf(contentRange: string | null): number | null {
  const match = /^bytes (\d+)-/.exec(contentRange ?? '');
  return match === null ? null : Number(match[1]);
}

function sizeOf(path: string): number {
  return existsSync(path) ? statSync(path).size : 0;
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as { message: string; cause?: { message?: string } };
  return cause?.message === undefined ? message : `${message} (${cause.message})`;
}
