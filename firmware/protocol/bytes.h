/* Little-endian numbers in byte buffers: any alignment, any host order. */
#ifndef GRAPES_BYTES_H
#define GRAPES_BYTES_H

#include <stdint.h>
#include <string.h>

static inline uint16_t grapes_get_u16(const uint8_t *p) { return (uint16_t)(p[0] | (uint16_t)((uint16_t)p[1] << 8)); }

static inline uint32_t grapes_get_u32(const uint8_t *p) {
  return (uint32_t)grapes_get_u16(p) | ((uint32_t)grapes_get_u16(p + 2) << 16);
}

static inline void grapes_put_u16(uint8_t *p, uint16_t value) {
  p[0] = (uint8_t)(value & 0xffu);
  p[1] = (uint8_t)(value >> 8);
}

static inline void grapes_put_u32(uint8_t *p, uint32_t value) {
  grapes_put_u16(p, (uint16_t)(value & 0xffffu));
  grapes_put_u16(p + 2, (uint16_t)(value >> 16));
}

static inline void grapes_put_f32(uint8_t *p, float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  grapes_put_u32(p, bits);
}

#endif
