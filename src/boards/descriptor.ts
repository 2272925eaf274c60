import type { KernelSet } from '../ir/c-sources.js';

/** The instruction set family a chip's core belongs to; benchmarks and kernels name cores the same way. */
export type Core =
  'host' | 'cortex-m0' | 'cortex-m3' | 'cortex-m4' | 'cortex-m7' | 'cortex-m33' | 'cortex-m55' | 'rv32' | 'avr';

/**
 * `flash`: holds code and constants, its content is what gets programmed. `ram`: data, bss, stack.
 * `persistent`: survives a restart and is written by the firmware itself (journal, update slots).
 */
export type MemoryKind = 'flash' | 'ram' | 'persistent';

export interface MemoryRegion {
  /** Lower case; the linker sees it as GRAPES_<NAME>_ORIGIN and GRAPES_<NAME>_BYTES. */
  readonly name: string;
  readonly kind: MemoryKind;
  /** First byte. Written "0x..." in the descriptor. */
  readonly address: number;
  readonly bytes: number;
  /** Smallest unit that can be erased; null for memory that is simply written. */
  readonly eraseBytes: number | null;
}

/** What a part of the flash is reserved for. Slots A and B each hold code and model. */
export type FlashUse = 'boot' | 'state' | 'slot-a' | 'slot-b' | 'journal';

export interface FlashPart {
  readonly use: FlashUse;
  /** Name of the memory region it lies in. */
  readonly region: string;
  /** From the start of the region. */
  readonly offset: number;
  readonly bytes: number;
}

export interface CompilerSpec {
  /** Program name, looked up in PATH. */
  readonly command: string;
  /** Arguments that make it print its version on the first line. */
  readonly versionArgs: readonly string[];
  /** Debian packages that provide it, for the remedy in messages. */
  readonly aptPackages: readonly string[];
  /** Machine and optimisation flags; language and warning flags are the build's own. */
  readonly flags: readonly string[];
  readonly linkFlags: readonly string[];
  /** Libraries, after all objects on the link line. */
  readonly libraries: readonly string[];
}

/** Silicon (or what stands for it): everything that does not change with the circuit board around it. */
export interface Chip {
  readonly id: string;
  readonly name: string;
  readonly core: Core;
  readonly isa: {
    readonly fpu: 'none' | 'single' | 'double';
    readonly dsp: boolean;
    /** Helium vectors of Armv8.1-M; absent means false. */
    readonly mve?: boolean;
  };
  /** The kernel set that the exporter chooses for this chip. */
  readonly kernels: KernelSet;
  /** Empty for a process on this computer. */
  readonly memory: readonly MemoryRegion[];
  readonly flashLayout: readonly FlashPart[] | null;
  readonly compiler: CompilerSpec;
  /** File name under firmware/hal/<halFamily>/; null where the compiler's own default serves. */
  readonly linkerScript: string | null;
  /** Folder under firmware/hal/. */
  readonly halFamily: string;
  /** Macros with which the HAL family is compiled for this chip: register addresses, interrupt numbers. */
  readonly halDefines: Readonly<Record<string, string>>;
  /** RAM kept free for the stack; null where the operating system provides it. */
  readonly stackReserveBytes: number | null;
}

/**
 * How device ticks become instructions under an emulator: it runs with `args`, and then
 * instructions = ticks * 1e9 / (ticksPerSecond * nanosecondsPerInstruction).
 */
export interface InstructionCounting {
  readonly args: readonly string[];
  readonly ticksPerSecond: number;
  readonly nanosecondsPerInstruction: number;
}

export interface EmulatorSpec {
  /** Program; `{elf}` stands for the linked firmware, in `args` too. */
  readonly command: string;
  readonly args: readonly string[];
  /** Regular expression over its output lines; group 1 is the path of the serial port to open. */
  readonly portPattern: string;
  /** Debian packages that provide it; empty when the firmware itself is the process. */
  readonly aptPackages: readonly string[];
  readonly instructionCounting: InstructionCounting | null;
  /** How long the port line may take to appear. */
  readonly startTimeoutMs: number;
}

/** Ways to get a firmware onto a board; each has a file in src/flash/methods. */
export type FlashMethod = 'emulator';

/** A board with its chip resolved. Behaviour is chosen by these fields, never by `id`. */
export interface Board {
  readonly schemaVersion: 1;
  /** File name without `.json`; the firmware reports it in HELLO. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly chip: Chip;
  /** Core clock; null where it is not known (a process). */
  readonly clockHz: number | null;
  readonly serial: { readonly baud: number };
  readonly flashMethods: readonly FlashMethod[];
  readonly emulator: EmulatorSpec | null;
  /** Where the board is documented, for people. */
  readonly documentation: string;
}

/**
 * What a firmware for the board runs on: `process`: this computer, as the firmware's own program; `emulator`: a program that
 * plays the board; `hardware`: neither is described, so it waits on a port.
 */
export type BoardKind = 'process' | 'emulator' | 'hardware';

export function boardKind({ emulator }: Pick<Board, 'emulator'>): BoardKind {
  if (emulator === null) return 'hardware';
  return emulator.command === '{elf}' ? 'process' : 'emulator';
}

/** `bytes` summed over the chip's regions of one kind. */
export function memoryBytes(chip: Chip, kind: MemoryKind): number {
  return chip.memory.reduce((sum, region) => (region.kind === kind ? sum + region.bytes : sum), 0);
}
