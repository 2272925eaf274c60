/*
 * Sizes of the link, per chip: defaults for a chip with room, smaller where the compiler says it has none. A chip
 * descriptor may define its own. The host is told in GREETING and keeps to it.
 */
#ifndef GRAPES_LIMITS_H
#define GRAPES_LIMITS_H

#ifndef GRAPES_MAX_FRAME_BYTES
#ifdef __AVR__
#define GRAPES_MAX_FRAME_BYTES 128u
#define GRAPES_WINDOW_BYTES 256u
#define GRAPES_RX_RING_BYTES 512u
#define GRAPES_REPLY_SLOTS 2u
#else
#define GRAPES_MAX_FRAME_BYTES 1024u /* longest frame on the wire, both delimiters counted */
#define GRAPES_WINDOW_BYTES 4096u    /* what the host may have unanswered */
#define GRAPES_RX_RING_BYTES 8192u   /* a power of two; room for a window and its repetition */
#define GRAPES_REPLY_SLOTS 16u       /* cached answers */
#endif
#endif

#if GRAPES_WINDOW_BYTES + GRAPES_MAX_FRAME_BYTES >= GRAPES_RX_RING_BYTES
#error "the receive ring must hold a window and one frame sent again"
#endif
#if (GRAPES_RX_RING_BYTES & (GRAPES_RX_RING_BYTES - 1u)) != 0u
#error "GRAPES_RX_RING_BYTES must be a power of two"
#endif

#endif
