/* The sums and products of kernels/armv7m. */
#include "kernels/armv7m/add_s8.h"
#include "kernels/armv7m/mul_s8.h"

#define KERNEL(op) grapes_##op##_armv7m
#include "elementwise.h"

int main(void) {
  for (int n = 0; n < 400; n++) {
    check_sums(n);
    check_products(n);
  }
  return verdict();
}
