import { commentText, floatLiteral } from '../format.js';
import { arenaAt, banner, placement, type CModel } from '../model.js';
import { planLearnScratch, type LearnScratch } from '../../plan/learn.js';
import { trainedPart } from '../../../ir/learn/trained-layers.js';
import { trainedLayers, type CTrainedLayer } from './layers.js';

/** What the emitters of the routine's parts share. */
interface Routine {
  readonly model: CModel;
  readonly layers: readonly CTrainedLayer[];
  readonly scratch: LearnScratch;
  readonly border: { readonly at: string; readonly ops: number };
}

/** `<name>_learn.c`: reset, one step of learning, and prediction with what was learned. */
export function emitLearning(model: CModel): string {
  const routine = prepare(model);
  const { prefix } = model;
  const kernels = [...new Set(routine.layers.map((l) => l.kernelHeader))].sort();
  return [
    banner(model, `On-device learning of "${model.graph.name}": ${describe(model)}.`),
    `#include "${prefix}.h"`,
    '',
    `#include "${prefix}_data.h"`,
    ...kernels.map((k) => `#include "grapes/${k}"`),
    '#include "grapes/learn/grapes_dense_f32.h"',
    '#include "grapes/learn/grapes_factor_f32.h"',
    '#include "grapes/learn/grapes_softmax_f32.h"',
    '',
    ...parameters(model),
    ...layoutCheck(routine),
    ...scratchMacros(routine),
    '',
    ...emitReset(routine),
    '',
    ...emitForward(routine),
    '',
    ...emitBackward(routine),
    '',
    ...emitEntryPoints(routine),
    '',
  ].join('\n');
}

function prepare(model: CModel): Routine {
  const { graph, learn } = model;
  const layers = trainedLayers(model);
  const part = trainedPart(graph, learn ?? { layers: 'all' });
  return {
    model,
    layers,
    scratch: planLearnScratch(layers),
    border: { at: arenaAt(placement(model, part.border).offset), ops: part.frozenOps },
  };
}

function describe(model: CModel): string {
  const grapes = model.learn?.grapes;
  return grapes === 'off' ? 'plain SGD in float32' : `SGD in float32 with ${grapes} GRAPES factors`;
}

function parameters({ graph, learn }: CModel): string[] {
  const part = trainedPart(graph, learn ?? { layers: 'all' });
  const { name, quant } = graph.tensors[part.border];
  const zeroPoint = quant?.zeroPoint[0] ?? 0;
  return [
    `#define LEARNING_RATE ${floatLiteral(Math.fround(learn?.learningRate ?? 0))}`,
    `/* Where int8 ends and float32 begins, tensor "${commentText(name)}": real = scale * (int8 - zero point). */`,
    `#define BORDER_SCALE ${floatLiteral(quant?.scale[0] ?? 1)}`,
    `#define BORDER_ZERO_POINT ${zeroPoint < 0 ? `(${zeroPoint})` : zeroPoint}`,
    '',
  ];
}

/** The binding promises that the compared bytes are the first ones and that nothing is padded. */
function layoutCheck({ model }: Routine): string[] {
  const { prefix, macro } = model;
  return [
    '/* Fails to compile if the compiler lays the state out otherwise than planned. */',
    `typedef char ${prefix}_check_state[offsetof(${prefix}_learn_state, step) == ${macro}_LEARN_STATE_BYTES &&`,
    `                                 sizeof(${prefix}_learn_state) == ${macro}_LEARN_RAM_BYTES`,
    '                                     ? 1',
    '                                     : -1];',
    '',
  ];
}

/** Names for the places in the scratch array; buffers that never live together share them. */
function scratchMacros({ layers, scratch }: Routine): string[] {
  const define = (name: string, offset: number): string => `#define ${name} (state->scratch + ${offset})`;
  return [
    '/* The working buffers of a step; those that never live at the same time share their place. */',
    define('TILE_UP', scratch.forwardTile),
    define('TILE_DOWN', scratch.backwardTile),
    ...layers.flatMap((l, k) => [
      define(`${l.symbol.toUpperCase()}_OUT`, scratch.activations[k]),
      define(`${l.symbol.toUpperCase()}_DELTA`, l.hidden ? scratch.deltas[k] : scratch.activations[k]),
    ]),
  ];
}

function emitReset({ model, layers }: Routine): string[] {
  const { prefix } = model;
  const body = layers.flatMap((l) => {
    const weight = `${l.weightFunction}(${prefix}_${l.symbol}_weights, ${l.inputs}, ${l.outputs}, o, i)`;
    return [
      `  for (uint16_t o = 0; o < ${l.outputs}; o++) {`,
      `    const float scale = grapes_ld_f32(${prefix}_${l.symbol}_weight_scale + o);`,
      `    float *row = state->${l.symbol}_weights + (uint32_t)o * ${l.inputs};`,
      `    for (uint16_t i = 0; i < ${l.inputs}; i++) {`,
      `      row[i] = scale * (float)${weight};`,
      '    }',
      ...(l.hasBias ? [`    state->${l.symbol}_bias[o] = grapes_ld_f32(${prefix}_${l.symbol}_bias_start + o);`] : []),
      '  }',
      ...(l.hasSums
        ? [`  grapes_node_sums_f32(state->${l.symbol}_weights, ${l.inputs}, ${l.outputs}, state->${l.symbol}_sums);`]
        : []),
    ];
  });
  return [`void ${prefix}_learn_reset(${prefix}_learn_state *state) {`, ...body, '  state->step = 0;', '}'];
}

/** A loop over the tiles of the border, or one straight block where the border is a single tile. */
function overTiles(
  { scratch, border, layers }: Routine,
  tile: string,
  work: (first: string, count: string) => string,
): string[] {
  const { inputs } = layers[0];
  const { tileLength } = scratch;
  const dequantize = (from: string, count: string): string =>
    `grapes_dequantize_f32(${from}, ${count}, BORDER_SCALE, BORDER_ZERO_POINT, ${tile});`;
  if (tileLength >= inputs) {
    return [`  ${dequantize(border.at, String(inputs))}`, `  ${work('', String(inputs))}`];
  }
  const rest = inputs % tileLength;
  const count = rest === 0 ? String(tileLength) : 'count';
  return [
    `  for (uint16_t first = 0; first < ${inputs}; first = (uint16_t)(first + ${tileLength})) {`,
    ...(rest === 0
      ? []
      : [`    const uint16_t count = first + ${tileLength}u <= ${inputs}u ? ${tileLength} : ${rest};`]),
    `    ${dequantize(`${border.at} + first`, count)}`,
    `    ${work(' + first', count)}`,
    '  }',
  ];
}

function emitForward(routine: Routine): string[] {
  const { model, layers, border } = routine;
  const { prefix } = model;
  const body = layers.flatMap((l, k) => {
    const out = `${l.symbol.toUpperCase()}_OUT`;
    const weights = `state->${l.symbol}_weights`;
    const forward = (first: string, x: string, count: string): string =>
      `grapes_dense_forward_f32(${weights}${first}, ${l.inputs}, ${l.outputs}, ${x}, ${count}, ${out});`;
    return [
      '',
      `  /* ${l.op.name}: ${l.inputs} -> ${l.outputs}${l.activation === 'none' ? '' : `, ${l.activation}`} */`,
      `  grapes_dense_start_f32(${l.hasBias ? `state->${l.symbol}_bias` : 'NULL'}, ${out}, ${l.outputs});`,
      ...(k === 0
        ? overTiles(routine, 'TILE_UP', (first, count) => forward(first, 'TILE_UP', count))
        : [`  ${forward('', `${layers[k - 1].symbol.toUpperCase()}_OUT`, String(l.inputs))}`]),
      ...(l.activation === 'none' ? [] : [`  grapes_${l.activation}_f32(${out}, ${l.outputs});`]),
    ];
  });
  const what =
    border.ops === 0
      ? 'The whole network in float32 on the int8 sample.'
      : `The first ${border.ops} ops as the int8 network, the trained layers in float32.`;
  return [
    `/* ${what} Leaves the logits in ${layers[layers.length - 1].symbol.toUpperCase()}_OUT. */`,
    `static void forward(${prefix}_learn_state *state, int8_t *arena) {`,
    ...(border.ops === 0 ? [] : [`  ${prefix}_infer_ops(arena, ${border.ops});`]),
    ...(border.ops === 0 ? body.slice(1) : body),
    '}',
  ];
}

function emitBackward(routine: Routine): string[] {
  const { model, layers } = routine;
  const { prefix, learn } = model;
  const withSums = layers.filter((l) => l.hasSums);
  const local = learn?.grapes === 'local';
  const scaleOf = (l: CTrainedLayer): string => `${l.symbol}_scale`;
  const refresh = withSums.flatMap((l) => {
    const args = `state->${l.symbol}_weights, ${l.inputs}`;
    const sums = `state->${l.symbol}_sums`;
    return [
      learn?.nodeSums === 'round-robin'
        ? `  grapes_node_sum_f32(${args}, state->step % ${l.outputs}u, ${sums});`
        : `  grapes_node_sums_f32(${args}, ${l.outputs}, ${sums});`,
      `  const float ${scaleOf(l)} = grapes_factor_scale_f32(${sums}, ${l.outputs});`,
    ];
  });
  const body: string[] = [];
  for (let k = layers.length - 1; k > 0; k--) {
    const l = layers[k];
    const below = layers[k - 1];
    const belowName = below.symbol.toUpperCase();
    const modulation = local && l.hasSums ? `state->${l.symbol}_sums, ${scaleOf(l)}` : 'NULL, 0.0f';
    body.push(
      '',
      `  /* ${l.op.name}: its update, and the error of ${below.op.name} */`,
      `  grapes_dense_backward_f32(state->${l.symbol}_weights, ${l.inputs}, ${l.outputs}, ${belowName}_OUT, ${l.symbol.toUpperCase()}_DELTA,`,
      `                            ${l.hasBias ? `state->${l.symbol}_bias` : 'NULL'}, LEARNING_RATE, ${modulation}, ${belowName}_DELTA);`,
    );
    if (below.activation !== 'none') {
      body.push(`  grapes_${below.activation}_backward_f32(${belowName}_OUT, ${belowName}_DELTA, ${below.outputs});`);
    }
    // Locally, the factor of the lowest layer can act on its error in place: nothing travels further down.
    if (below.hasSums && (!local || k === 1)) {
      body.push(
        `  grapes_modulate_f32(${belowName}_DELTA, state->${below.symbol}_sums, ${scaleOf(below)}, ${below.outputs});`,
      );
    }
  }
  const first = layers[0];
  const delta = `${first.symbol.toUpperCase()}_DELTA`;
  body.push(
    '',
    `  /* ${first.op.name}: its update; nothing below it learns */`,
    ...(first.hasBias
      ? [`  grapes_bias_update_f32(state->${first.symbol}_bias, ${delta}, LEARNING_RATE, ${first.outputs});`]
      : []),
    ...overTiles(
      routine,
      'TILE_DOWN',
      (at, count) =>
        `grapes_dense_update_f32(state->${first.symbol}_weights${at}, ${first.inputs}, ${first.outputs}, TILE_DOWN, ${count}, ${delta}, LEARNING_RATE);`,
    ),
  );
  return [
    `/* Backward and update in one pass over the weights, from the errors in ${layers[layers.length - 1].symbol.toUpperCase()}_DELTA down. */`,
    `static void backward(${prefix}_learn_state *state, const int8_t *arena) {`,
    ...(refresh.length > 0 ? ['  /* responsibilities of the nodes, and 2 / the largest */', ...refresh] : []),
    ...(refresh.length > 0 ? body : body.slice(1)),
    '}',
  ];
}

function emitEntryPoints({ model, layers }: Routine): string[] {
  const { prefix, macro } = model;
  const logits = `${layers[layers.length - 1].symbol.toUpperCase()}_OUT`;
  return [
    `float ${prefix}_learn_step_predicting(${prefix}_learn_state *state, int8_t *arena, uint16_t label,`,
    `${' '.repeat(`float ${prefix}_learn_step_predicting(`.length)}uint16_t *predicted) {`,
    `  if (label >= ${macro}_CLASS_COUNT) return -1.0f;`,
    '  forward(state, arena);',
    `  *predicted = grapes_argmax_f32(${logits}, ${macro}_CLASS_COUNT);`,
    `  const float loss = grapes_softmax_delta_f32(${logits}, ${macro}_CLASS_COUNT, label);`,
    '  backward(state, arena);',
    '  state->step++;',
    '  return loss;',
    '}',
    '',
    `float ${prefix}_learn_step(${prefix}_learn_state *state, int8_t *arena, uint16_t label) {`,
    '  uint16_t predicted;',
    `  return ${prefix}_learn_step_predicting(state, arena, label, &predicted);`,
    '}',
    '',
    `uint16_t ${prefix}_predict(${prefix}_learn_state *state, int8_t *arena) {`,
    '  forward(state, arena);',
    `  return grapes_argmax_f32(${logits}, ${macro}_CLASS_COUNT);`,
    '}',
  ];
}
