import { runInt8 } from '../../ir/interpret.js';
import { LearnReference } from '../../ir/learn/f32.js';
import { constantDefinition } from './format.js';
import { banner, type CModel } from './model.js';

export interface SelfTestSamples {
  readonly inputs: readonly Int8Array[];
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
      samples.inputs.flatMap((s) => [...s]),
    ),
    '',
    array(
      'outputs',
      'logits of the int8 network',
      outputs.flatMap((s) => [...s]),
    ),
    '',
    `static int8_t arena[${macro}_ARENA_BYTES];`,
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

function learnTest(model: CModel, samples: SelfTestSamples): string[] {
  const { graph, prefix, macro, learn } = model;
  if (learn === null) return [];
  const reference = new LearnReference(graph, learn);
  const steps = samples.inputs.length * ROUNDS;
  for (let step = 0; step < steps; step++) {
    const sample = step % samples.inputs.length;
    reference.step(samples.inputs[sample], samples.labels[sample]);
  }
  return [
    `static const uint16_t test_labels[SAMPLES] = {${samples.labels.join(', ')}};`,
    '',
    `static ${prefix}_learn_state state;`,
    '',
    `/* Weights, biases and node sums after ${steps} steps, word by word, against the reference's hash of them. */`,
    'static int check_learning(void) {',
    '  uint32_t hash = 2166136261u;',
    `  ${prefix}_learn_reset(&state);`,
    `  for (int step = 0; step < ${steps}; step++) {`,
    '    load(step % SAMPLES);',
    `    (void)${prefix}_learn_step(&state, arena, test_labels[step % SAMPLES]);`,
    '  }',
    `  for (uint32_t at = 0; at < ${macro}_LEARN_STATE_BYTES; at += 4) {`,
    '    uint32_t word;',
    '    memcpy(&word, (const char *)&state + at, sizeof word);',
    '    hash = (hash ^ word) * 16777619u;',
    '  }',
    `  printf("learning: weights %s after ${steps} steps\\n", hash == ${reference.hash()}u ? "agree" : "differ");`,
    `  return hash != ${reference.hash()}u;`,
    '}',
    '',
  ];
}
