/* The pools and the mean of kernels/mve. */
#include "kernels/mve/mean_s8.h"
#include "kernels/mve/pool_2d_s8.h"

#define KERNEL(op) grapes_##op##_mve
#include "pools.h"

int main(void) {
  for (int n = 0; n < 600; n++) {
    check_pools(n);
    check_mean(n);
  }
  return verdict();
}
