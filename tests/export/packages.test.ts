// The exported model in other people's build systems: every package compiles without our application, protocol or HAL.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { makePackage } from '../../src/export/packages/make-package.js';
import type { PackageKind } from '../../src/export/packages/package.js';
import type { CFile, CSources } from '../../src/ir/c-sources.js';
import { Rng } from '../../src/util/rng.js';
import { randomQuantizedGraph } from '../ir/graphs.js';
import { skipUnless } from '../lanes.js';
import { CORTEX_M4F, exportRandom } from './harness.js';

const LEARN = { layers: 'all', learningRate: 0.02, grapes: 'propagating', nodeSums: 'round-robin' } as const;

function sources(learns: boolean, sizes = [196, 8, 10], name = 'digits'): CSources {
  const graph = { ...randomQuantizedGraph(new Rng(9), { sizes, activation: 'relu', bias: true }), name };
  return exportRandom(new Rng(9), graph, { learn: learns ? LEARN : null, kernels: 'plain' }, 3);
}

function write(dir: string, files: readonly CFile[]): string {
  for (const { path, text } of files) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  return dir;
}

const pack = (kind: PackageKind, learns: boolean): CFile[] =>
  makePackage(kind, { sources: sources(learns), version: '1.2.3' });

/** What a command printed, and whether it ended well. */
function run(dir: string, command: string, ...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: dir, encoding: 'utf8' });
  return `${status === 0 ? '' : `${command} failed: ${String(error ?? '')}`}${stdout}${stderr}`;
}

void t.test('what is in them', (t) => {
  for (const kind of ['cmake', 'arduino', 'platformio'] as const) {
    const files = pack(kind, true);
    const text = (path: string): string => files.find((f) => f.path === path)?.text ?? '';
    t.same(files, pack(kind, true), 'the same bytes');
    t.match(text('README.md'), /## Take it in/);
    t.match(text('README.md'), /## Use/);
    t.match(text('README.md'), /\| kernels \| plain: .*--board/, 'how to get faster ones');
    t.match(text('README.md'), /## Learn/);
    const mains = files.filter((f) => f.path.startsWith('src/') && f.text.includes('int main('));
    t.same(mains, [], 'no main function among what a library manager compiles');
  }
  const manifest = JSON.parse(pack('platformio', false).find((f) => f.path === 'library.json')!.text) as {
    name: string;
    build: { flags: string[] };
  };
  t.equal(manifest.name, 'grapes-digits');
  t.ok(manifest.build.flags.includes('-ffp-contract=off'));
  t.match(pack('arduino', false).find((f) => f.path === 'library.properties')!.text, /^version=1\.2\.3$/m);
  t.same(
    makePackage('c', { sources: sources(false), version: '1.2.3' }).map((f) => f.path),
    sources(false).files.map((f) => f.path),
  );
  t.end();
});

void t.test(
  'a CMake project takes one in; alone, ctest runs the self-test',
  { skip: skipUnless('cc', 'cmake') },
  (t) => {
    for (const learns of [true, false]) {
      const dir = write(t.testdir(), pack('cmake', learns));
      t.match(run(dir, 'cmake', '-B', 'build'), /Build files have been written/);
      t.match(run(dir, 'cmake', '--build', 'build'), /Built target digits_selftest/);
      t.match(run(dir, 'ctest', '--test-dir', 'build'), /100% tests passed, 0 tests failed out of 1/);
    }
    const dir = t.testdir();
    cpSync(join(import.meta.dirname, '..', '..', 'examples', 'own-firmware'), dir, { recursive: true });
    write(join(dir, 'model'), pack('cmake', true));
    t.match(run(dir, 'cmake', '-B', 'build'), /Build files have been written/);
    t.notMatch(run(dir, 'cmake', '--build', 'build'), /warning|failed/);
    const said = run(dir, join(dir, 'build', 'own_firmware'));
    const [first, last] = [/^ +1 .* (\d+) % /m, /^ +10 .* (\d+) % /m].map((line) => Number(line.exec(said)?.[1]));
    t.ok(last > first + 20, `learned: ${first} % to ${last} %`);
    t.end();
  },
);

const ARDUINO_H = `#pragma once
#include <stdint.h>
#define A0 14
int analogRead(int pin);
void delay(unsigned long ms);
struct SerialPort {
  void begin(unsigned long baud);
  int read();
  template <typename T> void print(T) {}
  template <typename T> void println(T) {}
  void println() {}
};
extern SerialPort Serial;
`;

void t.test('the example of an int16 network writes and reads int16', { skip: skipUnless('arm') }, (t) => {
  const wide: CSources = { ...sources(false), elements: { input: 'int16_t', output: 'int16_t' } };
  const files = [
    ...makePackage('arduino', { sources: wide, version: '1.2.3' }),
    { path: 'shim/Arduino.h', text: ARDUINO_H },
  ];
  const example = files.find(({ path }) => path.endsWith('.ino'))!;
  t.match(example.text, /static void readSensor\(int16_t \*sample\) \{\n.*DIGITS_INPUT_BYTES \/ 2/);
  t.match(example.text, /const int16_t \*output = .*\n.*DIGITS_OUTPUT_BYTES \/ 2/);
  const flags = [
    ...CORTEX_M4F,
    '-Os',
    '-Wall',
    '-Wextra',
    '-Werror',
    '-Isrc',
    '-Ishim',
    '-x',
    'c++',
    '-include',
    'Arduino.h',
  ];
  t.equal(run(write(t.testdir(), files), 'arm-none-eabi-g++', ...flags, '-fsyntax-only', example.path), '');
  t.end();
});

void t.test('Arduino and PlatformIO: sources and example compile', { skip: skipUnless('arm') }, (t) => {
  for (const kind of ['arduino', 'platformio'] as const) {
    for (const learns of [true, false]) {
      const dir = write(t.testdir(), [...pack(kind, learns), { path: 'shim/Arduino.h', text: ARDUINO_H }]);
      const flags = [...CORTEX_M4F, '-Os', '-Wall', '-Wextra', '-Werror', '-Isrc', '-Ishim'];
      const compiled = pack(kind, learns).filter(({ path }) => /^src\/[^/]+\.c$/.test(path));
      t.ok(compiled.length >= 2);
      for (const { path } of compiled) {
        // As Arduino does: GNU C without a word about floating point; PlatformIO passes the manifest's flags.
        const own = kind === 'arduino' ? ['-std=gnu11'] : ['-std=gnu99', '-ffp-contract=off'];
        t.equal(run(dir, 'arm-none-eabi-gcc', ...flags, ...own, '-c', path, '-o', 'out.o'), '', path);
        t.notMatch(run(dir, 'arm-none-eabi-objdump', '-d', 'out.o'), /vfma|vfms|vfnm/, `${path} fuses nothing`);
      }
      const example = pack(kind, learns).find(({ path }) => /\.(ino|cpp)$/.test(path))!.path;
      const asArduino = ['-x', 'c++', '-include', 'Arduino.h', '-fsyntax-only'];
      t.equal(run(dir, 'arm-none-eabi-g++', ...flags, ...asArduino, example), '', example);
    }
  }
  t.end();
});
