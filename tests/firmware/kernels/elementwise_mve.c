/* The sums and products of kernels/mve. */
#include "kernels/mve/add_s8.h"
#include "kernels/mve/mul_s8.h"

#define KERNEL(op) grapes_##op##_mve
#include "elementwise.h"

int main(void) {
  for (int n = 0; n < 400; n++) {
    check_sums(n);
    check_products(n);
  }
  return verdict();
}
