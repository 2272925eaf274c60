import type { CSources } from '../../ir/c-sources.js';

/** A sketch that shows every call: a sample into the arena, inference, and a learning step where the model learns. */
export function exampleSketch({ name, learns }: CSources): string {
  const macro = name.toUpperCase();
  const state = learns ? `static ${name}_learn_state state;\n` : '';
  const setup = learns ? `  ${name}_learn_reset(&state); // once: learning starts from the exported weights\n` : '';
  const learning = learns
    ? `
  // Where the right answer is known, the network can learn from it. The sample goes in again first: inference has used
  // its place. 'l' on the serial line stands for whatever tells your device the answer.
  if (Serial.read() == 'l') {
    readSensor(arena + ${macro}_INPUT_OFFSET);
    const float loss = ${name}_learn_step(&state, arena, 0);
    Serial.print("loss ");
    Serial.println(loss);
  }
`
    : '';
  return `// How to use the network ${name}: replace readSensor() by your own.
#include <${name}.h>

static int8_t arena[${macro}_ARENA_BYTES];
${state}
// Real values become int8 by scale and zero point, rounded and kept inside [-128, 127].
static int8_t quantize(float value) {
  const float q = value / ${macro}_INPUT_SCALE + ${macro}_INPUT_ZERO_POINT;
  if (q <= -128.0f) return -128;
  if (q >= 127.0f) return 127;
  return (int8_t)(q < 0.0f ? q - 0.5f : q + 0.5f);
}

static void readSensor(int8_t *sample) {
  for (uint32_t i = 0; i < ${macro}_INPUT_BYTES; i++) sample[i] = quantize(analogRead(A0) / 1023.0f);
}

void setup() {
  Serial.begin(115200);
${setup}}

void loop() {
  readSensor(arena + ${macro}_INPUT_OFFSET);
  ${name}_infer(arena);
  const int8_t *output = arena + ${macro}_OUTPUT_OFFSET;
  for (uint32_t i = 0; i < ${macro}_OUTPUT_BYTES; i++) {
    Serial.print((output[i] - ${macro}_OUTPUT_ZERO_POINT) * ${macro}_OUTPUT_SCALE);
    Serial.print(' ');
  }
  Serial.println();
${learning}  delay(1000);
}
`;
}
