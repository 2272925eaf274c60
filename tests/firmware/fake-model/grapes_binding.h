/*
 * A model that is no network: cheap to predict in a test, sensitive to every input byte and to the order and number
 * of learning steps. Stands where an export folder would.
 */
#ifndef GRAPES_BINDING_H
#define GRAPES_BINDING_H

#include <stdint.h>

#ifndef FAKE_INPUT_BYTES
#define FAKE_INPUT_BYTES 48
#endif
#ifndef FAKE_LEARNS
#define FAKE_LEARNS 1
#endif

#define FAKE_MIDDLE_BYTES 8
#define FAKE_OUTPUT_BYTES 4
#define FAKE_WEIGHTS 300

#define GRAPES_MODEL_NAME "fake"
#define GRAPES_MODEL_DIGEST_BYTES                                                                                  \
  {0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f,                 \
   0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe, 0xff}
#define GRAPES_ARENA_BYTES (FAKE_INPUT_BYTES + FAKE_MIDDLE_BYTES + FAKE_OUTPUT_BYTES)
#define GRAPES_INPUT_BYTES FAKE_INPUT_BYTES
#define GRAPES_INPUT_OFFSET 0
#define GRAPES_OUTPUT_BYTES FAKE_OUTPUT_BYTES
#define GRAPES_OUTPUT_OFFSET (FAKE_INPUT_BYTES + FAKE_MIDDLE_BYTES)
#define GRAPES_OP_COUNT 2
#define GRAPES_INPUT_ZERO_POINT (-128)
#define GRAPES_TENSOR_COUNT 3

/* An input that begins with these bytes restarts the device in the middle of its work, as a watchdog would. */
#define FAKE_RESTART_0 99
#define FAKE_RESTART_1 98
void hal_reset(void) __attribute__((noreturn));

static inline void fake_restart_if_asked(const int8_t *arena) {
  if (arena[0] == FAKE_RESTART_0 && arena[1] == FAKE_RESTART_1) hal_reset();
}

static inline int grapes_model_tensor(uint16_t tensor_id, uint32_t *offset, uint32_t *bytes) {
  static const uint32_t places[3][2] = {{0, FAKE_INPUT_BYTES},
                                        {FAKE_INPUT_BYTES, FAKE_MIDDLE_BYTES},
                                        {FAKE_INPUT_BYTES + FAKE_MIDDLE_BYTES, FAKE_OUTPUT_BYTES}};
  if (tensor_id >= GRAPES_TENSOR_COUNT) return -1;
  *offset = places[tensor_id][0];
  *bytes = places[tensor_id][1];
  return 0;
}

/* Op 0: eight interleaved sums modulo 256. Op 1: exclusive or of neighbours. */
static inline void grapes_model_infer_ops(int8_t *arena, uint16_t op_count) {
  int8_t *middle = arena + FAKE_INPUT_BYTES;
  int8_t *output = middle + FAKE_MIDDLE_BYTES;
  if (op_count > 0) {
    uint8_t sums[FAKE_MIDDLE_BYTES] = {0};
    for (uint16_t i = 0; i < FAKE_INPUT_BYTES; i++) {
      sums[i % FAKE_MIDDLE_BYTES] = (uint8_t)(sums[i % FAKE_MIDDLE_BYTES] + (uint8_t)arena[i]);
    }
    for (uint16_t i = 0; i < FAKE_MIDDLE_BYTES; i++) middle[i] = (int8_t)sums[i];
  }
  if (op_count > 1) {
    for (uint16_t i = 0; i < FAKE_OUTPUT_BYTES; i++) output[i] = (int8_t)(middle[2 * i] ^ middle[2 * i + 1]);
  }
}

static inline void grapes_model_infer(int8_t *arena) {
  fake_restart_if_asked(arena);
  grapes_model_infer_ops(arena, GRAPES_OP_COUNT);
}

#define GRAPES_LEARNS FAKE_LEARNS
#if FAKE_LEARNS

typedef struct {
  float weights[FAKE_WEIGHTS];
  uint32_t steps;
} grapes_learn_state;

#define GRAPES_LEARN_STATE_BYTES (4 * FAKE_WEIGHTS)
#define GRAPES_FACTOR_LAYERS 2

static inline void grapes_model_learn_reset(grapes_learn_state *state) {
  for (uint16_t i = 0; i < FAKE_WEIGHTS; i++) state->weights[i] = (float)i;
  state->steps = 0;
}

static inline uint16_t grapes_model_predict(grapes_learn_state *state, int8_t *arena) {
  return (uint16_t)(((uint16_t)(uint8_t)arena[0] + (uint16_t)state->steps) % FAKE_OUTPUT_BYTES);
}

/* Halving makes the order of the steps count. The values stay exact in float32. */
static inline float grapes_model_learn_step(grapes_learn_state *state, int8_t *arena, uint16_t label,
                                            uint16_t *predicted) {
  fake_restart_if_asked(arena);
  *predicted = grapes_model_predict(state, arena);
  for (uint16_t i = 0; i < FAKE_WEIGHTS; i++) {
    const float sum = state->weights[i] * 0.5f;
    state->weights[i] = sum + (float)(arena[i % FAKE_INPUT_BYTES] + (int)label);
  }
  state->steps++;
  return state->weights[0];
}

static inline void grapes_model_factors(const grapes_learn_state *state, uint16_t layer, float *min, float *mean,
                                        float *max) {
  *min = 1.0f;
  *mean = (float)layer + 1.5f;
  *max = (float)(state->steps % 4096u);
}

#else
#define GRAPES_LEARN_STATE_BYTES 0
#define GRAPES_FACTOR_LAYERS 0
#endif

#endif
