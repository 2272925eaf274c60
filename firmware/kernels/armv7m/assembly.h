/* Are the inner loops of this folder in assembly, or in the C that means the same? */
#ifndef GRAPES_ARMV7M_ASSEMBLY_H
#define GRAPES_ARMV7M_ASSEMBLY_H

#if !defined(GRAPES_ARMV7M_ASSEMBLY)
/* Not at -O0: a loop takes up to thirteen registers, more than unoptimised code leaves. */
#if defined(__thumb2__) && defined(__OPTIMIZE__)
#define GRAPES_ARMV7M_ASSEMBLY 1
#else
#define GRAPES_ARMV7M_ASSEMBLY 0
#endif
#endif

#endif
