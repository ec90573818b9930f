/* Rows that are records from an array for each key; see question.h.
 * SPDX-License-Identifier: MIT */
#include "cli/question.h"

#include <string.h>

/* Bytes of all names that ROWS rows of COLUMNS have. */
static size_t names_size(const struct lar_key_column *columns, size_t n, uint64_t rows,
                         size_t separator)
{
    size_t ret = 0;
    for (size_t i = 0; i < n; i++) {
        const struct lar_tensor *t = &columns[i].values;
        ret += rows * columns[i].size;
        ret += t->type == LAR_TYPE_STRING ? rows * separator + t->offsets[rows] : 0;
    }
    return ret;
}

static bool take(struct lar_tensor *features, struct lar_tensor *values, uint64_t count,
                 size_t bytes, struct lar_scratch *scratch)
{
    features->data = lar_scratch_take(scratch, bytes + 1, 1);
    features->offsets = lar_scratch_take(scratch, count + 1, sizeof *features->offsets);
    features->kinds = lar_scratch_take(scratch, count + 1, 1);
    values->data = lar_scratch_take(scratch, count + 1, sizeof(double));
    return features->data && features->offsets && features->kinds && values->data;
}

static size_t put(const struct lar_tensor *to, size_t at, const void *bytes, size_t n)
{
    if (n)
        memcpy((char *)to->data + at, bytes, n);
    return at + n;
}

bool lar_key_columns_join(struct lar_tensor ret[2], const struct lar_key_column *columns, size_t n,
                          uint64_t rows, const struct lar_tensor *separator,
                          struct lar_scratch *scratch, struct lar_error *err)
{
    size_t between = separator->offsets[1], used = 0, k = 0;
    for (int i = 0; i < 2; i++)
        ret[i] = (struct lar_tensor){.type = i ? LAR_TYPE_F64 : LAR_TYPE_STRING,
                                     .layout = LAR_LAYOUT_DENSE,
                                     .shape = LAR_SHAPE((int64_t)rows, (int64_t)n)};
    if (!take(&ret[0], &ret[1], rows * n, names_size(columns, n, rows, between), scratch))
        return lar_scratch_fail(scratch, err, "the rows");
    for (uint64_t row = 0; row < rows; row++)
        for (size_t i = 0; i < n; i++, k++) {
            const struct lar_tensor *t = &columns[i].values;
            ret[0].offsets[k] = used;
            ret[0].kinds[k] = LAR_STRING_TEXT;
            ((double *)ret[1].data)[k] =
                t->type == LAR_TYPE_STRING ? 1 : ((const double *)t->data)[row];
            used = put(&ret[0], used, columns[i].name, columns[i].size);
            if (t->type != LAR_TYPE_STRING)
                continue;
            used = put(&ret[0], used, separator->data, between);
            used = put(&ret[0], used, (const char *)t->data + t->offsets[row],
                       t->offsets[row + 1] - t->offsets[row]);
        }
    ret[0].offsets[k] = used;
    return true;
}
