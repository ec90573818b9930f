/* larder.NonnegativeWeights by coordinate descent: for each component in turn, the weight that is
 * best while all others stand still.
 *
 * Eight rows stand side by side, so that the products of one component are one panel.
 * SPDX-License-Identifier: MIT */
#include "inference/operators/nonnegative.h"

#include "base/checked.h"
#include "inference/kernels.h"

#include <math.h>
#include <string.h>

enum { LANES = LAR_PANEL_F64 };

/* X H' - l1 of all rows, in panels [rows / 8][k][8]; 0 where the last has no row. */
static bool load_targets(const struct lar_nonnegative_call *c, double *targets,
                         struct lar_error *err)
{
    size_t k = c->s->k;
    double *products = lar_scratch_take(c->scratch, k * LANES, sizeof *products);
    if (!products)
        return lar_scratch_fail(c->scratch, err, "products");
    for (size_t first = 0; first < c->rows; first += LANES, targets += k * LANES) {
        size_t m = c->rows - first < LANES ? c->rows - first : LANES;
        lar_nonnegative_products(c, first, m, products);
        for (size_t i = 0; i < m; i++)
            for (size_t t = 0; t < k; t++)
                targets[t * LANES + i] = products[i * k + t] - c->s->l1;
    }
    return true;
}

/* One pass over eight rows; adds their violations to SUMS. */
static void descend(const struct lar_nonnegative_call *c, double *w, const double *targets,
                    double *sums)
{
    size_t k = c->s->k;
    for (size_t t = 0; t < k; t++) {
        const double *row = c->s->gram + t * k, *target = targets + t * LANES;
        double gradient[LANES], *mine = w + t * LANES, curve = row[t];
        c->kernels->panels_f64(gradient, row, 1, w, k, LANES);
        for (int q = 0; q < LANES; q++) {
            double g = gradient[q] - target[q];
            double inward = mine[q] == 0 && g > 0 ? 0 : g;
            double next = mine[q] - g / curve;
            sums[q] += fabs(inward);
            next = next < 0 ? 0 : next;
            mine[q] = curve != 0 ? next : mine[q];
        }
    }
}

static double pass(const struct lar_nonnegative_call *c, double *w, const double *targets,
                   size_t panels)
{
    size_t size = c->s->k * LANES;
    double sums[LANES] = {0}, all = 0;
    for (size_t p = 0; p < panels; p++)
        descend(c, w + p * size, targets + p * size, sums);
    for (int q = 0; q < LANES; q++)
        all += sums[q];
    return all;
}

bool lar_nonnegative_descend(const struct lar_nonnegative_call *c, struct lar_error *err)
{
    const struct lar_nonnegative *s = c->s;
    size_t panels = (c->rows + LANES - 1) / LANES, n;
    double *w = NULL, *targets = NULL, first = 0;
    if (!lar_mul_size(panels, s->k * LANES, &n) ||
        !(targets = lar_scratch_take(c->scratch, n, sizeof *targets)) ||
        !(w = lar_scratch_take(c->scratch, n, sizeof *w)))
        return lar_scratch_fail(c->scratch, err, "weights");
    memset(w, 0, n * sizeof *w);
    memset(targets, 0, n * sizeof *targets);
    if (!load_targets(c, targets, err))
        return false;
    for (uint64_t round = 0; round < s->rounds; round++) {
        double violation = pass(c, w, targets, panels);
        first = round == 0 ? violation : first;
        if (first == 0 || violation / first <= s->tolerance)
            break;
    }
    for (size_t i = 0; i < c->rows; i++)
        for (size_t t = 0; t < s->k; t++)
            c->w[i * s->k + t] = w[(i / LANES * s->k + t) * LANES + i % LANES];
    return true;
}
