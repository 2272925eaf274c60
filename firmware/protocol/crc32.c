#include "crc32.h"

/* One entry per nibble: 64 bytes of table instead of 1 KB, two steps a byte. */
static uint32_t nibble(uint8_t index) {
  static const uint32_t table[16] = {
      0x00000000u, 0x1db71064u, 0x3b6e20c8u, 0x26d930acu, 0x76dc4190u, 0x6b6b51f4u, 0x4db26158u, 0x5005713cu,
      0xedb88320u, 0xf00f9344u, 0xd6d6a3e8u, 0xcb61b38cu, 0x9b64c2b0u, 0x86d3d2d4u, 0xa00ae278u, 0xbdbdf21cu};
  return table[index & 15u];
}

uint32_t grapes_crc32(uint32_t crc, const uint8_t *bytes, uint16_t count) {
  crc = ~crc;
  for (uint16_t i = 0; i < count; i++) {
    crc = (crc >> 4) ^ nibble((uint8_t)((uint8_t)crc ^ bytes[i]));
    crc = (crc >> 4) ^ nibble((uint8_t)((uint8_t)crc ^ (uint8_t)(bytes[i] >> 4)));
  }
  return ~crc;
}
