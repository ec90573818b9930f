/* sklearn.pipeline: Pipeline, FeatureUnion.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/union.h"

/* Whether nothing that follows can say more about the model's input: FRAME has left it behind. */
static bool is_settled(const struct sk_frame *frame)
{
    if (frame->matrix != LAR_NO_VALUE)
        return true;
    for (size_t i = 0; frame->columns && i < frame->n; i++)
        if (frame->columns[i].value == LAR_NO_VALUE)
            return false;
    return frame->columns != NULL;
}

/* A pipeline has not all methods of its last step. */
static bool forget(struct sk_result *ret)
{
    static const enum sk_method methods[] = {SK_APPLY, SK_DECISION_PATH, SK_KNEIGHBORS};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        ret->answers[methods[i]].n = 0;
    return true;
}

bool sk_read_pipeline(struct sk_context *sk, const struct pk_node *object,
                      const struct sk_frame *in, struct sk_result *ret)
{
    struct pk_items steps, step;
    const struct pk_node *node = sk_fitted(sk, object, "steps");
    struct sk_frame frame = *in;
    if (!node)
        return false;
    if (!sk_items(sk, node, &steps) || steps.n == 0)
        return sk_refuse_attribute(sk, node, "steps", "must be a list");
    for (size_t i = 0; i < steps.n; i++) {
        bool last = i + 1 == steps.n;
        if (!sk_tuple(sk, steps.data[i], 2, &step))
            return sk_within(sk, "steps", i);
        *ret = (struct sk_result){.transforms = true, .frame = frame};
        if (!sk_is_passthrough(step.data[1]) && !sk_read(sk, step.data[1], &frame, ret))
            return sk_within(sk, "steps", i);
        if (!last && !ret->transforms)
            return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                           "steps[%zu]: it has no transform, so it can only be the last step", i);
        frame = ret->frame;
        if (!sk->root.typed && sk->depth == 1 && is_settled(&frame))
            return true;
    }
    return forget(ret);
}

bool sk_weigh(struct sk_context *sk, const struct pk_node *weights, const struct pk_node *name,
              struct sk_frame *frame)
{
    double weight;
    if (!weights || weights->kind == PK_NONE)
        return true;
    const char *key = sk_text(sk, name);
    const struct pk_node *node = key ? pk_dict_get(weights, key) : NULL;
    if (!node || node->kind == PK_NONE)
        return true;
    if (!pk_get_f64(node, &weight))
        return sk_refuse_attribute(sk, node, "transformer_weights", "must hold numbers");
    return sk_frame_scale(sk, frame, weight);
}

/* One entry (name, transformer) of a union. SKIP: it adds nothing. */
static bool read_part(struct sk_context *sk, const struct pk_node *object,
                      const struct pk_node *entry, const struct sk_frame *in, struct sk_frame *ret,
                      bool *skip)
{
    struct pk_items part;
    struct sk_result result;
    if (!sk_tuple(sk, entry, 2, &part))
        return false;
    const struct pk_node *transformer = part.data[1];
    *skip = transformer->kind == PK_NONE || pk_text_equal(transformer, "drop");
    if (*skip)
        return true;
    *ret = *in;
    if (!sk_is_passthrough(transformer)) {
        if (!sk_read(sk, transformer, in, &result))
            return false;
        if (!result.transforms)
            return sk_fail(sk, LAR_ERR_UNSUPPORTED, "it has no transform");
        *ret = result.frame;
    }
    return sk_weigh(sk, pk_attribute(object, "transformer_weights"), part.data[0], ret);
}

bool sk_read_feature_union(struct sk_context *sk, const struct pk_node *object,
                           const struct sk_frame *in, struct sk_result *ret)
{
    struct pk_items parts;
    const struct pk_node *node = sk_fitted(sk, object, "transformer_list");
    size_t n = 0;
    bool sparse = false, skip;
    if (!node)
        return false;
    if (!sk_items(sk, node, &parts))
        return sk_refuse_attribute(sk, node, "transformer_list", "must be a list");
    struct sk_frame *frames = sk_alloc(sk, parts.n, sizeof *frames);
    if (!frames)
        return false;
    for (size_t i = 0; i < parts.n; i++) {
        if (!read_part(sk, object, parts.data[i], in, &frames[n], &skip))
            return sk_within(sk, "transformer_list", i);
        if (!skip)
            sparse |= sk_frame_is_sparse(sk, &frames[n++]);
    }
    if (n == 0)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED, "transformer_list: nothing but dropped parts");
    ret->transforms = true;
    return sk_frame_concat(sk, frames, n, sparse, &ret->frame);
}
