import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { bitsOf, expf, floatOf, logf, tanhf } from '../../../src/ir/learn/math-f32.js';
import { hashWords } from '../../../src/ir/learn/state-hash.js';
import { Rng } from '../../../src/util/rng.js';
import { skipUnless } from '../../lanes.js';

const SOURCE = fileURLToPath(new URL('math_f32_check.c', import.meta.url));
const INCLUDE = fileURLToPath(new URL('../../../firmware/learn', import.meta.url));
const STRICT = ['-std=c99', '-Wall', '-Wextra', '-Wconversion', '-Wdouble-promotion', '-Werror', '-ffp-contract=off'];

/** Distance of `y` from the double `exact`, in units of the last place of a float32 of that size. */
function ulps(y: number, exact: number): number {
  const size = Math.max(2 ** -126, 2 ** Math.floor(Math.log2(Math.abs(exact))));
  return Math.abs(y - exact) / (size * 2 ** -23);
}

void t.test('error against double arithmetic', async (t) => {
  const rng = new Rng(8);
  const draws: [
    name: string,
    f: (x: number) => number,
    exact: (x: number) => number,
    bound: number,
    x: () => number,
  ][] = [
    ['exp', expf, Math.exp, 1.1, () => rng.range(-103, 88.7)],
    ['exp near 0', expf, Math.exp, 1.1, () => rng.range(-1, 1) * 2 ** -rng.below(30)],
    ['log', logf, Math.log, 1, () => floatOf(1 + rng.below(0x7f7fffff))],
    ['log near 1', logf, Math.log, 1, () => 1 + rng.range(-0.5, 0.5) * 2 ** -rng.below(22)],
    ['tanh', tanhf, Math.tanh, 1.5, () => rng.range(-10, 10)],
    ['tanh near 0', tanhf, Math.tanh, 1.5, () => rng.range(-1, 1) * 2 ** -rng.below(120)],
  ];
  for (const [name, f, exact, bound, draw] of draws) {
    let worst = 0;
    for (let i = 0; i < 50000; i++) {
      const x = Math.fround(draw());
      worst = Math.max(worst, ulps(f(x), exact(x)));
    }
    t.ok(worst < bound, `${name}: ${worst.toFixed(3)} ulp`);
  }
});

void t.test('edges', async (t) => {
  const is = (actual: number, wanted: number, what: string): void => {
    t.ok(Object.is(actual, wanted), `${what}: ${actual} is ${wanted}`);
  };
  const next = (x: number, by: number): number => floatOf(bitsOf(x) + by);
  for (const f of [expf, logf, tanhf]) is(f(NaN), NaN, f.name);
  is(expf(0), 1, 'exp(0)');
  is(expf(-0), 1, 'exp(-0)');
  is(expf(Infinity), Infinity, 'exp(inf)');
  is(expf(-Infinity), 0, 'exp(-inf)');
  const top = Math.fround(88.7228317);
  t.ok(Number.isFinite(expf(top)), 'the last finite power');
  is(expf(next(top, 1)), Infinity, 'the first overflow');
  const bottom = Math.fround(-103.972076);
  is(expf(bottom), 2 ** -149, 'the smallest subnormal');
  is(expf(next(bottom, 1)), 0, 'the first underflow');
  is(logf(1), 0, 'log(1)');
  is(logf(0), -Infinity, 'log(0)');
  is(logf(-0), -Infinity, 'log(-0)');
  is(logf(-1), NaN, 'log(-1)');
  is(logf(Infinity), Infinity, 'log(inf)');
  is(logf(2 ** -149), Math.fround(Math.log(2 ** -149)), 'log of the smallest subnormal');
  is(tanhf(0), 0, 'tanh(0)');
  is(tanhf(-0), -0, 'tanh(-0)');
  is(tanhf(Infinity), 1, 'tanh(inf)');
  is(tanhf(-Infinity), -1, 'tanh(-inf)');
  is(tanhf(-0.7), -tanhf(0.7), 'tanh is odd');
  let last = 0;
  let monotone = true;
  for (let x = 0; x < 9.5; x += 0.0037) {
    const y = tanhf(Math.fround(x));
    monotone &&= y >= last && y <= 1;
    last = y;
  }
  t.ok(monotone, 'tanh never falls and never passes 1');
});

/** What math_f32_check.c prints. */
function expectedLines(blocks: number): string {
  const inputs = 8192;
  const lines: string[] = [];
  let state = 1;
  for (let block = 0; block < blocks; block++) {
    const results = [expf, logf, tanhf].map((f) => ({ f, words: new Float32Array(inputs) }));
    for (let n = 0; n < inputs; n++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      const x = block % 2 === 1 ? floatOf(state) : ((state >>> 8) - 8388608) / 65536;
      for (const r of results) r.words[n] = r.f(x);
    }
    for (const r of results) {
      lines.push(hashWords(new Uint32Array(r.words.buffer)).toString(16).padStart(8, '0'));
    }
  }
  return `${lines.join('\n')}\n`;
}

void t.test('C for this machine gives the same bits', { skip: skipUnless('cc') }, async (t) => {
  const program = `${t.testdir()}/check`;
  const blocks = 256; // 2,097,152 inputs, half of them any bit pattern
  for (const level of ['-O0', '-O3']) {
    execFileSync('cc', [
      ...STRICT,
      '-pedantic',
      level,
      `-DCHECK_BLOCKS=${blocks}`,
      `-I${INCLUDE}`,
      SOURCE,
      '-o',
      program,
    ]);
    t.equal(execFileSync(program, { encoding: 'utf8' }), expectedLines(blocks), level);
  }
});

void t.test('C on a Cortex-M4F and, in software, on a Cortex-M0', { skip: skipUnless('arm', 'qemu') }, async (t) => {
  const dir = t.testdir({
    'check.ld': 'SECTIONS { . = 0; .text : { *(.vectors) *(.text*) *(.rodata*) } } check_stack_top = 0x20010000;',
  });
  const run = (machine: string, cpu: readonly string[], blocks: number): void => {
    const elf = `${dir}/check-${machine}.elf`;
    execFileSync('arm-none-eabi-gcc', [
      ...['-std=gnu99', ...STRICT.slice(1), '-O2', '-mthumb', ...cpu, '-ffreestanding', '-nostartfiles'],
      ...[
        '-DCHECK_SEMIHOSTING',
        `-DCHECK_BLOCKS=${blocks}`,
        `-I${INCLUDE}`,
        SOURCE,
        '-T',
        `${dir}/check.ld`,
        '-o',
        elf,
      ],
    ]);
    const emulator = [
      '-M',
      machine,
      '-nographic',
      '-monitor',
      'none',
      '-serial',
      'none',
      '-semihosting',
      '-kernel',
      elf,
    ];
    // Semihosting writes to standard error or output, depending on the emulator's version.
    const text = execFileSync('sh', ['-c', 'exec qemu-system-arm "$@" 2>&1', 'sh', ...emulator], {
      encoding: 'utf8',
      timeout: 60000,
    });
    t.equal(text, expectedLines(blocks), machine);
  };
  run('mps2-an386', ['-mcpu=cortex-m4', '-mfpu=fpv4-sp-d16', '-mfloat-abi=hard'], 16);
  run('mps2-an385', ['-mcpu=cortex-m0', '-mfloat-abi=soft'], 2);
});

void t.test('the header compiles for AVR', { skip: skipUnless('avr') }, async (t) => {
  const file = `${t.testdir({ 'use.c': '#include "grapes_math_f32.h"\nfloat use(float x);\nfloat use(float x) { return grapes_tanhf(grapes_logf(grapes_expf(x))); }\n' })}/use.c`;
  t.doesNotThrow(() =>
    execFileSync('avr-gcc', [...STRICT, '-mmcu=atmega2560', '-Os', '-fsyntax-only', `-I${INCLUDE}`, file]),
  );
});

void t.test('both twins and docs/numerics.md write the same constants', async (t) => {
  const source = readFileSync(new URL('../../../src/ir/learn/math-f32.ts', import.meta.url), 'utf8');
  const named = [...source.matchAll(/^const \w+ = f\((-?[\d.e-]+)\);/gm)].map((m) =>
    Math.abs(Math.fround(Number(m[1]))),
  );
  t.ok(named.length > 20);
  for (const file of [`${INCLUDE}/grapes_math_f32.h`, new URL('../../../docs/numerics.md', import.meta.url)]) {
    const text = readFileSync(file, 'utf8');
    const written = new Set(
      [...text.matchAll(/0x1(?:\.([0-9a-f]+))?p([+-]?\d+)/g)].map(
        ([, fraction = '', exponent]) => (1 + parseInt(fraction.padEnd(6, '0'), 16) / 2 ** 24) * 2 ** Number(exponent),
      ),
    );
    for (const value of named) t.ok(written.has(value), `${value}`);
  }
});
