/* From files to a draft: the format that knows them best reads them.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/format.h"

#include <stdio.h>
#include <string.h>

/* The first bytes of a file, for a message: text as text, else in hexadecimal. */
static const char *beginning(const struct lar_bundle_file *file, char *buffer, size_t size)
{
    size_t n = file->size < 12 ? file->size : 12, used = 0;
    bool text = true;
    for (size_t i = 0; i < n; i++)
        text &= file->data[i] >= 0x20 && file->data[i] < 0x7F;
    buffer[0] = 0;
    for (size_t i = 0; i < n && used + 4 < size; i++)
        used += (size_t)snprintf(buffer + used, size - used, text ? "%c" : "%02x ", file->data[i]);
    return buffer;
}

static bool refuse(const struct lar_bundle *bundle, struct lar_error *err)
{
    char first[64];
    if (bundle->n_files == 0)
        return lar_fail(err, LAR_ERR_FORMAT, "there is no file");
    if (bundle->n_files > 1)
        return lar_fail(err, LAR_ERR_UNSUPPORTED,
                        "a folder of %u files is in no format that is known", bundle->n_files);
    if (bundle->files[0].size == 0)
        return lar_fail(err, LAR_ERR_TRUNCATED, "the file is empty");
    return lar_fail(err, LAR_ERR_UNSUPPORTED,
                    "the file is in no format that is known: it begins with '%s'",
                    beginning(&bundle->files[0], first, sizeof first));
}

bool lar_format_read(const struct lar_bundle *bundle, const struct lar_read_limits *limits,
                     struct lar_draft *draft, struct lar_report *report, struct lar_error *err)
{
    const struct lar_format *best = NULL;
    int sure = 0;
    for (size_t i = 0; lar_formats[i]; i++) {
        int how = lar_formats[i]->probe(bundle);
        if (how > sure) {
            best = lar_formats[i];
            sure = how;
        }
    }
    if (!best)
        return refuse(bundle, err);
    (void)json_object_set_new(report->root, "format", json_string(best->name));
    return best->read(bundle, limits, draft, report, err);
}
