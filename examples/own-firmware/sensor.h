/*
 * The sensor of this example: a camera of 14 x 14 pixels that looks at a digit. Replace sensor.c by your own driver; main.c
 * needs nothing but these two functions.
 */
#ifndef SENSOR_H
#define SENSOR_H

#include <stdint.h>

#define SENSOR_WIDTH 14
#define SENSOR_HEIGHT 14

/* Takes the next picture: brightness of each pixel from 0 to 255, row by row. */
void sensor_read(uint8_t pixels[SENSOR_HEIGHT * SENSOR_WIDTH]);

/* What the user says the last picture showed, 0 to 9: a button, a menu, another sensor. */
uint16_t sensor_label(void);

#endif
