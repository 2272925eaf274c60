import type { CSources } from '../../ir/c-sources.js';

/** A sketch that shows every call: a sample into the arena, inference, and a learning step where the model learns. */
export function exampleSketch({ name, learns, elements: { input, output } }: CSources): string {
  const macro = name.toUpperCase();
  const [lowest, highest] = input === 'int16_t' ? [-32768, 32767] : [-128, 127];
  const at = (element: string, place: string): string =>
    element === 'int8_t' ? `arena + ${place}` : `reinterpret_cast<${element} *>(arena + ${place})`;
  const count = (element: string, bytes: string): string => (element === 'int8_t' ? bytes : `${bytes} / 2`);
  const sample = at(input, `${macro}_INPUT_OFFSET`);
  const state = learns ? `static ${name}_learn_state state;\n` : '';
  const setup = learns ? `  ${name}_learn_reset(&state); // once: learning starts from the exported weights\n` : '';
  const learning = learns
    ? `
  // Where the right answer is known, the network can learn from it. The sample goes in again first: inference has used
  // its place. 'l' on the serial line stands for whatever tells your device the answer.
  if (Serial.read() == 'l') {
    readSensor(${sample});
    const float loss = ${name}_learn_step(&state, arena, 0);
    Serial.print("loss ");
    Serial.println(loss);
  }
`
    : '';
  return `// How to use the network ${name}: replace readSensor() by your own.
#include <${name}.h>

alignas(4) static int8_t arena[${macro}_ARENA_BYTES];
${state}
// Real values become ${input.replace('_t', '')} by scale and zero point, rounded and kept inside [${lowest}, ${highest}].
static ${input} quantize(float value) {
  const float q = value / ${macro}_INPUT_SCALE + ${macro}_INPUT_ZERO_POINT;
  if (q <= ${lowest}.0f) return ${lowest};
  if (q >= ${highest}.0f) return ${highest};
  return (${input})(q < 0.0f ? q - 0.5f : q + 0.5f);
}

static void readSensor(${input} *sample) {
  for (uint32_t i = 0; i < ${count(input, `${macro}_INPUT_BYTES`)}; i++) sample[i] = quantize(analogRead(A0) / 1023.0f);
}

void setup() {
  Serial.begin(115200);
${setup}}

void loop() {
  readSensor(${sample});
  ${name}_infer(arena);
  const ${output} *output = ${at(output, `${macro}_OUTPUT_OFFSET`)};
  for (uint32_t i = 0; i < ${count(output, `${macro}_OUTPUT_BYTES`)}; i++) {
    Serial.print((output[i] - ${macro}_OUTPUT_ZERO_POINT) * ${macro}_OUTPUT_SCALE);
    Serial.print(' ');
  }
  Serial.println();
${learning}  delay(1000);
}
`;
}
