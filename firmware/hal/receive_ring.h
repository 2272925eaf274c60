/*
 * Bytes from the receive interrupt to the main loop, for ports whose UART hands over single bytes. One producer (the
 * interrupt moves head), one consumer (the main loop moves tail): no lock is needed as long as the core reads and writes
 * 16 bits at once. An 8-bit core must mask the interrupt around ring_head. Included by one file of a port.
 */
#ifndef GRAPES_RECEIVE_RING_H
#define GRAPES_RECEIVE_RING_H

#include <stdint.h>

#include "limits.h"

#define RING_MASK (GRAPES_RX_RING_BYTES - 1u)

/* The bytes are volatile too: the compiler must not read them after it has given their place back. */
static volatile uint8_t ring[GRAPES_RX_RING_BYTES];
static volatile uint16_t ring_head;
static volatile uint16_t ring_tail;
static volatile uint32_t ring_dropped;

/* From the interrupt: keeps the byte, or counts it as dropped if the ring is full. */
static inline void ring_put(uint8_t byte) {
  const uint16_t head = ring_head;
  const uint16_t next = (uint16_t)((head + 1u) & RING_MASK);
  if (next == ring_tail) {
    ring_dropped++;
  } else {
    ring[head] = byte;
    ring_head = next;
  }
}

/* From the main loop: takes up to `capacity` bytes, returns how many. */
static inline uint16_t ring_take(uint8_t *bytes, uint16_t capacity) {
  const uint16_t head = ring_head;
  uint16_t tail = ring_tail;
  uint16_t count = 0;
  while (tail != head && count < capacity) {
    bytes[count] = ring[tail];
    tail = (uint16_t)((tail + 1u) & RING_MASK);
    count++;
  }
  ring_tail = tail;
  return count;
}

static inline int ring_is_empty(void) { return ring_head == ring_tail; }

#endif
