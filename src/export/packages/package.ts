import type { CFile, CSources } from '../../ir/c-sources.js';

/** What people drop into their own firmware: the C directory alone, or as a library of a build system. */
export type PackageKind = 'c' | 'cmake' | 'arduino' | 'platformio';

export const PACKAGE_KINDS: readonly PackageKind[] = ['c', 'cmake', 'arduino', 'platformio'];

export interface PackageContext {
  readonly sources: CSources;
  /** Three numbers: library managers want one. The model's digest tells models apart. */
  readonly version: string;
}

/** A maker is pure: the same sources give the same bytes. */
export type MakePackage = (context: PackageContext) => readonly CFile[];

/** The self-test has a `main` and is for a computer: library managers would compile it into the sketch. */
export function isSelfTest({ path }: CFile, { name }: CSources): boolean {
  return path === `${name}_selftest.c`;
}

/** The files a firmware compiles or includes, under `folder`. */
export function librarySources(sources: CSources, folder: string): CFile[] {
  return sources.files
    .filter((file) => file.path !== 'README.md' && !isSelfTest(file, sources) && file.path !== 'grapes_binding.h')
    .map(({ path, text }) => ({ path: `${folder}/${path}`, text }));
}

/** README and self-test of the C directory, at their places in a package. `use` says how the build system takes it in. */
export function accompanying(sources: CSources, selfTestFolder: string, use: string): CFile[] {
  return sources.files.flatMap((file): CFile[] => {
    if (file.path === 'README.md') return [{ ...file, text: packageReadme(file.text, use) }];
    return isSelfTest(file, sources) ? [{ path: `${selfTestFolder}/${file.path}`, text: file.text }] : [];
  });
}

/** The C directory's README: how to build and what lies where is another matter in a package. */
function packageReadme(text: string, use: string): string {
  const [head, ...sections] = text.split(/^(?=## )/m);
  const kept = sections.filter((s) => !s.startsWith('## Build and test it alone') && !s.startsWith('## Files'));
  return [head, `## Take it in\n\n${use}\n\n`, ...kept].join('').trimEnd() + '\n';
}

/** Floating point as docs/numerics.md has it: each operation rounds by itself. */
export const FLOAT_FLAG = '-ffp-contract=off';

/** An identifier of library managers: letters, digits, dashes. */
export function libraryName({ name }: CSources): string {
  return `grapes-${name.replaceAll('_', '-')}`;
}
