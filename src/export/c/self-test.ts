import { runInt8 } from '../../ir/interpret.js';
import { LearnReference } from '../../ir/learn/f32.js';
import { hashWords } from '../../ir/learn/state-hash.js';
import type { LearnSpec } from '../../ir/learn-spec.js';
import { bytesOf, type Integers } from '../../ir/tensor.js';
import { constantDefinition } from './format.js';
import { arenaDeclaration, banner, type CModel } from './model.js';
import { outputMeaning } from './output-meaning.js';

export interface SelfTestSamples {
  readonly inputs: readonly Integers[];
  /** One class index per input; used by learning. */
  readonly labels: readonly number[];
}

/** How often the learning part of the test walks through the samples. */
const ROUNDS = 3;

/** `<name>_selftest.c`: samples with what the reference computes for them, and a main that compares. */
export function emitSelfTest(model: CModel, samples: SelfTestSamples): string {
  const { graph, prefix, macro, learn } = model;
  const count = samples.inputs.length;
  const outputs = samples.inputs.map((input) => runInt8(graph, input).output);
  const array = (name: string, comment: string, values: readonly number[]): string =>
    `static ${constantDefinition('test', {
      name,
      element: 'int8_t',
      role: 'table',
      values,
      wordAligned: false,
      comment,
    })
      .replace(/^(\/\*.*\*\/)\nconst/, '$1\nstatic const')
      .replace(' GRAPES_FLASH', '')}`.replace(/^static \/\*/, '/*');
  return [
    banner(model, `Self-test of "${graph.name}" for the host: ${count} samples with known results.`),
    '#include <stdio.h>',
    '#include <string.h>',
    '',
    `#include "${prefix}.h"`,
    '',
    `#define SAMPLES ${count}`,
    '',
    array(
      'inputs',
      'samples, one after the other',
      samples.inputs.flatMap((s) => [...bytesOf(s)]),
    ),
    '',
    array(
      'outputs',
      `${outputMeaning(graph).noun} of the integer network`,
      outputs.flatMap((s) => [...bytesOf(s)]),
    ),
    '',
    arenaDeclaration(model),
    '',
    'static void load(int sample) {',
    `  memcpy(arena + ${macro}_INPUT_OFFSET, test_inputs + sample * ${macro}_INPUT_BYTES, ${macro}_INPUT_BYTES);`,
    '}',
    '',
    'static int check_inference(void) {',
    '  int wrong = 0;',
    '  for (int sample = 0; sample < SAMPLES; sample++) {',
    '    load(sample);',
    `    ${prefix}_infer(arena);`,
    `    wrong += memcmp(arena + ${macro}_OUTPUT_OFFSET, test_outputs + sample * ${macro}_OUTPUT_BYTES, ${macro}_OUTPUT_BYTES) != 0;`,
    '  }',
    '  printf("inference: %d of %d samples differ\\n", wrong, SAMPLES);',
    '  return wrong;',
    '}',
    '',
    ...(learn === null ? [] : learnTest(model, samples)),
    'int main(void) {',
    `  const int wrong = check_inference()${learn === null ? '' : ' + check_learning()'};`,
    '  printf("%s\\n", wrong == 0 ? "PASS" : "FAIL");',
    '  return wrong != 0;',
    '}',
    '',
  ].join('\n');
}

/** What learning leaves behind: the state's hash, and a hash over every step's loss and prediction. */
function learnReference(model: CModel, learn: LearnSpec, samples: SelfTestSamples) {
  const reference = new LearnReference(model.graph, learn);
  const steps = samples.inputs.length * ROUNDS;
  const words = new Uint32Array(2 * steps);
  const losses = new Float32Array(words.buffer);
  for (let step = 0; step < steps; step++) {
    const sample = step % samples.inputs.length;
    const { loss, classIndex } = reference.step(samples.inputs[sample], samples.labels[sample]);
    losses[2 * step] = loss;
    words[2 * step + 1] = classIndex;
  }
  return { steps, state: reference.hash(), trace: hashWords(words) };
}

function learnTest(model: CModel, samples: SelfTestSamples): string[] {
  const { prefix, macro, learn } = model;
  if (learn === null) return [];
  const { steps, state, trace } = learnReference(model, learn, samples);
  return [
    `static const uint16_t test_labels[SAMPLES] = {${samples.labels.join(', ')}};`,
    '',
    `static ${prefix}_learn_state state;`,
    '',
    'static uint32_t hash_word(uint32_t hash, const void *bytes) {',
    '  uint32_t word;',
    '  memcpy(&word, bytes, sizeof word);',
    '  return (hash ^ word) * 16777619u;',
    '}',
    '',
    `/* ${steps} steps: loss and prediction of each, then weights, biases and node sums, against the reference's hashes. */`,
    'static int check_learning(void) {',
    '  uint32_t state_hash = 2166136261u, trace_hash = 2166136261u;',
    `  ${prefix}_learn_reset(&state);`,
    `  for (int step = 0; step < ${steps}; step++) {`,
    '    uint16_t predicted;',
    '    load(step % SAMPLES);',
    `    const float loss = ${prefix}_learn_step_predicting(&state, arena, test_labels[step % SAMPLES], &predicted);`,
    '    const uint32_t prediction = predicted;',
    '    trace_hash = hash_word(hash_word(trace_hash, &loss), &prediction);',
    '  }',
    `  for (uint32_t at = 0; at < ${macro}_LEARN_STATE_BYTES; at += 4) {`,
    '    state_hash = hash_word(state_hash, (const char *)&state + at);',
    '  }',
    `  const int wrong = (state_hash != ${state}u) + (trace_hash != ${trace}u);`,
    `  printf("learning: weights %s and losses %s after ${steps} steps\\n", state_hash == ${state}u ? "agree" : "differ",`,
    `         trace_hash == ${trace}u ? "agree" : "differ");`,
    '  return wrong;',
    '}',
    '',
  ];
}
