/* CRC-32 as in IEEE 802.3 and zlib: reflected polynomial 0xEDB88320, start and final inversion. */
#ifndef GRAPES_CRC32_H
#define GRAPES_CRC32_H

#include <stdint.h>

/* CRC of `count` bytes that follow others: `crc` is the value so far, 0 at the start. */
uint32_t grapes_crc32(uint32_t crc, const uint8_t *bytes, uint16_t count);

#endif
