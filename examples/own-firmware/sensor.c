/* A stub that draws: the digits of a seven-segment display, moved and dimmed a little, the same sequence at every start. */
#include "sensor.h"

#include <string.h>

static uint32_t random_state = 1u;
static uint16_t label;

static uint32_t random_below(uint32_t limit) {
  random_state = random_state * 1664525u + 1013904223u;
  return (random_state >> 16) % limit;
}

/* Bits: top, top right, bottom right, bottom, bottom left, top left, middle. */
static const uint8_t segments[10] = {0x3F, 0x06, 0x5B, 0x4F, 0x66, 0x6D, 0x7D, 0x07, 0x7F, 0x6F};

static void draw(uint8_t *pixels, uint32_t x, uint32_t y, uint32_t width, uint32_t height, uint8_t brightness) {
  for (uint32_t row = y; row < y + height && row < SENSOR_HEIGHT; row++) {
    for (uint32_t column = x; column < x + width && column < SENSOR_WIDTH; column++) {
      pixels[row * SENSOR_WIDTH + column] = brightness;
    }
  }
}

void sensor_read(uint8_t pixels[SENSOR_HEIGHT * SENSOR_WIDTH]) {
  const uint32_t x = 3u + random_below(3), y = 1u + random_below(2);
  const uint8_t brightness = (uint8_t)(180u + random_below(76));
  label = (uint16_t)random_below(10);
  memset(pixels, 0, SENSOR_HEIGHT * SENSOR_WIDTH);
  for (uint32_t s = 0; s < 7; s++) {
    static const uint8_t place[7][4] = {{0, 0, 6, 1}, {5, 0, 1, 6}, {5, 5, 1, 6}, {0, 10, 6, 1},
                                        {0, 5, 1, 6}, {0, 0, 1, 6}, {0, 5, 6, 1}};
    if ((segments[label] >> s & 1u) == 0) continue;
    draw(pixels, x + place[s][0], y + place[s][1], place[s][2], place[s][3], brightness);
  }
}

uint16_t sensor_label(void) {
  return label;
}
