/*
 * int8 convolution for Armv6-M: bit for bit what kernels/plain computes. Four output pixels at a time are put side by side
 * in the scratch memory (lanes.h), then every output channel runs over them.
 *
 * weights      as lanes.h describes; inputs in the order [kernel row][kernel column][channel], channels padded to a
 *              multiple of eight and inputs to a multiple of four with zero weights. No two weights that meet in a pair
 *              of inputs are both -128.
 * bias, multiplier   as in kernels/plain
 * shift        as finish.h describes
 * scratch      GRAPES_CONV_2D_S8_ARMV6M_SCRATCH(kernel_height * kernel_width * in_channels, in_channels) bytes, any
 *              alignment
 * All other arguments as in kernels/plain/conv_2d_s8.h.
 */
#ifndef GRAPES_ARMV6M_CONV_2D_S8_H
#define GRAPES_ARMV6M_CONV_2D_S8_H

#include "lanes.h"

/* Words of four pixels, one pixel of padding, and three bytes to start at a multiple of four. */
#define GRAPES_CONV_2D_S8_ARMV6M_SCRATCH(inputs, in_channels) (GRAPES_LANES_BYTES_ARMV6M(inputs) + (in_channels) + 3)

#define GRAPES_KERNEL grapes_conv_2d_s8_armv6m
#define GRAPES_GROUP 4u
#define GRAPES_CHANNELS grapes_channels_armv6m
#include "conv_2d_body.h"

#endif
