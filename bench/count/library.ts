import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/util/package-root.js';

/** The kernel headers as the exporter takes them. */
export function readLibrary(): Record<string, string> {
  const root = join(packageRoot(), 'firmware');
  const library: Record<string, string> = {};
  for (const folder of ['core', 'kernels', 'learn']) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      if (entry.endsWith('.h')) library[`${folder}/${entry}`] = readFileSync(join(root, folder, entry), 'utf8');
    }
  }
  return library;
}
