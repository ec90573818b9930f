/* The format "scikit-learn" in a skops file.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/format.h"
#include "persistence/formats/sklearn/objects.h"
#include "persistence/formats/skops/skops.h"

static int probe(const struct lar_bundle *bundle)
{
    return bundle->n_files == 1 && sp_probe(bundle->files[0].data, bundle->files[0].size) ? 2 : 0;
}

static bool read_file(const struct lar_bundle *bundle, const struct lar_read_limits *limits,
                      struct lar_draft *draft, struct lar_report *report, struct lar_error *err)
{
    const struct lar_bundle_file *file = &bundle->files[0];
    struct lar_arena arena;
    struct sp_file parsed = {.objects = {.arena = &arena}};
    lar_arena_init(&arena, limits->memory);
    bool ok = sp_parse(&parsed, file->data, file->size, limits->memory, err) ||
              lar_error_within(err, "skops");
    if (ok) {
        const json_t *version = json_object_get(parsed.schema, "_skops_version");
        if (json_is_string(version))
            (void)json_object_set(report->root, "skops", (json_t *)version);
        ok = sk_read_objects(&parsed.objects, "", limits, draft, report, err);
    }
    sp_finish(&parsed);
    lar_arena_finish(&arena);
    return ok;
}

const struct lar_format lar_format_skops = {
    .name = "scikit-learn",
    .probe = probe,
    .read = read_file,
};
