import { plainRule } from '../layer-rule.js';
import type { RateCodeLayerSpec } from '../model-spec.js';
import { elementCount } from '../tensor.js';

/** Any input is read row by row as one vector of features. */
export const rateCodeRule = plainRule<RateCodeLayerSpec>((spec, inputs) => [spec.steps, elementCount(inputs[0])]);
