/* Attributes of fitted objects; see attributes.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"

#include "persistence/formats/sklearn/sparse_matrix.h"

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
                   node ? sk_describe(sk, node, what, sizeof what) : "missing");
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
    } else if (sk_is_sparse_matrix(node)) {
        if (!sk_dense_of_sparse(sk, node, name, ret))
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
                       node ? sk_describe(sk, node, what, sizeof what) : "missing");
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
    struct np_array scalar;
    struct lar_tensor t;
    const char *text = node && node->kind == PK_TEXT ? (const char *)node->bytes.data : NULL;
    size_t n = text ? node->bytes.size : 0;
    if (!text && np_scalar(&scalar, node, sk->arena) && scalar.dtype->kind == 'U' &&
        np_to_tensor(&t, &scalar, sk->arena, sk->err)) {
        text = t.data;
        n = (size_t)t.offsets[1];
    }
    if (!text || (n && memchr(text, 0, n)))
        return NULL;
    char *copy = lar_arena_strndup(sk->arena, text, n);
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
