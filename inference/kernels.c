/* Choosing kernels; see kernels.h.
 * SPDX-License-Identifier: MIT */
#include "inference/kernels.h"

#include <stdlib.h>

#ifdef LAR_SIMD_X86
extern const struct lar_kernels lar_kernels_avx2, lar_kernels_avx512;

unsigned lar_cpu_levels(void)
{
    unsigned levels = 0;
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        levels |= LAR_CPU_AVX2;
    if (levels && __builtin_cpu_supports("avx512f"))
        levels |= LAR_CPU_AVX512;
    return levels;
}

const struct lar_kernels *lar_kernels_of(unsigned levels)
{
    if (levels & LAR_CPU_AVX512)
        return &lar_kernels_avx512;
    return levels & LAR_CPU_AVX2 ? &lar_kernels_avx2 : &lar_kernels_plain;
}
#else
unsigned lar_cpu_levels(void)
{
    return 0;
}

const struct lar_kernels *lar_kernels_of(unsigned levels)
{
    (void)levels;
    return &lar_kernels_plain;
}
#endif

const struct lar_kernels *lar_kernels_best(void)
{
    const char *mask = getenv("LAR_CPU_MASK");
    return lar_kernels_of(lar_cpu_levels() & (mask ? (unsigned)strtoul(mask, NULL, 0) : ~0u));
}
