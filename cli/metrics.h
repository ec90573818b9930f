/* Numbers of versions out of larderd's /metrics (Prometheus' text format, version 0.0.4).
 * SPDX-License-Identifier: MIT */
#ifndef CLI_METRICS_H
#define CLI_METRICS_H

#include <stddef.h>

/* Counted since a version was loaded. */
struct lar_counts {
    double requests, errors, rows, seconds, memory;
};

/* Where the numbers of a version belong; its names are not ended by NUL. NULL: nowhere. */
typedef struct lar_counts *lar_counts_find(void *context, const char *model, size_t model_size,
                                           const char *version, size_t version_size);

/* Adds the samples of TEXT to what FIND says. Lines that are no samples, or of no use here, are
 * passed over. */
void lar_counts_read(const char *text, lar_counts_find *find, void *context);

/* What happened from A to B, a second, over SECONDS; 0 where a counter has begun anew. */
struct lar_rates {
    double requests, errors, rows;
    double ms; /* that a request took; negative: there was none */
};
void lar_rates_of(struct lar_rates *ret, const struct lar_counts *a, const struct lar_counts *b,
                  double seconds);

#endif
