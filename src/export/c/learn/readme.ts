import type { CModel } from '../model.js';

/** The README's section on learning; empty for a model that does not learn. */
export function learnArguments(model: CModel): string {
  const { prefix, macro, learn, plan } = model;
  if (learn === null || plan.learn === null) return '';
  const grapes =
    learn.grapes === 'off'
      ? 'without GRAPES factors'
      : `with GRAPES factors (${learn.grapes}; node sums refreshed ${learn.nodeSums === 'round-robin' ? 'one row of each layer a step' : 'in full at every step'})`;
  return `
## Learn

    static ${prefix}_learn_state state;

    ${prefix}_learn_reset(&state);                       /* once: start from the exported weights */
    float loss = ${prefix}_learn_step(&state, arena, label); /* with a sample in the arena, label < ${macro}_CLASS_COUNT */
    uint16_t class_index = ${prefix}_predict(&state, arena);

One call is one step of stochastic gradient descent, batch 1, softmax cross-entropy, learning rate ${learn.learningRate},
${grapes}.
Trained: ${plan.learn.trainedOps.join(', ')}. Their weights live in the state as float32 and change; \`${prefix}_infer\` keeps
using the exported int8 weights, \`${prefix}_predict\` uses what was learned.
`;
}
