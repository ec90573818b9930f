/* Squared distances in gcc's vector extensions, compiled once for each CPU level as products.c is,
 * but with -ffp-contract=off: differences are squared, rounded and then added, as kernels.h wants.
 * SPDX-License-Identifier: MIT */
#include "inference/kernels.h"

enum {
    PARTS = LAR_PANEL_F64 / LANES, /* registers for one panel */
    PANELS = 4,                    /* at a time: chains that do not wait for each other */
};

typedef double vec __attribute__((vector_size(LANES * 8), aligned(8), may_alias));

#define INLINE static inline __attribute__((always_inline))

/* M (constant) panels. */
INLINE void some_panels(double *y, const double *x, const double *panels, size_t k, size_t m)
{
    vec s[PANELS][PARTS];
    for (size_t i = 0; i < m; i++)
        for (int h = 0; h < PARTS; h++)
            s[i][h] = (vec){0};
    for (size_t t = 0; t < k; t++)
        for (size_t i = 0; i < m; i++)
            for (int h = 0; h < PARTS; h++) {
                const double *at = panels + (i * k + t) * LAR_PANEL_F64 + h * LANES;
                vec difference = x[t] - *(const vec *)at;
                s[i][h] += difference * difference;
            }
    for (size_t i = 0; i < m; i++)
        for (int h = 0; h < PARTS; h++)
            *(vec *)(y + i * LAR_PANEL_F64 + h * LANES) = s[i][h];
}

#define SQUARES_OF(level) lar_unfused_squares_f64_##level
#define SQUARES(level) SQUARES_OF(level)

void SQUARES(LEVEL)(double *y, const double *x, const double *panels, size_t k, size_t n_panels);
void SQUARES(LEVEL)(double *y, const double *x, const double *panels, size_t k, size_t n_panels)
{
    size_t i = 0;
    for (; i + PANELS <= n_panels; i += PANELS)
        some_panels(y + i * LAR_PANEL_F64, x, panels + i * k * LAR_PANEL_F64, k, PANELS);
    for (; i < n_panels; i++)
        some_panels(y + i * LAR_PANEL_F64, x, panels + i * k * LAR_PANEL_F64, k, 1);
}
