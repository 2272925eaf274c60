/* kernels/armv7m against kernels/plain; where the core is no Armv7-M, the C that stands for the assembly. */
#include "kernels/armv7m/conv_2d_s8.h"
#include "kernels/armv7m/depthwise_conv_2d_s8.h"
#include "kernels/armv7m/fully_connected_s8.h"

#define KERNEL_SET(op, set, suffix) grapes_##op##_##set##suffix
#define KERNEL(op, suffix) KERNEL_SET(op, armv7m, suffix)
#include "scalar.h"

/* The layout that kernels/armv7m/fully_connected_s8.h describes, written down a second time. */
static int pack_rows(int inputs, int outputs) {
  const int padded = (inputs + 3) / 4 * 4;
  int at = 0;
  for (int o = 0; o < outputs; o += 4) {
    for (int i = 0; i < padded; i++) {
      for (int row = o; row < o + 4; row++) {
        packed[at++] = (int8_t)(i < inputs ? weights[(row < outputs ? row : outputs - 1) * inputs + i] + 128 : 0);
      }
    }
  }
  for (int o = 0; o < outputs; o++) {
    const int twice = rounding == GRAPES_ROUNDING_TFLITE ? 2 : 1;
    for (int i = 0; i < inputs; i++) prepared_bias[o] -= twice * 128 * weights[o * inputs + i];
  }
  return GRAPES_FULLY_CONNECTED_S8_ARMV7M_SCRATCH(inputs);
}

int main(void) {
  return check_kernels();
}
