/**
 * The part of the WebAssembly API that the engine uses. TypeScript declares it only together with the browser's DOM,
 * which does not belong in a Node program.
 */
export interface WasmMemory {
  /** Shared between threads; a new object, of the new length, after the memory has grown. */
  readonly buffer: SharedArrayBuffer;
  grow(pages: number): number;
}

export interface WasmModule {
  readonly [Symbol.toStringTag]: string;
}

interface WasmApi {
  /** Sizes in pages of 64 KiB. */
  readonly Memory: new (descriptor: { initial: number; maximum: number; shared: true }) => WasmMemory;
  readonly Module: new (bytes: Uint8Array) => WasmModule;
  readonly Instance: new (module: WasmModule, imports: { env: { memory: WasmMemory } }) => { exports: unknown };
  validate(bytes: Uint8Array): boolean;
}

export const wasm = (globalThis as unknown as { WebAssembly: WasmApi }).WebAssembly;
