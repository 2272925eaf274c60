import { hasNodeSums } from '../plan/learn.js';
import { trainedLayers } from './learn/layers.js';
import { wholeTensors } from '../../ir/memory-plan.js';
import { banner, placement, type CModel } from './model.js';

/** `grapes_binding.h`: the model under the generic names that the firmware application knows. */
export function emitBinding(model: CModel): string {
  const { graph, plan, prefix, macro, learn } = model;
  const input = placement(model, graph.input);
  const output = placement(model, graph.output);
  const digest = model.modelDigest.match(/../g)?.map((b) => `0x${b}`) ?? [];
  return [
    banner(model, `Binds "${graph.name}" to the firmware application.`),
    '#ifndef GRAPES_BINDING_H',
    '#define GRAPES_BINDING_H',
    '',
    `#include "${prefix}.h"`,
    ...(learn === null ? [] : ['#include "grapes/learn/grapes_factor_f32.h"']),
    '',
    `#define GRAPES_MODEL_NAME "${graph.name}"`,
    '#define GRAPES_MODEL_DIGEST_BYTES \\',
    `  {${digest.slice(0, 16).join(', ')}, \\`,
    `   ${digest.slice(16).join(', ')}}`,
    `#define GRAPES_ARENA_BYTES ${plan.arenaBytes}`,
    `#define GRAPES_INPUT_BYTES ${input.bytes}`,
    `#define GRAPES_INPUT_OFFSET ${input.offset}`,
    `#define GRAPES_OUTPUT_BYTES ${output.bytes}`,
    `#define GRAPES_OUTPUT_OFFSET ${output.offset}`,
    `#define GRAPES_OP_COUNT ${model.ops.length}`,
    '/* What a run of zeros in a coded sample stands for. */',
    `#define GRAPES_INPUT_ZERO_POINT ${macro}_INPUT_ZERO_POINT`,
    `#define GRAPES_TENSOR_COUNT ${graph.tensors.length}`,
    '',
    '/* Where a tensor of the graph lies in the arena: 0, or -1 if it is a constant, never whole or unknown. */',
    'static inline int grapes_model_tensor(uint16_t tensor_id, uint32_t *offset, uint32_t *bytes) {',
    '  switch (tensor_id) {',
    ...wholeTensors(plan).flatMap((t) => [
      `    case ${t.tensorId}: /* ${t.name} */`,
      `      *offset = ${t.offset};`,
      `      *bytes = ${t.bytes};`,
      '      return 0;',
    ]),
    '    default:',
    '      return -1;',
    '  }',
    '}',
    '',
    `static inline void grapes_model_infer(int8_t *arena) { ${prefix}_infer(arena); }`,
    '',
    'static inline void grapes_model_infer_ops(int8_t *arena, uint16_t op_count) {',
    `  ${prefix}_infer_ops(arena, op_count);`,
    '}',
    '',
    ...(learn === null ? ['#define GRAPES_LEARNS 0'] : learnBinding(model)),
    '',
    '#endif',
    '',
  ].join('\n');
}

function learnBinding(model: CModel): string[] {
  const { prefix, learn } = model;
  if (learn === null) return [];
  const factorLayers = trainedLayers(model).filter((l) => hasNodeSums(l, learn));
  return [
    '#define GRAPES_LEARNS 1',
    '/* Compared with the host: the first bytes of the state. */',
    `#define GRAPES_LEARN_STATE_BYTES ${model.macro}_LEARN_STATE_BYTES`,
    `#define GRAPES_FACTOR_LAYERS ${factorLayers.length}`,
    '',
    `typedef ${prefix}_learn_state grapes_learn_state;`,
    '',
    `static inline void grapes_model_learn_reset(grapes_learn_state *state) { ${prefix}_learn_reset(state); }`,
    '',
    'static inline float grapes_model_learn_step(grapes_learn_state *state, int8_t *arena, uint16_t label,',
    '                                            uint16_t *predicted) {',
    `  return ${prefix}_learn_step_predicting(state, arena, label, predicted);`,
    '}',
    '',
    'static inline uint16_t grapes_model_predict(grapes_learn_state *state, int8_t *arena) {',
    `  return ${prefix}_predict(state, arena);`,
    '}',
    '',
    '/* Spread of the modulation factors that the last step used. */',
    'static inline void grapes_model_factors(const grapes_learn_state *state, uint16_t layer, float *min, float *mean,',
    '                                        float *max) {',
    '  switch (layer) {',
    ...factorLayers.flatMap((l, index) => [
      `    case ${index}:`,
      `      grapes_factor_spread_f32(state->${l.symbol}_sums, ${l.outputs}, min, mean, max);`,
      '      break;',
    ]),
    '    default:',
    ...(factorLayers.length === 0 ? ['      (void)state;'] : []),
    '      *min = *mean = *max = 1.0f;',
    '  }',
    '}',
  ];
}
