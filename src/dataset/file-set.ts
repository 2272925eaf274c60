import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { ToolError } from '../errors/tool-error.js';
import { sha256Hex } from '../util/digest.js';
import type { DatasetEnvironment } from './environment.js';
import { parseTar } from './formats/tar.js';
import { pinnedArchive, wrongInCache } from './pinned.js';
import { readDataFile } from './read-data-file.js';

/** Many files under one root, a folder or an archive: whoever reads recordings need not know which. */
export interface FileSet {
  /** Path of the root, for messages. */
  readonly origin: string;
  /** Paths within the root, with slashes, in the order of their code units; hidden files are left out. */
  readonly names: readonly string[];
  /** SHA-256 (hex) of the archive as it stands on disk, or of all names and contents of the folder. */
  readonly digest: string;
  /** The path of a file as messages show it. */
  pathOf(name: string): string;
  has(name: string): boolean;
  read(name: string): Uint8Array;
}

/** Opens a `root` of grapes.yaml: a folder, an archive, or `dataset:NAME`. */
export function openFileSet(root: string, env: Pick<DatasetEnvironment, 'projectDir' | 'cacheDir'>): FileSet {
  const name = /^dataset:(.*)$/.exec(root)?.[1];
  if (name !== undefined) {
    const { path, sha256 } = pinnedArchive(name, env.cacheDir);
    const archive = openArchive(path);
    if (archive.digest !== sha256) throw wrongInCache(name, path, sha256, archive.digest);
    return archive;
  }
  const path = isAbsolute(root) ? root : join(env.projectDir, root);
  return existsSync(path) && statSync(path).isDirectory() ? openFolder(path) : openArchive(path);
}

function openArchive(path: string): FileSet {
  const { bytes, digest } = readDataFile(path);
  const files = parseTar(bytes, path);
  return {
    origin: path,
    names: sorted([...files.keys()]),
    digest,
    pathOf: (name) => `${path}:${name}`,
    has: (name) => files.has(name),
    read: (name) => files.get(name) ?? missing(`${path}:${name}`),
  };
}

function openFolder(path: string): FileSet {
  const entries = readdirSync(path, { recursive: true, encoding: 'utf8' });
  const names = sorted(entries.map((entry) => entry.replaceAll('\\', '/'))).filter((name) =>
    statSync(join(path, name)).isFile(),
  );
  const present = new Set(names);
  let digest: string | undefined;
  return {
    origin: path,
    names,
    get digest() {
      digest ??= sha256Hex(...names.map((name) => `${name}\n${sha256Hex(readFileSync(join(path, name)))}\n`));
      return digest;
    },
    pathOf: (name) => join(path, name),
    has: (name) => present.has(name),
    read: (name) => readDataFile(join(path, name)).bytes,
  };
}

function sorted(names: readonly string[]): string[] {
  return names.filter((name) => !/(^|\/)\./.test(name)).sort((a, b) => (a < b ? -1 : 1));
}

function missing(file: string): never {
  throw new ToolError('DATASET_FILE_MISSING', `There is no data file ${file}.`, { context: { file } });
}
