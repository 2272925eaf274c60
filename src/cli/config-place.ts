import type { ConfigPath } from '../config/problem.js';
import type { ProjectConfig } from '../config/project-config.js';
import type { ToolError } from '../errors/tool-error.js';
import { layerName } from '../ir/plan-network.js';

/** Where in grapes.yaml the cause of an error stands that a later stage found; null where it is not there. */
export function configPlace({ code, context }: ToolError, config: ProjectConfig): ConfigPath | null {
  if ('line' in context) return null;
  const layerAt = (place: number, key?: string): ConfigPath =>
    config.modelFile === null ? ['model', 'layers', place, ...(key === undefined ? [] : [key])] : ['model', 'from'];
  const layerNamed = (name: unknown): ConfigPath => {
    const place = config.model.layers.findIndex((_, i) => layerName(config.model, i) === name);
    return place < 0 ? ['model'] : layerAt(place);
  };
  switch (code) {
    case 'BOARD_UNKNOWN':
      return ['board'];
    case 'MODEL_INVALID':
      return typeof context['place'] === 'number' ? layerAt(context['place']) : layerNamed(context['layer']);
    case 'TRAIN_MODEL_MISMATCH':
      return layerAt(config.model.layers.length - 1, 'units' in context ? 'units' : undefined);
    case 'TRAIN_OPTION_UNSUPPORTED':
      return 'layer' in context ? ['train', 'grapes', 'variant'] : ['train'];
    case 'LEARN_UNSUPPORTED':
      return ['learn'];
    case 'LEARN_LAYERS_OUT_OF_RANGE':
      return ['learn', 'layers'];
    case 'QUANTIZE_UNSUPPORTED_OP':
      return layerNamed(context['op']);
    case 'QUANTIZE_UNKNOWN_LAYER':
      return ['quantize', 'layers', String(context['layer'])];
    default:
      return null;
  }
}
