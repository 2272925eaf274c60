/* Every int8 value through a table, also in place. */
#include "check.h"
#include "kernels/plain/lookup_s8.h"

int main(void) {
  static int8_t table[256], values[256], output[256];
  for (int i = 0; i < 256; i++) {
    table[i] = (int8_t)random_between(-128, 127);
    values[i] = (int8_t)(i - 128);
  }
  grapes_lookup_s8(values, table, output, 256);
  for (int i = 0; i < 256; i++) CHECK(output[i] == table[i]);
  grapes_lookup_s8(values, table, values, 256);
  for (int i = 0; i < 256; i++) CHECK(values[i] == table[i]);
  return verdict();
}
