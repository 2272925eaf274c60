/*
 * The inner loops of learning in float32. Every product and every sum is rounded on its own, and each sum runs in
 * ascending order, so all machines agree on every bit (docs/numerics.md). Compile with -ffp-contract=off.
 *
 * Cortex-M cores with a single-precision FPU get the loops in assembly: VMLA and VMLS round the product and the sum
 * separately, exactly as C does, in one instruction (VFMA would round once), and VLDM loads eight numbers at a time.
 * Define GRAPES_F32_ASSEMBLY 0 to compare with the plain loops.
 */
#ifndef GRAPES_VECTOR_F32_H
#define GRAPES_VECTOR_F32_H

#include <float.h>
#include <stdint.h>

#if defined(FLT_EVAL_METHOD) && FLT_EVAL_METHOD != 0
#error "float expressions must be computed in float: other machines would learn different weights"
#endif
#if defined(__FAST_MATH__)
#error "-ffast-math reorders sums: other machines would learn different weights"
#endif

#if !defined(GRAPES_F32_ASSEMBLY)
#if defined(__ARM_FP) && defined(__thumb2__) && (defined(__ARM_ARCH_7EM__) || defined(__ARM_ARCH_8M_MAIN__))
#define GRAPES_F32_ASSEMBLY 1
#else
#define GRAPES_F32_ASSEMBLY 0
#endif
#endif

#if GRAPES_F32_ASSEMBLY

#define GRAPES_MLA2(k, w0, w1)             \
  "vmla.f32 s0, s" #k ", s" #w0 "\n\t" \
  "vmla.f32 s1, s" #k ", s" #w1 "\n\t"
#define GRAPES_MLA2B(k, w0, w1)            \
  "vmla.f32 s2, s" #k ", s" #w0 "\n\t" \
  "vmla.f32 s3, s" #k ", s" #w1 "\n\t"
/* s8-s15: inputs; s16-s23 and s24-s31: weights of two rows. */
#define GRAPES_EIGHT_OF_TWO(F) F(8, 16, 24) F(9, 17, 25) F(10, 18, 26) F(11, 19, 27) \
                               F(12, 20, 28) F(13, 21, 29) F(14, 22, 30) F(15, 23, 31)

/* sums[r] += sum_i w[r * stride + i] * x[i] for four rows; count must be a positive multiple of eight. */
static inline void grapes_dot4_eights_f32(const float *w, uint32_t stride, const float *x, uint32_t count,
                                          float *sums) {
  const float *w1 = w + stride;
  const float *w2 = w1 + stride;
  const float *w3 = w2 + stride;
  __asm__ volatile(
      "vldm %[sums], {s0-s3}\n"
      "1:\n\t"
      "vldm %[x]!, {s8-s15}\n\t"
      "vldm %[w0]!, {s16-s23}\n\t"
      "vldm %[w1]!, {s24-s31}\n\t"
      GRAPES_EIGHT_OF_TWO(GRAPES_MLA2)
      "vldm %[w2]!, {s16-s23}\n\t"
      "vldm %[w3]!, {s24-s31}\n\t"
      GRAPES_EIGHT_OF_TWO(GRAPES_MLA2B)
      "subs %[count], #8\n\t"
      "bne 1b\n\t"
      "vstm %[sums], {s0-s3}\n\t"
      : [w0] "+r"(w), [w1] "+r"(w1), [w2] "+r"(w2), [w3] "+r"(w3), [x] "+r"(x), [count] "+l"(count)
      : [sums] "r"(sums)
      : "s0", "s1", "s2", "s3", "s8", "s9", "s10", "s11", "s12", "s13", "s14", "s15", "s16", "s17", "s18", "s19",
        "s20", "s21", "s22", "s23", "s24", "s25", "s26", "s27", "s28", "s29", "s30", "s31", "cc", "memory");
}

#undef GRAPES_EIGHT_OF_TWO
#undef GRAPES_MLA2B
#undef GRAPES_MLA2

/* w[i] -= e * x[i]; count must be a positive multiple of sixteen. */
static inline void grapes_update_sixteens_f32(float *w, const float *x, float e, uint32_t count) {
  __asm__ volatile(
      "1:\n\t"
      "vldm %[x]!, {s8-s23}\n\t"
      "vldm %[w], {s24-s31}\n\t"
      "vmls.f32 s24, s8, %[e]\n\t"
      "vmls.f32 s25, s9, %[e]\n\t"
      "vmls.f32 s26, s10, %[e]\n\t"
      "vmls.f32 s27, s11, %[e]\n\t"
      "vmls.f32 s28, s12, %[e]\n\t"
      "vmls.f32 s29, s13, %[e]\n\t"
      "vmls.f32 s30, s14, %[e]\n\t"
      "vmls.f32 s31, s15, %[e]\n\t"
      "vstm %[w]!, {s24-s31}\n\t"
      "vldm %[w], {s24-s31}\n\t"
      "vmls.f32 s24, s16, %[e]\n\t"
      "vmls.f32 s25, s17, %[e]\n\t"
      "vmls.f32 s26, s18, %[e]\n\t"
      "vmls.f32 s27, s19, %[e]\n\t"
      "vmls.f32 s28, s20, %[e]\n\t"
      "vmls.f32 s29, s21, %[e]\n\t"
      "vmls.f32 s30, s22, %[e]\n\t"
      "vmls.f32 s31, s23, %[e]\n\t"
      "vstm %[w]!, {s24-s31}\n\t"
      "subs %[count], #16\n\t"
      "bne 1b\n\t"
      : [w] "+r"(w), [x] "+r"(x), [count] "+l"(count)
      : [e] "t"(e)
      : "s8", "s9", "s10", "s11", "s12", "s13", "s14", "s15", "s16", "s17", "s18", "s19", "s20", "s21", "s22", "s23",
        "s24", "s25", "s26", "s27", "s28", "s29", "s30", "s31", "cc", "memory");
}

/* dx[i] += w[i] * d; w[i] -= e * x[i]; count must be a positive multiple of eight. */
static inline void grapes_backward_eights_f32(float *w, const float *x, float e, float *dx, float d, uint32_t count) {
  __asm__ volatile(
      "1:\n\t"
      "vldm %[w], {s8-s15}\n\t"
      "vldm %[dx], {s16-s23}\n\t"
      "vldm %[x]!, {s24-s31}\n\t"
      "vmla.f32 s16, s8, %[d]\n\t"
      "vmla.f32 s17, s9, %[d]\n\t"
      "vmla.f32 s18, s10, %[d]\n\t"
      "vmla.f32 s19, s11, %[d]\n\t"
      "vmla.f32 s20, s12, %[d]\n\t"
      "vmla.f32 s21, s13, %[d]\n\t"
      "vmla.f32 s22, s14, %[d]\n\t"
      "vmla.f32 s23, s15, %[d]\n\t"
      "vstm %[dx]!, {s16-s23}\n\t"
      "vmls.f32 s8, s24, %[e]\n\t"
      "vmls.f32 s9, s25, %[e]\n\t"
      "vmls.f32 s10, s26, %[e]\n\t"
      "vmls.f32 s11, s27, %[e]\n\t"
      "vmls.f32 s12, s28, %[e]\n\t"
      "vmls.f32 s13, s29, %[e]\n\t"
      "vmls.f32 s14, s30, %[e]\n\t"
      "vmls.f32 s15, s31, %[e]\n\t"
      "vstm %[w]!, {s8-s15}\n\t"
      "subs %[count], #8\n\t"
      "bne 1b\n\t"
      : [w] "+r"(w), [x] "+r"(x), [dx] "+r"(dx), [count] "+l"(count)
      : [e] "t"(e), [d] "t"(d)
      : "s8", "s9", "s10", "s11", "s12", "s13", "s14", "s15", "s16", "s17", "s18", "s19", "s20", "s21", "s22", "s23",
        "s24", "s25", "s26", "s27", "s28", "s29", "s30", "s31", "cc", "memory");
}

/* s + sum_i |w[i]|; count must be a positive multiple of eight. */
static inline float grapes_magnitude_eights_f32(const float *w, uint32_t count, float s) {
  __asm__ volatile(
      "1:\n\t"
      "vldm %[w]!, {s8-s15}\n\t"
      "vabs.f32 s8, s8\n\t"
      "vabs.f32 s9, s9\n\t"
      "vabs.f32 s10, s10\n\t"
      "vabs.f32 s11, s11\n\t"
      "vabs.f32 s12, s12\n\t"
      "vabs.f32 s13, s13\n\t"
      "vabs.f32 s14, s14\n\t"
      "vabs.f32 s15, s15\n\t"
      "vadd.f32 %[s], %[s], s8\n\t"
      "vadd.f32 %[s], %[s], s9\n\t"
      "vadd.f32 %[s], %[s], s10\n\t"
      "vadd.f32 %[s], %[s], s11\n\t"
      "vadd.f32 %[s], %[s], s12\n\t"
      "vadd.f32 %[s], %[s], s13\n\t"
      "vadd.f32 %[s], %[s], s14\n\t"
      "vadd.f32 %[s], %[s], s15\n\t"
      "subs %[count], #8\n\t"
      "bne 1b\n\t"
      : [w] "+r"(w), [count] "+l"(count), [s] "+t"(s)
      :
      : "s8", "s9", "s10", "s11", "s12", "s13", "s14", "s15", "cc", "memory");
  return s;
}

#endif

/* sums[r] += sum_i w[r * stride + i] * x[i] for four rows r. */
static inline void grapes_dot4_f32(const float *w, uint32_t stride, const float *x, uint32_t count, float *sums) {
  uint32_t i = 0;
#if GRAPES_F32_ASSEMBLY
  i = count & ~7u;
  if (i > 0) grapes_dot4_eights_f32(w, stride, x, i, sums);
#endif
  if (i < count) {
    const float *w1 = w + stride;
    const float *w2 = w1 + stride;
    const float *w3 = w2 + stride;
    float s0 = sums[0], s1 = sums[1], s2 = sums[2], s3 = sums[3];
    for (; i < count; i++) {
      const float v = x[i];
      s0 += w[i] * v;
      s1 += w1[i] * v;
      s2 += w2[i] * v;
      s3 += w3[i] * v;
    }
    sums[0] = s0;
    sums[1] = s1;
    sums[2] = s2;
    sums[3] = s3;
  }
}

/* *sum += sum_i w[i] * x[i] */
static inline void grapes_dot_f32(const float *w, const float *x, uint32_t count, float *sum) {
  float s = *sum;
  for (uint32_t i = 0; i < count; i++) s += w[i] * x[i];
  *sum = s;
}

/* w[i] -= e * x[i] */
static inline void grapes_update_f32(float *w, const float *x, float e, uint32_t count) {
  uint32_t i = 0;
#if GRAPES_F32_ASSEMBLY
  i = count & ~15u;
  if (i > 0) grapes_update_sixteens_f32(w, x, e, i);
#endif
  for (; i < count; i++) w[i] -= e * x[i];
}

/* dx[i] += w[i] * d with the old weight, then w[i] -= e * x[i] */
static inline void grapes_backward_f32(float *w, const float *x, float e, float *dx, float d, uint32_t count) {
  uint32_t i = 0;
#if GRAPES_F32_ASSEMBLY
  i = count & ~7u;
  if (i > 0) grapes_backward_eights_f32(w, x, e, dx, d, i);
#endif
  for (; i < count; i++) {
    dx[i] += w[i] * d;
    w[i] -= e * x[i];
  }
}

/* sum_i |w[i]| from +0 */
static inline float grapes_magnitude_f32(const float *w, uint32_t count) {
  float s = 0.0f;
  uint32_t i = 0;
#if GRAPES_F32_ASSEMBLY
  i = count & ~7u;
  if (i > 0) s = grapes_magnitude_eights_f32(w, i, s);
#endif
  for (; i < count; i++) s += w[i] < 0.0f ? -w[i] : w[i];
  return s;
}

#endif
