/* The sums and products of kernels/rv32. */
#include "kernels/rv32/add_s8.h"
#include "kernels/rv32/mul_s8.h"

#define KERNEL(op) grapes_##op##_rv32
#include "elementwise.h"

int main(void) {
  for (int n = 0; n < 400; n++) {
    check_sums(n);
    check_products(n);
  }
  return verdict();
}
