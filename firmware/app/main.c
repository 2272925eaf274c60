/* The firmware: one loop that takes bytes from the serial line and serves the session. */
#include <string.h>

#include "bytes.h"
#include "dispatch.h"
#include "hal.h"
#include "model.h"

#ifndef GRAPES_BOARD_ID
#error "GRAPES_BOARD_ID: the board's id as a string, from the build"
#endif
#ifndef GRAPES_FIRMWARE_VERSION
#error "GRAPES_FIRMWARE_VERSION: the firmware's version as a string, from the build"
#endif

#define SLOT_BYTES (GRAPES_SLOT_HEADER_BYTES + GRAPES_CACHED_BYTES)

/* Requests keep to GRAPES_MAX_FRAME_BYTES; an answer to INFER is as long as the output of the model wants. */
#define ANSWER_BYTES                                                                                                   \
  GRAPES_LARGER(GRAPES_FRAME_DECODED_BYTES(GRAPES_MAX_FRAME_BYTES), GRAPES_CACHED_BYTES + GRAPES_FRAME_MIN_BYTES)

/* Long answers are kept for a repetition in fewer places. */
#define REPLY_SLOTS (GRAPES_CACHED_BYTES > GRAPES_MAX_FRAME_BYTES ? 2u : GRAPES_REPLY_SLOTS)

/* Lengths of frames are uint16_t: the output of the model is at most about 64 KiB. */
typedef char grapes_answer_fits[ANSWER_BYTES <= 65535u && SLOT_BYTES <= 65535u ? 1 : -1];

static uint8_t frame_in[GRAPES_FRAME_DECODED_BYTES(GRAPES_MAX_FRAME_BYTES)];
static uint8_t frame_out[ANSWER_BYTES];
static uint8_t slots[REPLY_SLOTS * SLOT_BYTES];
static grapes_session session;

static uint16_t telemetry_every;
static uint8_t telemetry_due;
static uint8_t reset_due;

void grapes_port_write(const uint8_t *bytes, uint16_t count) { hal_serial_write(bytes, count); }

/* Appends text with its length before it, cut so that `free` bytes suffice. */
static uint8_t *put_text(uint8_t *at, const char *text, uint16_t free) {
  size_t length = 0;
  while (text[length] != 0 && length < 255u && length + 1u < free) length++;
  *at = (uint8_t)length;
  memcpy(at + 1, text, length);
  return at + 1 + length;
}

uint16_t grapes_app_greeting(uint8_t *payload, uint16_t capacity) {
  static const uint8_t digest[32] = GRAPES_MODEL_DIGEST_BYTES;
  static const char *const texts[3] = {GRAPES_FIRMWARE_VERSION, GRAPES_BOARD_ID, GRAPES_MODEL_NAME};
  uint8_t *at = payload + GRAPES_GREETING_FIXED_BYTES;
  grapes_put_u32(payload + GRAPES_GREETING_BOOT_ID, hal_boot_id());
  grapes_put_u16(payload + GRAPES_GREETING_MAX_FRAME_BYTES, GRAPES_MAX_FRAME_BYTES);
  grapes_put_u16(payload + GRAPES_GREETING_WINDOW_BYTES, GRAPES_WINDOW_BYTES);
  payload[GRAPES_GREETING_REPLY_SLOTS] = REPLY_SLOTS;
  payload[GRAPES_GREETING_LEARNS] = GRAPES_LEARNS;
  payload[GRAPES_GREETING_INPUT_ZERO_POINT] = (uint8_t)(int8_t)GRAPES_INPUT_ZERO_POINT;
  grapes_put_u16(payload + GRAPES_GREETING_OP_COUNT, GRAPES_OP_COUNT);
  grapes_put_u32(payload + GRAPES_GREETING_INPUT_BYTES, GRAPES_INPUT_BYTES);
  grapes_put_u32(payload + GRAPES_GREETING_OUTPUT_BYTES, GRAPES_OUTPUT_BYTES);
#if GRAPES_LEARNS
  payload[GRAPES_GREETING_FACTOR_LAYERS] = GRAPES_FACTOR_LAYERS;
  grapes_put_u32(payload + GRAPES_GREETING_LEARN_STATE_BYTES, GRAPES_LEARN_STATE_BYTES);
#else
  payload[GRAPES_GREETING_FACTOR_LAYERS] = 0;
  grapes_put_u32(payload + GRAPES_GREETING_LEARN_STATE_BYTES, 0);
#endif
  grapes_put_u32(payload + GRAPES_GREETING_TICKS_PER_SECOND, hal_ticks_per_second());
  memcpy(payload + GRAPES_GREETING_MODEL_DIGEST, digest, sizeof digest);
  for (uint8_t i = 0; i < 3u; i++) {
    /* Every text that follows needs at least its length byte. */
    const uint16_t used = (uint16_t)(at - payload + 2 - i);
    at = put_text(at, texts[i], (uint16_t)(capacity - used));
  }
  return (uint16_t)(at - payload);
}

static void read_stats(grapes_answer *answer) {
  answer->type = GRAPES_MSG_STATS;
  answer->length = GRAPES_STATS_FIXED_BYTES;
  grapes_put_u32(answer->payload + GRAPES_STATS_FRAMES_RECEIVED, session.frames_received);
  grapes_put_u32(answer->payload + GRAPES_STATS_BAD_FRAMES, session.bad_frames);
  grapes_put_u32(answer->payload + GRAPES_STATS_DROPPED_BYTES, hal_serial_dropped());
  grapes_put_u32(answer->payload + GRAPES_STATS_LEARN_STEPS, model_learn_steps());
  grapes_put_u32(answer->payload + GRAPES_STATS_STACK_HIGH_WATER_BYTES, hal_stack_high_water());
}

/* Bytes that a request of this type has at least. */
static uint16_t least_bytes(uint8_t type) {
  switch (type) {
    case GRAPES_MSG_SAMPLE: return GRAPES_SAMPLE_FIXED_BYTES;
    case GRAPES_MSG_INFER_OPS: return GRAPES_INFER_OPS_FIXED_BYTES;
    case GRAPES_MSG_READ_TENSOR: return GRAPES_READ_TENSOR_FIXED_BYTES;
    case GRAPES_MSG_READ_STATE: return GRAPES_READ_STATE_FIXED_BYTES;
    case GRAPES_MSG_TELEMETRY_EVERY: return GRAPES_TELEMETRY_EVERY_FIXED_BYTES;
    default: return 0;
  }
}

void grapes_app_execute(const grapes_request *request, grapes_answer *answer) {
  const uint32_t steps_before = model_learn_steps();
  if (request->length < least_bytes(request->type)) {
    grapes_refuse(answer, GRAPES_REFUSED_MALFORMED, request->length);
    return;
  }
  switch (request->type) {
    case GRAPES_MSG_SAMPLE: model_sample(request, answer); break;
    case GRAPES_MSG_INFER_OPS: model_infer_ops(request, answer); break;
    case GRAPES_MSG_READ_TENSOR: model_read_tensor(request, answer); break;
    case GRAPES_MSG_READ_STATE: model_read_state(request, answer); break;
    case GRAPES_MSG_RESET_LEARNING: model_reset_learning(answer); break;
    case GRAPES_MSG_TELEMETRY_EVERY:
      telemetry_every = grapes_get_u16(request->payload + GRAPES_TELEMETRY_EVERY_STEPS);
      break;
    case GRAPES_MSG_READ_STATS: read_stats(answer); break;
    case GRAPES_MSG_SINK: break;
    case GRAPES_MSG_RESET: reset_due = 1; break;
    default: grapes_refuse(answer, GRAPES_REFUSED_UNKNOWN_MESSAGE, request->type); break;
  }
  const uint32_t steps = model_learn_steps();
  if (telemetry_every != 0 && steps > steps_before && steps % telemetry_every == 0) telemetry_due = 1;
}

static void take(uint8_t byte) {
  grapes_session_byte(&session, byte);
  if (telemetry_due) {
    telemetry_due = 0;
    grapes_session_event(&session, GRAPES_MSG_TELEMETRY, model_telemetry(grapes_session_event_payload(&session)));
  }
  if (reset_due) {
    hal_serial_flush();
    hal_reset();
  }
}

int main(void) {
  static const char banner[] = "grapes-mcu " GRAPES_FIRMWARE_VERSION " on " GRAPES_BOARD_ID ": " GRAPES_MODEL_NAME "\n";
  grapes_session_memory memory;
  uint8_t bytes[64];
  memory.frame = frame_in;
  memory.frame_bytes = sizeof frame_in;
  memory.out = frame_out;
  memory.out_bytes = sizeof frame_out;
  memory.slots = slots;
  memory.slot_bytes = SLOT_BYTES;
  memory.slot_count = REPLY_SLOTS;
  hal_init();
  model_init();
  grapes_session_init(&session, &memory);
  hal_serial_write((const uint8_t *)banner, sizeof banner - 1u);
  for (;;) {
    const uint16_t count = hal_serial_read(bytes, sizeof bytes);
    for (uint16_t i = 0; i < count; i++) take(bytes[i]);
    if (count == 0) hal_idle();
  }
}
