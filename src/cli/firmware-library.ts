import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../util/package-root.js';

/** The headers that an export may copy: path under firmware/ → text. The exporter picks what it uses. */
export function firmwareLibrary(): Record<string, string> {
  const root = join(packageRoot(), 'firmware');
  const library: Record<string, string> = {};
  for (const folder of ['core', 'kernels', 'learn']) {
    const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).sort();
    for (const file of files) {
      const path = `${folder}/${file.split('\\').join('/')}`;
      if (path.endsWith('.h')) library[path] = readFileSync(join(root, path), 'utf8');
    }
  }
  return library;
}
