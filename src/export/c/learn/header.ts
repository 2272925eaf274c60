import type { CModel } from '../model.js';
import { trainedLayers } from './layers.js';

/** The state struct: what is compared with the host first, in the order of docs/numerics.md. */
export function learnStateFields(model: CModel): string[] {
  const { prefix, macro, plan } = model;
  const state = plan.learn;
  if (state === null) return [];
  return [
    '/* ---- learning ---- */',
    '',
    '/* Weights, biases and node sums: the first bytes of the state, and what host and device compare. */',
    `#define ${macro}_LEARN_STATE_BYTES ${state.stateBytes}`,
    '/* All RAM that learning needs beside the arena: the whole struct. */',
    `#define ${macro}_LEARN_RAM_BYTES ${state.ramBytes}`,
    '',
    'typedef struct {',
    ...trainedLayers(model).flatMap((l) => [
      `  float ${l.symbol}_weights[${l.outputs} * ${l.inputs}]; /* [outputs][inputs] */`,
      ...(l.hasBias ? [`  float ${l.symbol}_bias[${l.outputs}];`] : []),
      ...(l.hasSums ? [`  float ${l.symbol}_sums[${l.outputs}]; /* sum of |incoming weights| of each node */`] : []),
    ]),
    '  uint32_t step; /* learning steps since reset */',
    `  float scratch[${state.scratchBytes / 4}]; /* activations and errors of the running step, laid over each other */`,
    `} ${prefix}_learn_state;`,
    '',
  ];
}

export function learnHeaderApi(model: CModel): string[] {
  const { prefix, macro } = model;
  return [
    '/* Starts from the exported weights. Call it before anything else that takes a state. */',
    `void ${prefix}_learn_reset(${prefix}_learn_state *state);`,
    '',
    '/*',
    ' * One step of stochastic gradient descent on the sample in the arena, whose class is label. Returns the',
    ` * cross-entropy before the update, or -1 without doing anything if label is not below ${macro}_CLASS_COUNT.`,
    ' */',
    `float ${prefix}_learn_step(${prefix}_learn_state *state, int8_t *arena, uint16_t label);`,
    '',
    '/* The same, and tells which class the model took the sample for before the update. */',
    `float ${prefix}_learn_step_predicting(${prefix}_learn_state *state, int8_t *arena, uint16_t label,`,
    `${' '.repeat(`float ${prefix}_learn_step_predicting(`.length)}uint16_t *predicted);`,
    '',
    '/* Class of the sample in the arena with the weights learned so far. */',
    `uint16_t ${prefix}_predict(${prefix}_learn_state *state, int8_t *arena);`,
    '',
  ];
}
