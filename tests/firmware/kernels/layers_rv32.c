/* kernels/rv32 against kernels/plain. */
#include "kernels/rv32/conv_2d_s8.h"
#include "kernels/rv32/depthwise_conv_2d_s8.h"
#include "kernels/rv32/fully_connected_s8.h"

#define KERNEL_SET(op, set, suffix) grapes_##op##_##set##suffix
#define KERNEL(op, suffix) KERNEL_SET(op, rv32, suffix)
#include "scalar.h"

/* The layout that kernels/rv32/fully_connected_s8.h describes, written down a second time. */
static int pack_rows(int inputs, int outputs) {
  int at = 0;
  for (int o = 0; o < outputs; o += 4) {
    for (int i = 0; i < inputs; i++) {
      for (int row = o; row < o + 4; row++) packed[at++] = weights[(row < outputs ? row : outputs - 1) * inputs + i];
    }
  }
  return 0;
}

int main(void) {
  return check_kernels();
}
