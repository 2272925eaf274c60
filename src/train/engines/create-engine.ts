import type { TrainOptions } from '../../ir/options.js';
import type { Engine } from '../engine.js';
import { WasmEngine } from './wasm/wasm-engine.js';

const ENGINES: Readonly<Record<TrainOptions['engine'], () => Engine>> = { wasm: () => new WasmEngine() };

export function createEngine(id: TrainOptions['engine']): Engine {
  return ENGINES[id]();
}
