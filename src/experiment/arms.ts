import type { Arm } from './experiment.js';

/** Every experiment compares at least these three: plain, GRAPES, and the control without node responsibility. */
export const PLAIN: Arm = { id: 'plain', label: 'plain', mode: 'off', factor: 'per-node' };
export const GRAPES: Arm = { id: 'grapes', label: 'GRAPES', mode: 'propagating', factor: 'per-node' };
export const LAYER_MEAN: Arm = { id: 'layer-mean', label: 'layer mean', mode: 'propagating', factor: 'layer-mean' };

export const LOCAL: Arm = { id: 'local', label: 'GRAPES local', mode: 'local', factor: 'per-node' };
/** Every factor is 2. */
export const CONSTANT: Arm = { id: 'constant', label: 'constant 2', mode: 'propagating', factor: 'constant' };

/** m ∝ 1 / (incoming sum · outgoing sum), with mean 1: plain descent is its layer-mean control. */
export const INVERSE_IN_OUT: Arm = { ...PLAIN, id: 'inverse', label: '1 / (in · out)', nodeRule: 'inverse-in-out' };
/** The same factors, dealt to the wrong nodes. */
export const INVERSE_SHUFFLED: Arm = {
  ...PLAIN,
  id: 'inverse-shuffled',
  label: '1 / (in · out), shuffled',
  nodeRule: 'inverse-in-out-shuffled',
};

export const BASIC_ARMS: readonly Arm[] = [PLAIN, GRAPES, LAYER_MEAN];
