/* Attributes of fitted objects; see attributes.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"

#include "base/checked.h"

#include <string.h>

unsigned sk_release(const struct pk_node *object)
{
    const struct pk_node *text = pk_attribute(object, "_sklearn_version");
    if (!text || text->kind != PK_TEXT)
        return 0;
    unsigned part[2] = {0, 0}, at = 0;
    for (size_t i = 0; i < text->bytes.size && at < 2; i++) {
        uint8_t c = text->bytes.data[i];
        if (c >= '0' && c <= '9' && part[at] < 1000)
            part[at] = part[at] * 10 + (c - '0');
        else if (c == '.')
            at++;
        else
            break;
    }
    return SK_RELEASE(part[0], part[1] < 100 ? part[1] : 99);
}

bool sk_has(const struct pk_node *object, const char *name)
{
    const struct pk_node *node = pk_attribute(object, name);
    return node && node->kind != PK_NONE;
}

const struct pk_node *sk_fitted(struct sk_context *sk, const struct pk_node *object,
                                const char *name)
{
    const struct pk_node *node = pk_attribute(object, name);
    if (!node)
        sk_fail(sk, LAR_ERR_UNSUPPORTED,
                "is not fitted: it has no %s. Call fit() before writing the file", name);
    return node;
}

bool sk_refuse_attribute(struct sk_context *sk, const struct pk_node *node, const char *name,
                         const char *want)
{
    char what[256];
    if (node && node->kind == PK_TEXT && node->bytes.size <= 100)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED, "%s: %s, not '%.*s'", name, want,
                       (int)node->bytes.size, (const char *)node->bytes.data);
    return sk_fail(sk, LAR_ERR_UNSUPPORTED, "%s: %s, not %s", name, want,
                   node ? pk_describe(node, what, sizeof what) : "missing");
}

bool sk_get_flag(struct sk_context *sk, const struct pk_node *object, const char *name,
                 bool fallback, bool *ret)
{
    const struct pk_node *node = pk_attribute(object, name);
    int64_t number;
    *ret = fallback;
    if (!node || pk_get_bool(node, ret))
        return true;
    if (!pk_get_i64(node, &number))
        return sk_refuse_attribute(sk, node, name, "must be True or False");
    *ret = number != 0;
    return true;
}

bool sk_get_size(struct sk_context *sk, const struct pk_node *object, const char *name,
                 size_t fallback, size_t *ret)
{
    const struct pk_node *node = pk_attribute(object, name);
    int64_t number;
    *ret = fallback;
    if (!node || node->kind == PK_NONE)
        return true;
    if (!pk_get_i64(node, &number) || number < 0 || number > INT32_MAX)
        return sk_refuse_attribute(sk, node, name, "must be a count");
    *ret = (size_t)number;
    return true;
}

bool sk_option_is(const struct pk_node *object, const char *name, const char *fallback,
                  const char *text)
{
    const struct pk_node *node = pk_attribute(object, name);
    return node ? pk_text_equal(node, text) : strcmp(fallback, text) == 0;
}

/* A scipy.sparse matrix in compressed rows as a dense one; of one dimension, it is one row. */
static bool dense_of_csr(struct sk_context *sk, const struct pk_node *node, const char *name,
                         struct sk_numbers *ret)
{
    struct sk_numbers data;
    const int64_t *shape = NULL, *indices = NULL, *indptr = NULL;
    size_t rank = 0, n = 0, rows = 0;
    if (!sk_integers(sk, pk_attribute(node, "_shape"), name, &shape, &rank) ||
        !sk_integers(sk, pk_attribute(node, "indices"), name, &indices, &n) ||
        !sk_integers(sk, pk_attribute(node, "indptr"), name, &indptr, &rows) ||
        !sk_numbers(sk, pk_attribute(node, "data"), name, 1, 1, &data))
        return false;
    size_t count;
    int64_t height = rank == 2 ? shape[0] : 1, width = rank ? shape[rank - 1] : 0;
    if (rank < 1 || rank > 2 || height < 0 || width < 0 || rows != (size_t)height + 1 ||
        n != data.n || !lar_mul_size((size_t)height, (size_t)width, &count))
        return sk_fail(sk, LAR_ERR_FORMAT, "%s: the arrays of a sparse matrix do not fit together",
                       name);
    double *dense = sk_alloc(sk, count, sizeof *dense);
    if (!dense)
        return false;
    for (size_t row = 0; row + 1 < rows; row++) {
        if (indptr[row] < 0 || indptr[row] > indptr[row + 1] || (size_t)indptr[row + 1] > n)
            return sk_fail(sk, LAR_ERR_FORMAT, "%s: rows of a sparse matrix are out of range",
                           name);
        for (int64_t i = indptr[row]; i < indptr[row + 1]; i++) {
            if (indices[i] < 0 || indices[i] >= width)
                return sk_fail(sk, LAR_ERR_FORMAT, "%s: a sparse matrix has no column %lld", name,
                               (long long)indices[i]);
            dense[row * (size_t)width + (size_t)indices[i]] += data.data[i];
        }
    }
    *ret = (struct sk_numbers){.data = dense, .shape = LAR_SHAPE(width), .n = count};
    if (rank == 2)
        ret->shape = LAR_SHAPE(height, width);
    return true;
}

bool sk_is_csr(const struct pk_node *node)
{
    const struct pk_node *class = pk_class(node);
    static const char *const names[] = {"csr_matrix", "csr_array"};
    for (size_t i = 0; class && i < sizeof names / sizeof *names; i++)
        if (class->global.name.size == strlen(names[i]) && class->global.module.size >= 12 &&
            memcmp(class->global.module.data, "scipy.sparse", 12) == 0 &&
            memcmp(class->global.name.data, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

bool sk_numbers(struct sk_context *sk, const struct pk_node *node, const char *name, uint32_t min,
                uint32_t max, struct sk_numbers *ret)
{
    struct np_array array;
    double scalar;
    *ret = (struct sk_numbers){.n = 1};
    if (np_is_array(node)) {
        if (!np_array(&array, node, sk->arena, sk->err) ||
            !(ret->data = np_to_f64(&array, sk->arena, sk->err)))
            return lar_error_within(sk->err, "%s", name);
        ret->shape = array.shape;
        ret->float32 = array.dtype->kind == 'f' && array.dtype->itemsize == 4;
    } else if (sk_is_csr(node)) {
        if (!dense_of_csr(sk, node, name, ret))
            return false;
    } else if (pk_get_f64(node, &scalar)) {
        double *copy = sk_alloc(sk, 1, sizeof *copy);
        if (!copy)
            return false;
        *copy = scalar;
        ret->data = copy;
    } else {
        return sk_refuse_attribute(sk, node, name, "must be an array of numbers");
    }
    uint64_t n = 0;
    if (ret->shape.rank < min || ret->shape.rank > max || !lar_shape_count(&ret->shape, &n))
        return sk_fail(sk, LAR_ERR_FORMAT, "%s: has %u dimensions, not %u to %u", name,
                       ret->shape.rank, min, max);
    ret->n = (size_t)n;
    return true;
}

bool sk_get_numbers(struct sk_context *sk, const struct pk_node *object, const char *name,
                    uint32_t min, uint32_t max, struct sk_numbers *ret)
{
    const struct pk_node *node = sk_fitted(sk, object, name);
    return node && sk_numbers(sk, node, name, min, max, ret);
}

bool sk_get_vector(struct sk_context *sk, const struct pk_node *object, const char *name, size_t n,
                   const double **ret)
{
    struct sk_numbers numbers;
    if (!sk_get_numbers(sk, object, name, 1, 1, &numbers))
        return false;
    if (numbers.n != n)
        return sk_fail(sk, LAR_ERR_FORMAT, "%s: has %zu elements, not %zu", name, numbers.n, n);
    *ret = numbers.data;
    return true;
}

bool sk_items(struct sk_context *sk, const struct pk_node *node, struct pk_items *ret)
{
    struct np_array array;
    uint64_t n;
    if (node && (node->kind == PK_LIST || node->kind == PK_TUPLE)) {
        *ret = node->items;
        return true;
    }
    if (!np_is_array(node) || !np_array(&array, node, sk->arena, sk->err) || !array.objects ||
        !lar_shape_count(&array.shape, &n))
        return false;
    *ret = (struct pk_items){.data = array.objects, .n = (size_t)n};
    return true;
}

bool sk_tuple(struct sk_context *sk, const struct pk_node *node, size_t n, struct pk_items *ret)
{
    char what[256];
    if (!sk_items(sk, node, ret) || ret->n != n)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED, "must be a tuple of %zu, not %s", n,
                       node ? pk_describe(node, what, sizeof what) : "missing");
    return true;
}

bool sk_integers(struct sk_context *sk, const struct pk_node *node, const char *name,
                 const int64_t **ret, size_t *ret_n)
{
    struct np_array array;
    uint64_t count;
    if (np_is_array(node)) {
        if (!np_array(&array, node, sk->arena, sk->err))
            return lar_error_within(sk->err, "%s", name);
        if (!array.objects) {
            if (!(*ret = np_to_i64(&array, sk->arena, sk->err)))
                return lar_error_within(sk->err, "%s", name);
            if (!lar_shape_count(&array.shape, &count))
                return sk_fail(sk, LAR_ERR_FORMAT, "%s: has no countable shape", name);
            *ret_n = (size_t)count;
            return true;
        }
    }
    struct pk_items items;
    if (!sk_items(sk, node, &items))
        return sk_refuse_attribute(sk, node, name, "must be a list of integers");
    int64_t *copy = sk_alloc(sk, items.n, sizeof *copy);
    if (!copy)
        return false;
    for (size_t i = 0; i < items.n; i++)
        if (!pk_get_i64(items.data[i], copy + i))
            return sk_refuse_attribute(sk, items.data[i], name, "must hold integers");
    *ret = copy;
    *ret_n = items.n;
    return true;
}

bool sk_labels(struct sk_context *sk, const struct pk_node *node, const char *name, lar_value *ret,
               size_t *ret_n)
{
    struct np_array array;
    struct lar_tensor *labels = sk_alloc(sk, 1, sizeof *labels);
    if (!labels)
        return false;
    if (node && node->kind == PK_LIST && node->items.n == 1) /* some releases wrap a single one */
        node = node->items.data[0];
    if (!np_is_array(node))
        return sk_refuse_attribute(sk, node, name, "must be an array");
    if (!np_array(&array, node, sk->arena, sk->err) ||
        !np_to_tensor(labels, &array, sk->arena, sk->err))
        return lar_error_within(sk->err, "%s", name);
    if (labels->shape.rank != 1 || labels->shape.dims[0] == 0)
        return sk_fail(sk, LAR_ERR_FORMAT, "%s: is no list of classes", name);
    *ret_n = (size_t)labels->shape.dims[0];
    *ret = lar_draft_constant(sk->draft, labels);
    return true;
}

const char *sk_text(struct sk_context *sk, const struct pk_node *node)
{
    if (!node || node->kind != PK_TEXT || memchr(node->bytes.data, 0, node->bytes.size))
        return NULL;
    char *copy = lar_arena_strndup(sk->arena, (const char *)node->bytes.data, node->bytes.size);
    if (!copy)
        lar_arena_fail(sk->arena, sk->err, "a text");
    return copy;
}

/* The strings of a text array, each NUL-terminated. */
static bool texts_of_array(struct sk_context *sk, const struct np_array *array, const char *name,
                           const char *const **ret, size_t *ret_n)
{
    struct lar_tensor t;
    if (!np_to_tensor(&t, array, sk->arena, sk->err))
        return lar_error_within(sk->err, "%s", name);
    if (t.type != LAR_TYPE_STRING)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED, "%s: holds %s, not texts", name,
                       lar_type_name(t.type));
    size_t n = (size_t)lar_tensor_count(&t);
    const char **texts = sk_alloc(sk, n, sizeof *texts);
    for (size_t i = 0; texts && i < n; i++) {
        const char *text = (const char *)t.data + t.offsets[i];
        size_t length = (size_t)(t.offsets[i + 1] - t.offsets[i]);
        if (t.kinds[i] != LAR_STRING_TEXT || (length && memchr(text, 0, length)))
            return sk_fail(sk, LAR_ERR_UNSUPPORTED, "%s: element %zu is no name", name, i);
        if (!(texts[i] = lar_arena_strndup(sk->arena, text, length)))
            return lar_arena_fail(sk->arena, sk->err, name);
    }
    *ret = texts;
    *ret_n = n;
    return texts != NULL;
}

bool sk_texts(struct sk_context *sk, const struct pk_node *node, const char *name,
              const char *const **ret, size_t *ret_n)
{
    struct np_array array;
    struct pk_items items;
    if (np_is_array(node))
        return np_array(&array, node, sk->arena, sk->err)
                   ? texts_of_array(sk, &array, name, ret, ret_n)
                   : lar_error_within(sk->err, "%s", name);
    if (!sk_items(sk, node, &items))
        return sk_refuse_attribute(sk, node, name, "must be a list of texts");
    const char **texts = sk_alloc(sk, items.n, sizeof *texts);
    for (size_t i = 0; texts && i < items.n; i++)
        if (!(texts[i] = sk_text(sk, items.data[i])))
            return sk_refuse_attribute(sk, items.data[i], name, "must hold texts");
    *ret = texts;
    *ret_n = items.n;
    return texts != NULL;
}
