/*
 * A firmware that is not grapes-mcu's: no protocol, no HAL, only the generated network. It reads a sensor, says what it
 * sees, and learns from what the user answers. On a microcontroller replace sensor.c and printf.
 */
#include <stdio.h>

#include "digits.h"
#include "sensor.h"

#define ROUNDS 10
#define PICTURES 100

static int8_t arena[DIGITS_ARENA_BYTES];
static digits_learn_state learning;
static uint8_t pixels[SENSOR_HEIGHT * SENSOR_WIDTH];

typedef char check_size[DIGITS_INPUT_BYTES == SENSOR_HEIGHT * SENSOR_WIDTH ? 1 : -1];

/* Brightness as the network was trained on it, 0 to 1, in the input's scale and zero point. */
static void load_sample(void) {
  for (uint16_t i = 0; i < DIGITS_INPUT_BYTES; i++) {
    const float q = (float)pixels[i] / 255.0f / DIGITS_INPUT_SCALE + (float)DIGITS_INPUT_ZERO_POINT + 0.5f;
    const int32_t rounded = (int32_t)(q + 512.0f) - 512;
    arena[DIGITS_INPUT_OFFSET + i] = (int8_t)(rounded < -128 ? -128 : rounded > 127 ? 127 : rounded);
  }
}

/* The class with the largest logit, by the int8 network as it was exported. */
static uint16_t classify(void) {
  const int8_t *logits = arena + DIGITS_OUTPUT_OFFSET;
  uint16_t best = 0;
  load_sample();
  digits_infer(arena);
  for (uint16_t c = 1; c < DIGITS_CLASS_COUNT; c++) {
    if (logits[c] > logits[best]) best = c;
  }
  return best;
}

int main(void) {
  digits_learn_reset(&learning);
  printf("round  exported  learned  mean loss\n");
  for (int round = 1; round <= ROUNDS; round++) {
    int exported = 0, learned = 0;
    float loss = 0.0f;
    for (int n = 0; n < PICTURES; n++) {
      sensor_read(pixels);
      const uint16_t label = sensor_label();
      exported += classify() == label;
      load_sample(); /* inference uses the input's place for other tensors */
      learned += digits_predict(&learning, arena) == label;
      load_sample();
      loss += digits_learn_step(&learning, arena, label);
    }
    printf("%5d  %6d %%  %5d %%  %9.3f\n", round, exported, learned, (double)(loss / PICTURES));
  }
  return 0;
}
