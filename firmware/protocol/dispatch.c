#include "dispatch.h"

#include <string.h>

#include "bytes.h"

#define SLOT_SEQ 0u
#define SLOT_LENGTH 2u
#define SLOT_TYPE 4u
#define SLOT_USED 5u

void grapes_session_init(grapes_session *session, const grapes_session_memory *memory) {
  memset(session, 0, sizeof *session);
  session->memory = *memory;
  grapes_decoder_init(&session->decoder, memory->frame, memory->frame_bytes);
}

static void send(grapes_session *session, uint8_t type, uint16_t seq, uint16_t length) {
  uint8_t *out = session->memory.out;
  out[0] = type;
  out[1] = 0;
  grapes_put_u16(out + 2, seq);
  grapes_frame_send(out, (uint16_t)(GRAPES_FRAME_HEADER_BYTES + length));
}

static uint8_t *payload_of(grapes_session *session) { return session->memory.out + GRAPES_FRAME_HEADER_BYTES; }

static grapes_answer empty_answer(grapes_session *session) {
  grapes_answer answer;
  answer.type = GRAPES_MSG_DONE;
  answer.length = 0;
  answer.payload = payload_of(session);
  answer.capacity = (uint16_t)(session->memory.out_bytes - GRAPES_FRAME_MIN_BYTES);
  return answer;
}

void grapes_refuse(grapes_answer *answer, uint8_t code, uint32_t detail) {
  answer->type = GRAPES_MSG_ERROR;
  answer->length = GRAPES_ERROR_FIXED_BYTES;
  answer->payload[GRAPES_ERROR_CODE] = code;
  grapes_put_u32(answer->payload + GRAPES_ERROR_DETAIL, detail);
}

static uint8_t *slot_at(const grapes_session *session, uint8_t index) {
  return session->memory.slots + (size_t)index * session->memory.slot_bytes;
}

static void forget_answers(grapes_session *session) {
  for (uint8_t i = 0; i < session->memory.slot_count; i++) slot_at(session, i)[SLOT_USED] = 0;
}

/* The host never has more of these unanswered than there are slots, so the oldest can go. */
static void keep_answer(grapes_session *session, uint16_t seq, const grapes_answer *answer) {
  uint8_t *slot = slot_at(session, session->next_slot);
  session->next_slot = (uint8_t)((session->next_slot + 1u) % session->memory.slot_count);
  grapes_put_u16(slot + SLOT_SEQ, seq);
  grapes_put_u16(slot + SLOT_LENGTH, answer->length);
  slot[SLOT_TYPE] = answer->type;
  slot[SLOT_USED] = 1;
  memcpy(slot + GRAPES_SLOT_HEADER_BYTES, answer->payload, answer->length);
}

static void answer_again(grapes_session *session, uint16_t seq) {
  for (uint8_t i = 0; i < session->memory.slot_count; i++) {
    const uint8_t *slot = slot_at(session, i);
    if (slot[SLOT_USED] && grapes_get_u16(slot + SLOT_SEQ) == seq) {
      const uint16_t length = grapes_get_u16(slot + SLOT_LENGTH);
      memcpy(payload_of(session), slot + GRAPES_SLOT_HEADER_BYTES, length);
      send(session, slot[SLOT_TYPE], seq, length);
      return;
    }
  }
}

static void sync(grapes_session *session, uint16_t seq) {
  grapes_put_u16(payload_of(session) + GRAPES_SYNC_EXPECTED, session->expected);
  send(session, GRAPES_MSG_SYNC, seq, GRAPES_SYNC_FIXED_BYTES);
}

static void hello(grapes_session *session, const grapes_request *request, uint16_t seq) {
  uint32_t nonce;
  uint8_t *payload = payload_of(session);
  if (request->length < GRAPES_HELLO_FIXED_BYTES) return;
  nonce = grapes_get_u32(request->payload + GRAPES_HELLO_NONCE);
  if (session->open && nonce != session->nonce && nonce == session->previous_nonce) return; /* a late copy */
  if (request->payload[GRAPES_HELLO_PROTOCOL_VERSION] == GRAPES_PROTOCOL_VERSION &&
      !(session->open && nonce == session->nonce)) {
    session->previous_nonce = session->open ? session->nonce : nonce;
    session->nonce = nonce;
    session->open = 1;
    session->expected = (uint16_t)(seq + 1u);
    session->gap_reported = 0;
    session->event_seq = 0;
    forget_answers(session);
  }
  const uint16_t length =
      grapes_app_greeting(payload, (uint16_t)(session->memory.out_bytes - GRAPES_FRAME_MIN_BYTES));
  payload[GRAPES_GREETING_PROTOCOL_VERSION] = GRAPES_PROTOCOL_VERSION;
  grapes_put_u32(payload + GRAPES_GREETING_NONCE, nonce);
  send(session, GRAPES_MSG_GREETING, seq, length);
}

static void execute(grapes_session *session, const grapes_request *request, uint16_t seq) {
  grapes_answer answer = empty_answer(session);
  session->expected = (uint16_t)(seq + 1u);
  session->gap_reported = 0;
  grapes_app_execute(request, &answer);
  if (answer.type == 0) return;
  if (!GRAPES_IS_REPEATED(request->type)) {
    if (answer.length > session->memory.slot_bytes - GRAPES_SLOT_HEADER_BYTES) {
      grapes_refuse(&answer, GRAPES_REFUSED_BAD_RANGE, session->memory.slot_bytes);
    }
    keep_answer(session, seq, &answer);
  }
  send(session, answer.type, seq, answer.length);
}

static void request_received(grapes_session *session, const grapes_request *request, uint16_t seq) {
  const uint8_t probe = (uint8_t)(request->flags & GRAPES_FLAG_PROBE);
  if (request->type == GRAPES_MSG_HELLO) {
    hello(session, request, seq);
    return;
  }
  if (!session->open) {
    grapes_answer answer = empty_answer(session);
    grapes_refuse(&answer, GRAPES_REFUSED_NO_SESSION, 0);
    send(session, answer.type, seq, answer.length);
    return;
  }
  const uint16_t behind = (uint16_t)(session->expected - seq);
  if (behind == 0) {
    execute(session, request, seq);
  } else if (behind < 0x8000u) {
    if (GRAPES_IS_REPEATED(request->type)) {
      grapes_answer answer = empty_answer(session);
      grapes_app_execute(request, &answer);
      send(session, answer.type, seq, answer.length);
    } else {
      answer_again(session, seq);
    }
  } else if (!session->gap_reported && !probe) {
    session->gap_reported = 1; /* once: what follows the lost request would repeat it for nothing */
    sync(session, seq);
  }
  if (probe) sync(session, seq);
}

void grapes_session_byte(grapes_session *session, uint8_t byte) {
  const grapes_frame_event event = grapes_decoder_byte(&session->decoder, byte);
  if (event == GRAPES_FRAME_NONE) return;
  if (event == GRAPES_FRAME_BAD) {
    session->bad_frames++;
    return;
  }
  session->frames_received++;
  const uint8_t *frame = session->memory.frame;
  grapes_request request;
  request.type = frame[0];
  request.flags = frame[1];
  request.payload = frame + GRAPES_FRAME_HEADER_BYTES;
  request.length = (uint16_t)(session->decoder.length - GRAPES_FRAME_MIN_BYTES);
  request_received(session, &request, grapes_get_u16(frame + 2));
}

uint8_t *grapes_session_event_payload(grapes_session *session) { return payload_of(session); }

void grapes_session_event(grapes_session *session, uint8_t type, uint16_t length) {
  if (!session->open) return;
  send(session, type, session->event_seq, length);
  session->event_seq++;
}
