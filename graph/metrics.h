/* Which metrics operators that compare points know. The numbers are part of the flat form.
 * SPDX-License-Identifier: MIT */
#ifndef GRAPH_METRICS_H
#define GRAPH_METRICS_H

enum lar_metric {
    LAR_METRIC_EUCLIDEAN,
    LAR_METRIC_SQEUCLIDEAN,
    LAR_METRIC_MANHATTAN,
    LAR_METRIC_CHEBYSHEV,
    LAR_METRIC_MINKOWSKI,  /* p; weights times |x - y|^p */
    LAR_METRIC_WMINKOWSKI, /* p; |weights times (x - y)|^p */
    LAR_METRIC_SEUCLIDEAN, /* weights: the variances */
    LAR_METRIC_MAHALANOBIS,
    LAR_METRIC_HAMMING,
    LAR_METRIC_CANBERRA,
    LAR_METRIC_BRAYCURTIS,     /* divided by |x| + |y| */
    LAR_METRIC_BRAYCURTIS_SUM, /* divided by |x + y|, as SciPy does */
    LAR_METRIC_COSINE,
    LAR_METRIC_CORRELATION,
    LAR_METRIC_HAVERSINE, /* two columns */
    LAR_METRIC_NAN_EUCLIDEAN,
    /* What is not 0 counts as true: */
    LAR_METRIC_JACCARD,
    LAR_METRIC_DICE,
    LAR_METRIC_ROGERSTANIMOTO,
    LAR_METRIC_RUSSELLRAO,
    LAR_METRIC_SOKALMICHENER,
    LAR_METRIC_SOKALSNEATH,
    LAR_METRIC_MATCHING,
    LAR_METRIC_KULSINSKI,
    LAR_METRICS
};

/* How the nearest of many are chosen and ordered where distances are equal. */
enum lar_ties {
    LAR_TIES_QUICK,  /* a heap, then scikit-learn's quicksort (before 1.9) */
    LAR_TIES_INTRO,  /* a heap, then its introsort */
    LAR_TIES_SELECT, /* numpy.argpartition and argsort */
    LAR_TIES
};

#endif
