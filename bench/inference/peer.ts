import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/util/package-root.js';

/** Recorded counts of CMSIS-NN, with how they were taken: bench/inference/cmsis-nn.json. */
interface PeerFile {
  readonly instructions: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

const FILE = join(packageRoot(), 'bench', 'inference', 'cmsis-nn.json');
let file: PeerFile | undefined;

/** Instructions of one inference, or null where it was not counted. */
export function cmsisNnInstructions(core: string, work: string): number | null {
  file ??= JSON.parse(readFileSync(FILE, 'utf8')) as PeerFile;
  return file.instructions[core]?.[work] ?? null;
}
