#include "model.h"

#include <string.h>

#include "bytes.h"
#include "hal.h"
#include "zero_run.h"

static int8_t arena[GRAPES_ARENA_BYTES] __attribute__((aligned(8)));

/* Bytes of the running input that are in place; the next chunk must begin there. */
static uint32_t input_filled;

void model_init(void) {
#if GRAPES_LEARNS
  grapes_answer ignored = {0, 0, NULL, 0};
  model_reset_learning(&ignored);
#endif
}

/* Puts a chunk where it belongs in the input tensor. 0 once the answer says why it cannot. */
static int take_chunk(const grapes_request *request, grapes_answer *answer) {
  const uint32_t offset = grapes_get_u32(request->payload + GRAPES_SAMPLE_OFFSET);
  const uint8_t *data = request->payload + GRAPES_SAMPLE_DATA;
  const uint16_t count = (uint16_t)(request->length - GRAPES_SAMPLE_FIXED_BYTES);
  int8_t *input = arena + GRAPES_INPUT_OFFSET;
  uint32_t decoded = count;
  if (offset == 0) input_filled = 0;
  if (offset != input_filled) {
    grapes_refuse(answer, GRAPES_REFUSED_BAD_CHUNK, input_filled);
    return 0;
  }
  const uint32_t room = GRAPES_INPUT_BYTES - offset;
  if (request->flags & GRAPES_FLAG_CODED) {
    const grapes_status status =
        grapes_zero_run_decode(data, count, GRAPES_INPUT_ZERO_POINT, input + offset, room, &decoded);
    if (status != GRAPES_OK) {
      grapes_refuse(answer, status == GRAPES_ERROR_RANGE ? GRAPES_REFUSED_BAD_CHUNK : GRAPES_REFUSED_MALFORMED, count);
      return 0;
    }
  } else if (count > room) {
    grapes_refuse(answer, GRAPES_REFUSED_BAD_CHUNK, input_filled);
    return 0;
  } else {
    memcpy(input + offset, data, count);
  }
  input_filled = offset + decoded;
  return 1;
}

static void infer(grapes_answer *answer) {
  const uint32_t start = hal_ticks();
  grapes_model_infer(arena);
  grapes_put_u32(answer->payload + GRAPES_INFERRED_TICKS, hal_ticks() - start);
  memcpy(answer->payload + GRAPES_INFERRED_OUTPUT, arena + GRAPES_OUTPUT_OFFSET, GRAPES_OUTPUT_BYTES);
  answer->type = GRAPES_MSG_INFERRED;
  answer->length = GRAPES_INFERRED_FIXED_BYTES + GRAPES_OUTPUT_BYTES;
}

#if GRAPES_LEARNS

static grapes_learn_state learning;

static struct {
  uint32_t steps;
  uint32_t ticks;
  float loss;
  uint16_t predicted;
  uint16_t label;
} last;

/* FNV-1a over the compared state as little-endian words (docs/numerics.md). */
static uint32_t state_hash(void) {
  const uint8_t *bytes = (const uint8_t *)&learning;
  uint32_t hash = 2166136261u;
  for (uint32_t at = 0; at < GRAPES_LEARN_STATE_BYTES; at += 4u) {
    uint32_t word;
    memcpy(&word, bytes + at, sizeof word); /* every supported core is little-endian */
    hash = (hash ^ word) * 16777619u;
  }
  return hash;
}

static uint16_t put_factors(uint8_t *payload) {
  /* Downwards: with no factor layer at all, `layer < 0u` would be a warning. */
  for (uint16_t layer = GRAPES_FACTOR_LAYERS; layer-- > 0u;) {
    float min = 1.0f;
    float mean = 1.0f;
    float max = 1.0f;
    uint8_t *record = payload + layer * GRAPES_SPREAD_BYTES;
    grapes_model_factors(&learning, layer, &min, &mean, &max);
    grapes_put_f32(record + GRAPES_SPREAD_MIN, min);
    grapes_put_f32(record + GRAPES_SPREAD_MEAN, mean);
    grapes_put_f32(record + GRAPES_SPREAD_MAX, max);
  }
  return (uint16_t)(GRAPES_FACTOR_LAYERS * GRAPES_SPREAD_BYTES);
}

static void predict(grapes_answer *answer) {
  const uint32_t start = hal_ticks();
  const uint16_t predicted = grapes_model_predict(&learning, arena);
  grapes_put_u32(answer->payload + GRAPES_PREDICTED_TICKS, hal_ticks() - start);
  grapes_put_u16(answer->payload + GRAPES_PREDICTED_CLASS_INDEX, predicted);
  answer->type = GRAPES_MSG_PREDICTED;
  answer->length = GRAPES_PREDICTED_FIXED_BYTES;
}

static void learn(uint16_t label, grapes_answer *answer) {
  if (label >= GRAPES_OUTPUT_BYTES) {
    grapes_refuse(answer, GRAPES_REFUSED_BAD_LABEL, label);
    return;
  }
  const uint32_t start = hal_ticks();
  last.loss = grapes_model_learn_step(&learning, arena, label, &last.predicted);
  last.ticks = hal_ticks() - start;
  last.label = label;
  last.steps++;
  grapes_put_u32(answer->payload + GRAPES_LEARNED_TICKS, last.ticks);
  grapes_put_f32(answer->payload + GRAPES_LEARNED_LOSS, last.loss);
  grapes_put_u32(answer->payload + GRAPES_LEARNED_HASH, state_hash());
  grapes_put_u16(answer->payload + GRAPES_LEARNED_CLASS_INDEX, last.predicted);
  answer->length = (uint16_t)(GRAPES_LEARNED_FIXED_BYTES + put_factors(answer->payload + GRAPES_LEARNED_FACTORS));
  answer->type = GRAPES_MSG_LEARNED;
}

uint32_t model_learn_steps(void) { return last.steps; }

void model_reset_learning(grapes_answer *answer) {
  (void)answer;
  grapes_model_learn_reset(&learning);
  memset(&last, 0, sizeof last);
}

void model_read_state(const grapes_request *request, grapes_answer *answer) {
  const uint32_t offset = grapes_get_u32(request->payload + GRAPES_READ_STATE_OFFSET);
  const uint16_t count = grapes_get_u16(request->payload + GRAPES_READ_STATE_COUNT);
  const uint32_t available = offset < GRAPES_LEARN_STATE_BYTES ? GRAPES_LEARN_STATE_BYTES - offset : 0u;
  if (count > available || count > answer->capacity - GRAPES_DATA_FIXED_BYTES) {
    grapes_refuse(answer, GRAPES_REFUSED_BAD_RANGE, available);
    return;
  }
  answer->type = GRAPES_MSG_DATA;
  answer->length = (uint16_t)(GRAPES_DATA_FIXED_BYTES + count);
  grapes_put_u32(answer->payload + GRAPES_DATA_OFFSET, offset);
  memcpy(answer->payload + GRAPES_DATA_DATA, (const uint8_t *)&learning + offset, count);
}

uint16_t model_telemetry(uint8_t *payload) {
  grapes_put_u32(payload + GRAPES_TELEMETRY_STEP, last.steps);
  grapes_put_f32(payload + GRAPES_TELEMETRY_LOSS, last.loss);
  grapes_put_u32(payload + GRAPES_TELEMETRY_TICKS, last.ticks);
  grapes_put_u16(payload + GRAPES_TELEMETRY_CLASS_INDEX, last.predicted);
  grapes_put_u16(payload + GRAPES_TELEMETRY_LABEL, last.label);
  return (uint16_t)(GRAPES_TELEMETRY_FIXED_BYTES + put_factors(payload + GRAPES_TELEMETRY_FACTORS));
}

#else

static void predict(grapes_answer *answer) { grapes_refuse(answer, GRAPES_REFUSED_NOT_LEARNING, 0); }

static void learn(uint16_t label, grapes_answer *answer) {
  (void)label;
  grapes_refuse(answer, GRAPES_REFUSED_NOT_LEARNING, 0);
}

uint32_t model_learn_steps(void) { return 0; }

void model_reset_learning(grapes_answer *answer) { grapes_refuse(answer, GRAPES_REFUSED_NOT_LEARNING, 0); }

void model_read_state(const grapes_request *request, grapes_answer *answer) {
  (void)request;
  grapes_refuse(answer, GRAPES_REFUSED_NOT_LEARNING, 0);
}

uint16_t model_telemetry(uint8_t *payload) {
  (void)payload;
  return 0;
}

#endif

void model_sample(const grapes_request *request, grapes_answer *answer) {
  const uint8_t op = request->payload[GRAPES_SAMPLE_OP];
  if (op > GRAPES_OP_LEARN) {
    grapes_refuse(answer, GRAPES_REFUSED_BAD_OP, op);
    return;
  }
  if (!take_chunk(request, answer)) return;
  if (!(request->flags & GRAPES_FLAG_LAST)) {
    answer->type = 0; /* only the last chunk is answered */
    return;
  }
  const uint32_t filled = input_filled;
  input_filled = 0;
  if (filled != GRAPES_INPUT_BYTES) {
    grapes_refuse(answer, GRAPES_REFUSED_BAD_CHUNK, filled);
    return;
  }
  if (op == GRAPES_OP_INFER) infer(answer);
  if (op == GRAPES_OP_PREDICT) predict(answer);
  if (op == GRAPES_OP_LEARN) learn(grapes_get_u16(request->payload + GRAPES_SAMPLE_LABEL), answer);
}

void model_infer_ops(const grapes_request *request, grapes_answer *answer) {
  const uint16_t count = grapes_get_u16(request->payload + GRAPES_INFER_OPS_OP_COUNT);
  if (count == 0 || count > GRAPES_OP_COUNT) {
    grapes_refuse(answer, GRAPES_REFUSED_BAD_OP, count);
    return;
  }
  grapes_model_infer_ops(arena, count);
}

void model_read_tensor(const grapes_request *request, grapes_answer *answer) {
  const uint16_t id = grapes_get_u16(request->payload + GRAPES_READ_TENSOR_TENSOR_ID);
  const uint32_t offset = grapes_get_u32(request->payload + GRAPES_READ_TENSOR_OFFSET);
  const uint16_t count = grapes_get_u16(request->payload + GRAPES_READ_TENSOR_COUNT);
  uint32_t start = 0;
  uint32_t bytes = 0;
  if (grapes_model_tensor(id, &start, &bytes) != 0) {
    grapes_refuse(answer, GRAPES_REFUSED_BAD_TENSOR, id);
    return;
  }
  const uint32_t available = offset < bytes ? bytes - offset : 0u;
  if (count > available || count > answer->capacity - GRAPES_DATA_FIXED_BYTES) {
    grapes_refuse(answer, GRAPES_REFUSED_BAD_RANGE, available);
    return;
  }
  answer->type = GRAPES_MSG_DATA;
  answer->length = (uint16_t)(GRAPES_DATA_FIXED_BYTES + count);
  grapes_put_u32(answer->payload + GRAPES_DATA_OFFSET, offset);
  memcpy(answer->payload + GRAPES_DATA_DATA, arena + start + offset, count);
}
