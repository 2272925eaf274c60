/* The sums and products of kernels/dsp. */
#include "kernels/dsp/add_s8.h"
#include "kernels/dsp/mul_s8.h"

#define KERNEL(op) grapes_##op##_dsp
#include "elementwise.h"

int main(void) {
  for (int n = 0; n < 400; n++) {
    check_sums(n);
    check_products(n);
  }
  return verdict();
}
