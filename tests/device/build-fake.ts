import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/util/package-root.js';

export interface FakeFirmware {
  readonly target: 'host' | 'mps2-an386';
  readonly inputBytes?: number;
  readonly learns?: boolean;
  /** Address and undefined behaviour sanitizers; host only. */
  readonly sanitized?: boolean;
  readonly defines?: readonly string[];
}

const ARM = ['-O2', '-mcpu=cortex-m4', '-mthumb', '-mfloat-abi=hard', '-mfpu=fpv4-sp-d16', '-nostdlib'];
const ARM_MEMORY = { FLASH_ORIGIN: '0', FLASH_BYTES: '0x400000', RAM_ORIGIN: '0x20000000', RAM_BYTES: '0x400000' };
const SANITIZERS = ['-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];

/** Builds the real firmware around the fake model (tests/firmware/fake-model); returns the path of the program. */
export function buildFake(dir: string, firmware: FakeFirmware): string {
  const root = join(packageRoot(), 'firmware');
  const arm = firmware.target !== 'host';
  const folders = ['app', 'protocol', ...(arm ? ['hal/freestanding', 'hal/mps2'] : ['hal/host'])];
  const sources = folders.flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.c'))
      .map((name) => join(root, folder, name)),
  );
  const memory = Object.entries({ ...ARM_MEMORY, STACK_BYTES: '0x2000' });
  const machine = arm
    ? [...ARM, '-T', join(root, 'hal/mps2/mps2.ld'), ...memory.map(([k, v]) => `-Wl,--defsym=GRAPES_${k}=${v}`)]
    : ['-O1', ...(firmware.sanitized === true ? SANITIZERS : [])];
  const includes = [join(packageRoot(), 'tests/firmware/fake-model'), root].concat(
    ['core', 'protocol', 'hal', ...(arm ? ['hal/freestanding/include'] : [])].map((folder) => join(root, folder)),
  );
  const defines = [
    `GRAPES_BOARD_ID="${firmware.target}"`,
    'GRAPES_FIRMWARE_VERSION="1.2.3"',
    `FAKE_INPUT_BYTES=${firmware.inputBytes ?? 48}`,
    `FAKE_LEARNS=${firmware.learns === false ? 0 : 1}`,
    ...(firmware.defines ?? []),
  ];
  const program = join(dir, `${firmware.target}.elf`);
  execFileSync(arm ? 'arm-none-eabi-gcc' : 'cc', [
    '-std=gnu99',
    ...['-Wall', '-Wextra', '-Wconversion', '-Werror', '-ffp-contract=off', '-ffunction-sections', '-fdata-sections'],
    ...machine,
    ...includes.map((include) => `-I${include}`),
    ...defines.map((define) => `-D${define}`),
    ...sources,
    ...(arm ? ['-Wl,--gc-sections', '-lgcc'] : []),
    '-o',
    program,
  ]);
  return program;
}

/** What the fake model computes, for comparison. */
export class FakeModel {
  private weights = Float32Array.from({ length: 300 }, (_, i) => i);
  private steps = 0;

  static infer(input: Int8Array): Int8Array {
    const middle = FakeModel.middle(input);
    return Int8Array.from({ length: 4 }, (_, i) => middle[2 * i] ^ middle[2 * i + 1]);
  }

  static middle(input: Int8Array): Int8Array {
    const sums = new Int8Array(8);
    input.forEach((value, i) => (sums[i % 8] += value));
    return sums;
  }

  predict(input: Int8Array): number {
    return ((input[0] & 0xff) + this.steps) % 4;
  }

  learn(input: Int8Array, label: number): { classIndex: number; loss: number; hash: number } {
    const classIndex = this.predict(input);
    this.weights = this.weights.map((w, i) => w * 0.5 + (input[i % input.length] + label));
    this.steps++;
    return { classIndex, loss: this.weights[0], hash: this.hash() };
  }

  hash(): number {
    let hash = 2166136261;
    for (const word of new Uint32Array(this.weights.buffer)) hash = Math.imul(hash ^ word, 16777619) >>> 0;
    return hash;
  }

  state(): Uint8Array {
    return new Uint8Array(this.weights.buffer.slice(0));
  }
}
