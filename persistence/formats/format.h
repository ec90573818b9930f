/* A format of model files. A new one is a file or folder that ends in a `const struct lar_format`
 * and one row in persistence/formats/table.c.
 *
 * Readers turn files into a draft. They run inside larder-loader only: single-threaded, sandboxed,
 * without files, sockets or a locale of their own. They never trust a length, and nothing in a file
 * is ever executed. The format is chosen by content, never by name.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_FORMAT_H
#define PERSISTENCE_FORMATS_FORMAT_H

#include "base/bundle.h"
#include "graph/draft.h"
#include "persistence/formats/declared.h"

#include <jansson.h>

/* What the loader tells of a model: becomes the listing's facts. Keys (all but format may be
 * absent): format, producer, versions {name: version}, class, classes [dotted names met],
 * warnings [sentences], container ("gzip", ...), and of a pickle:
 *   pickle {protocol, joblib: raw arrays in it, bytes: out of its container, globals: how many}
 *   globals [{name, count, at: byte of the first, verdict, why}]: danger.h; dangerous ones first
 *   tree: the estimators, each in the one that holds it (describe_tree.h).
 * Inputs, outputs and methods are the flat form's. */
struct lar_report {
    json_t *root; /* an object; the holder's */
};

/* Limits that the loader was started with, and what stands beside the model. */
struct lar_read_limits {
    size_t memory; /* bytes of reader-owned memory: nodes, decompressed streams */
    const struct lar_declared *declared; /* what the folder says of the inputs, or NULL */
};

struct lar_format {
    const char *name; /* "scikit-learn", "ONNX": as users call it */

    /* How sure: 0 not mine, 1 might be, 2 certainly, 3 certainly, and the model is but a part of
     * it. Looks at content only, cheaply. */
    int (*probe)(const struct lar_bundle *bundle);

    /* Adds inputs, nodes and methods. On failure ERR says what was met, where in the file, and
     * what would be accepted. A file that ends too early fails with LAR_ERR_TRUNCATED. */
    bool (*read)(const struct lar_bundle *bundle, const struct lar_read_limits *limits,
                 struct lar_draft *draft, struct lar_report *report, struct lar_error *err);
};

/* All formats, in the order of probing; ends with NULL. persistence/formats/table.c */
extern const struct lar_format *const lar_formats[];

/* Probes and reads. */
bool lar_format_read(const struct lar_bundle *bundle, const struct lar_read_limits *limits,
                     struct lar_draft *draft, struct lar_report *report, struct lar_error *err);

#endif
