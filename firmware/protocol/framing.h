/*
 * Frames on the wire: 0x00, COBS(type, flags, seq, payload, CRC-32), 0x00 (docs/protocol.md).
 * The caller owns every buffer; nothing here waits or allocates.
 */
#ifndef GRAPES_FRAMING_H
#define GRAPES_FRAMING_H

#include <stdint.h>

#define GRAPES_FRAME_HEADER_BYTES 4u /* type u8, flags u8, seq u16 */
#define GRAPES_FRAME_CRC_BYTES 4u
#define GRAPES_FRAME_MIN_BYTES (GRAPES_FRAME_HEADER_BYTES + GRAPES_FRAME_CRC_BYTES)

/* Decoded bytes of the longest frame that takes `wire` bytes with both delimiters: one code byte per 254. */
#define GRAPES_FRAME_DECODED_BYTES(wire) ((wire) - 2u - ((wire) - 2u + 254u) / 255u)

/* Undoes COBS byte by byte as the wire delivers them. */
typedef struct {
  uint8_t *buffer;   /* receives the decoded frame */
  uint16_t capacity; /* of `buffer` */
  uint16_t length;   /* decoded so far */
  uint8_t left;      /* bytes until the next code byte */
  uint8_t code;      /* the code byte of the running block; 0 before the first */
  uint8_t overflow;  /* the chunk does not fit and is thrown away */
} grapes_decoder;

typedef enum {
  GRAPES_FRAME_NONE = 0,  /* go on */
  GRAPES_FRAME_READY = 1, /* `buffer` holds a frame of `length` bytes, CRC right; valid until the next byte */
  GRAPES_FRAME_BAD = 2    /* a chunk ended that was no frame */
} grapes_frame_event;

void grapes_decoder_init(grapes_decoder *decoder, uint8_t *buffer, uint16_t capacity);
grapes_frame_event grapes_decoder_byte(grapes_decoder *decoder, uint8_t byte);

/*
 * Puts the CRC behind the `length` bytes of `frame` (header and payload; four more bytes must be free) and writes it
 * to the wire, delimiters included, through grapes_port_write.
 */
void grapes_frame_send(uint8_t *frame, uint16_t length);

/* Supplied by the application: hands bytes to the serial line, in order. */
void grapes_port_write(const uint8_t *bytes, uint16_t count);

#endif
