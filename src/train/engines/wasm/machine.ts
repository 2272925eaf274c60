import { instantiateKernels, type Kernels } from './kernels.js';
import { SOLO, type Team } from './team.js';
import { wasm, type WasmMemory } from './webassembly.js';

const PAGE_BYTES = 65536;
/** All that 32-bit addresses reach: 4 GiB. Memory that is not grown into costs nothing. */
const MAXIMUM_PAGES = 65536;
/** Arrays begin at multiples of this, so that no 16-byte vector load crosses a cache line. */
const ALIGN_BYTES = 64;

/** Numbers in the machine's memory. `values` is a live view; take it anew after allocating. */
export interface MachineArray<V extends Float32Array | Int32Array> {
  /** In bytes: what kernels take. */
  readonly address: number;
  readonly length: number;
  readonly values: V;
}

export type Floats = MachineArray<Float32Array>;
export type Ints = MachineArray<Int32Array>;

class WasmArray<V extends Float32Array | Int32Array> implements MachineArray<V> {
  private view: V | null = null;

  constructor(
    private readonly memory: WasmMemory,
    private readonly type: new (buffer: SharedArrayBuffer, address: number, length: number) => V,
    readonly address: number,
    readonly length: number,
  ) {}

  get values(): V {
    // Growing the memory leaves old views empty.
    const { buffer } = this.memory;
    if (this.view === null || this.view.buffer !== buffer) this.view = new this.type(buffer, this.address, this.length);
    return this.view;
  }
}

export interface MachineOptions {
  readonly team?: Team;
  /** Of another thread of the team, in which the same program has been laid out; absent: a new one. */
  readonly memory?: WasmMemory;
  readonly fast?: boolean;
}

/** Memory, kernels and the team of threads that share them. Arrays are allocated before the first step and live as long. */
export class Machine {
  readonly team: Team;
  readonly memory: WasmMemory;
  readonly kernels: Kernels;
  private next: number;

  constructor({ team = SOLO, memory, fast = false }: MachineOptions = {}) {
    this.team = team;
    this.memory = memory ?? new wasm.Memory({ initial: 1, maximum: MAXIMUM_PAGES, shared: true });
    this.kernels = instantiateKernels(this.memory, fast);
    this.next = this.kernels.heapBase();
    const scratchBytes = Math.ceil(this.kernels.scratchBytes() / ALIGN_BYTES) * ALIGN_BYTES;
    this.kernels.useScratch(this.reserve(team.size * scratchBytes) + team.member * scratchBytes);
  }

  floats(length: number): Floats {
    return new WasmArray(this.memory, Float32Array, this.reserve(4 * length), length);
  }

  ints(length: number): Ints {
    return new WasmArray(this.memory, Int32Array, this.reserve(4 * length), length);
  }

  private reserve(bytes: number): number {
    const address = Math.ceil(this.next / ALIGN_BYTES) * ALIGN_BYTES;
    this.next = address + bytes;
    const missing = this.next - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / PAGE_BYTES));
    return address;
  }
}
