/* From an object to the reader of its class.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/narrow.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool sk_fail(struct sk_context *sk, enum lar_error_code code, const char *format, ...)
{
    char text[sizeof sk->err->text];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return lar_fail(sk->err, code, "%s", text);
}

bool sk_within(struct sk_context *sk, const char *name, size_t i)
{
    if (strlen(sk->err->text) < sizeof sk->err->text / 2)
        lar_error_within(sk->err, "%s[%zu]", name, i);
    return false;
}

void *sk_alloc(struct sk_context *sk, size_t n, size_t size)
{
    void *p = lar_arena_alloc(sk->arena, n ? n : 1, size);
    if (!p)
        lar_arena_fail(sk->arena, sk->err, "a model");
    return p;
}

bool sk_is_inside(const struct pk_node *global, const char *package)
{
    size_t n = strlen(package);
    if (!global || global->kind != PK_GLOBAL)
        return false;
    struct pk_bytes module = global->global.module;
    return pk_bytes_begin(module, package) && (module.size == n || module.data[n] == '.');
}

const struct sk_class *sk_class_of(const struct pk_node *object)
{
    const struct pk_node *class = pk_class(object);
    for (const struct sk_class *row = sk_classes; class && row->package; row++)
        if (pk_bytes_are(class->global.name, row->name) && sk_is_inside(class, row->package))
            return row;
    return NULL;
}

bool sk_is_passthrough(const struct pk_node *object)
{
    return object && (object->kind == PK_NONE || pk_text_equal(object, "passthrough"));
}

/* An estimator that looks at no column, because all it answers is constant, takes as many numbers
 * as it was fitted with. */
static bool expect_fitted(struct sk_context *sk, const struct pk_node *object,
                          const struct sk_frame *in)
{
    if (sk->root.documents || sk->root.n != SK_UNKNOWN)
        return true;
    if (!sk_frame_expect_fitted(sk, object, in))
        return false;
    for (size_t i = 0; sk->root.n != SK_UNKNOWN && i < sk->root.n; i++)
        if (!sk_root_use(sk, i, SK_NUMBER))
            return false;
    return true;
}

bool sk_read(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
             struct sk_result *ret)
{
    char what[256];
    const struct sk_class *row = sk_class_of(object);
    if (!row) {
        sk->named = true;
        return sk_refuse(sk, object);
    }
    if (sk->depth == SK_DEPTH)
        return sk_fail(sk, LAR_ERR_LIMIT, "estimators are nested deeper than %d", SK_DEPTH);
    if (++sk->estimators > SK_ESTIMATORS)
        return sk_fail(sk, LAR_ERR_LIMIT, "more than %d estimators in one model", SK_ESTIMATORS);
    for (unsigned i = 0; i < sk->depth; i++)
        if (sk->path[i] == object)
            return sk_fail(sk, LAR_ERR_FORMAT, "%s contains itself",
                           sk_describe(sk, object, what, sizeof what));
    sk->path[sk->depth++] = object;
    *ret = (struct sk_result){.transforms = false};
    struct sk_narrow narrow;
    sk_narrow_enter(sk, row, object, in, &narrow);
    bool ok = row->read(sk, object, narrow.in, ret);
    if (ok)
        sk_narrow_leave(sk, &narrow, ret);
    ok = lar_draft_ok(sk->draft, sk->err) && ok && expect_fitted(sk, object, in);
    sk->depth--;
    if (!ok && !sk->named)
        lar_error_within(sk->err, "%s", sk_describe(sk, object, what, sizeof what));
    sk->named |= !ok;
    return ok;
}

void sk_remark(struct sk_context *sk, const char *sentence)
{
    sk->remark = sk->remark ? sk->remark : sentence;
}

bool sk_answer(struct sk_context *sk, struct sk_result *ret, enum sk_method method, lar_value value,
               lar_value labels)
{
    struct sk_answer *answer = &ret->answers[method];
    struct sk_output *outputs = sk_alloc(sk, answer->n + 1, sizeof *outputs);
    if (!outputs)
        return false;
    if (answer->n)
        memcpy(outputs, answer->outputs, answer->n * sizeof *outputs);
    outputs[answer->n++] = (struct sk_output){.value = value, .labels = labels};
    answer->outputs = outputs;
    return true;
}
