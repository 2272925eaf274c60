#include "framing.h"

#include "bytes.h"
#include "crc32.h"

void grapes_decoder_init(grapes_decoder *decoder, uint8_t *buffer, uint16_t capacity) {
  decoder->buffer = buffer;
  decoder->capacity = capacity;
  decoder->length = 0;
  decoder->left = 0;
  decoder->code = 0;
  decoder->overflow = 0;
}

static void append(grapes_decoder *decoder, uint8_t byte) {
  if (decoder->length < decoder->capacity) {
    decoder->buffer[decoder->length] = byte;
    decoder->length++;
  } else {
    decoder->overflow = 1;
  }
}

static grapes_frame_event end_of_chunk(const grapes_decoder *decoder) {
  const uint16_t length = decoder->length;
  if (decoder->code == 0) return GRAPES_FRAME_NONE; /* two zeros in a row: nothing between frames */
  if (decoder->overflow || decoder->left != 0 || length < GRAPES_FRAME_MIN_BYTES) return GRAPES_FRAME_BAD;
  const uint16_t covered = (uint16_t)(length - GRAPES_FRAME_CRC_BYTES);
  const uint32_t sent = grapes_get_u32(decoder->buffer + covered);
  return grapes_crc32(0, decoder->buffer, covered) == sent ? GRAPES_FRAME_READY : GRAPES_FRAME_BAD;
}

grapes_frame_event grapes_decoder_byte(grapes_decoder *decoder, uint8_t byte) {
  if (byte == 0) {
    const grapes_frame_event event = end_of_chunk(decoder);
    const uint16_t length = decoder->length;
    grapes_decoder_init(decoder, decoder->buffer, decoder->capacity);
    if (event != GRAPES_FRAME_READY) return event;
    /* The next byte overwrites the frame; until then its length stays readable. */
    decoder->length = length;
    return event;
  }
  if (decoder->code == 0) decoder->length = 0;
  if (decoder->left != 0) {
    decoder->left--;
    append(decoder, byte);
    return GRAPES_FRAME_NONE;
  }
  /* A code byte: the block before it, unless it was a full one, stood for a zero at its end. */
  if (decoder->code != 0 && decoder->code != 0xffu) append(decoder, 0);
  decoder->code = byte;
  decoder->left = (uint8_t)(byte - 1u);
  return GRAPES_FRAME_NONE;
}

void grapes_frame_send(uint8_t *frame, uint16_t length) {
  static const uint8_t delimiter = 0;
  grapes_put_u32(frame + length, grapes_crc32(0, frame, length));
  const uint16_t end = (uint16_t)(length + GRAPES_FRAME_CRC_BYTES);
  uint16_t start = 0;
  uint8_t more = 1;
  grapes_port_write(&delimiter, 1);
  while (more) {
    uint16_t run = 0;
    while (run < 254u && start + run < end && frame[start + run] != 0) run++;
    const uint8_t code = (uint8_t)(run + 1u);
    grapes_port_write(&code, 1);
    if (run > 0) grapes_port_write(frame + start, run);
    start = (uint16_t)(start + run);
    if (start == end) {
      more = 0; /* the last block's zero is not sent */
    } else if (code != 0xffu) {
      start++; /* the zero that the block stands for; if it was the last byte, an empty block follows */
    }
  }
  grapes_port_write(&delimiter, 1);
}
