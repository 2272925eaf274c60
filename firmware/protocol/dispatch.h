/*
 * One session over the wire: takes bytes, hands each request to the application exactly once and in order, answers
 * copies of old requests from a cache (docs/protocol.md). The caller owns all memory.
 */
#ifndef GRAPES_DISPATCH_H
#define GRAPES_DISPATCH_H

#include <stdint.h>

#include "framing.h"
#include "messages.h"

/* What a cached answer takes beside its payload: seq u16, length u16, type u8, used u8. */
#define GRAPES_SLOT_HEADER_BYTES 6u

typedef struct {
  uint8_t type;
  uint8_t flags;
  const uint8_t *payload;
  uint16_t length;
} grapes_request;

typedef struct {
  uint8_t type; /* GRAPES_MSG_...; 0 for none */
  uint16_t length;
  uint8_t *payload;
  uint16_t capacity;
} grapes_answer;

typedef struct {
  uint8_t *frame; /* of the decoder and of outgoing frames, one buffer each */
  uint16_t frame_bytes;
  uint8_t *out;
  uint16_t out_bytes;
  uint8_t *slots; /* slot_count * slot_bytes */
  uint16_t slot_bytes; /* header included */
  uint8_t slot_count;
} grapes_session_memory;

typedef struct {
  grapes_session_memory memory;
  grapes_decoder decoder;
  uint32_t nonce;
  uint32_t previous_nonce;
  uint32_t frames_received;
  uint32_t bad_frames;
  uint16_t expected; /* sequence number executed next */
  uint16_t event_seq;
  uint8_t next_slot;
  uint8_t open;
  uint8_t gap_reported;
} grapes_session;

void grapes_session_init(grapes_session *session, const grapes_session_memory *memory);

/* Takes one byte from the wire; executes and answers when it completes a request. */
void grapes_session_byte(grapes_session *session, uint8_t byte);

/* Room for the payload of an event; valid until the next byte is taken. */
uint8_t *grapes_session_event_payload(grapes_session *session);
/* Sends an event of `length` payload bytes; nothing without a session. */
void grapes_session_event(grapes_session *session, uint8_t type, uint16_t length);

/* Supplied by the application. Carries out a request; the answer starts as DONE with no payload. */
void grapes_app_execute(const grapes_request *request, grapes_answer *answer);
/* Supplied by the application. Fills the payload of GREETING but for its version and nonce; returns its length. */
uint16_t grapes_app_greeting(uint8_t *payload, uint16_t capacity);

/* Makes the answer an ERROR. */
void grapes_refuse(grapes_answer *answer, uint8_t code, uint32_t detail);

#endif
