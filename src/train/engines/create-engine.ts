import { ToolError } from '../../errors/tool-error.js';
import type { TrainOptions } from '../../ir/options.js';
import type { Engine } from '../engine.js';
import { WasmEngine } from './wasm/wasm-engine.js';

/** The engine that the options ask for, ready to build networks. */
export function createEngine(options: Pick<TrainOptions, 'engine' | 'threads' | 'fast'>): Promise<Engine> {
  switch (options.engine) {
    case 'wasm':
      return Promise.resolve(new WasmEngine(options));
    case 'tfjs':
      throw new ToolError('TRAIN_OPTION_UNSUPPORTED', 'The engine tfjs is not installed.', {
        context: { engine: options.engine },
      });
  }
}
