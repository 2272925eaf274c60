import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../src/util/package-root.js';

/**
 * A folder of large reference material that may stand beside the checkout (`../shared/…`), or null where it does not:
 * tests that use it skip then. GRAPES_SHARED names it for a checkout elsewhere.
 */
export function sharedFolder(path: string): string | null {
  const folder = join(process.env['GRAPES_SHARED'] ?? join(packageRoot(), '..', 'shared'), path);
  return existsSync(folder) ? folder : null;
}
