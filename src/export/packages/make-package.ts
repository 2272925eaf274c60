import type { CFile } from '../../ir/c-sources.js';
import { arduinoPackage } from './arduino.js';
import { cmakePackage } from './cmake.js';
import type { MakePackage, PackageContext, PackageKind } from './package.js';
import { platformioPackage } from './platformio.js';

const MAKERS: Readonly<Record<PackageKind, MakePackage>> = {
  c: ({ sources }) => sources.files,
  cmake: cmakePackage,
  arduino: arduinoPackage,
  platformio: platformioPackage,
};

/** The exported C directory as a package of `kind`, sorted by path. */
export function makePackage(kind: PackageKind, context: PackageContext): CFile[] {
  return [...MAKERS[kind](context)].sort((a, b) => (a.path < b.path ? -1 : 1));
}
