/* How a text becomes terms; see text_options.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/text_options.h"

#include "persistence/formats/sklearn/attributes.h"

#include <string.h>

static void add_param(struct lar_node_args *args, const char *name, lar_value value)
{
    size_t i = 0;
    while (args->params[i].name)
        i++;
    args->params[i].name = name;
    args->params[i].value = value;
}

/* A callable, or what is read from elsewhere. */
static bool check_options(struct sk_context *sk, const struct pk_node *object, bool words)
{
    const struct pk_node *preprocessor = pk_attribute(object, "preprocessor");
    const struct pk_node *tokenizer = pk_attribute(object, "tokenizer");
    if (!sk_option_is(object, "input", "content", "content"))
        return sk_refuse_attribute(sk, pk_attribute(object, "input"), "input",
                                   "only 'content' is supported");
    if (preprocessor && preprocessor->kind != PK_NONE)
        return sk_refuse_attribute(sk, preprocessor, "preprocessor", "only None is supported");
    if (words && tokenizer && tokenizer->kind != PK_NONE)
        return sk_refuse_attribute(sk, tokenizer, "tokenizer", "only None is supported");
    return true;
}

/* The place of the option NAME among N texts. */
static bool choose(struct sk_context *sk, const struct pk_node *object, const char *name,
                   const char *const *texts, int64_t n, const char *want, int64_t *ret)
{
    for (*ret = 0; *ret < n; ++*ret)
        if (sk_option_is(object, name, texts[0], texts[*ret]))
            return true;
    return sk_refuse_attribute(sk, pk_attribute(object, name), name, want);
}

static bool add_accents(struct sk_context *sk, const struct pk_node *object,
                        struct lar_node_args *args)
{
    static const char *const kinds[] = {"None", "ascii", "unicode"};
    int64_t accents = 0;
    if (sk_has(object, "strip_accents") && !choose(sk, object, "strip_accents", kinds, 3,
                                                   "must be None, 'ascii' or 'unicode'", &accents))
        return false;
    if (accents == 2 && sk_release(object) < SK_RELEASE(0, 21))
        accents = 3; /* a text that needed no normalising kept its marks */
    add_param(args, "accents", lar_draft_scalar_i64(sk->draft, accents));
    return true;
}

static bool add_range(struct sk_context *sk, const struct pk_node *object,
                      struct lar_node_args *args)
{
    const struct pk_node *node = pk_attribute(object, "ngram_range");
    const int64_t *range;
    size_t n;
    if (!node)
        return true;
    if (!sk_integers(sk, node, "ngram_range", &range, &n))
        return false;
    if (n != 2 || range[0] < 1 || range[1] < range[0] || range[1] > 1000)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "ngram_range: must be (least, most) from 1 to 1000");
    add_param(args, "least", lar_draft_scalar_i64(sk->draft, range[0]));
    add_param(args, "most", lar_draft_scalar_i64(sk->draft, range[1]));
    return true;
}

static bool add_stop_words(struct sk_context *sk, const struct pk_node *object,
                           struct lar_node_args *args)
{
    const struct pk_node *node = pk_attribute(object, "stop_words");
    if (!node || node->kind == PK_NONE)
        return true;
    if (pk_text_equal(node, "english")) {
        add_param(
            args, "stop_words",
            lar_draft_strings(sk->draft, sk_english_stop_words, NULL, NULL, SK_ENGLISH_STOP_WORDS));
        return true;
    }
    struct pk_items items;
    if (node->kind == PK_SET || node->kind == PK_FROZENSET)
        items = node->items;
    else if (!sk_items(sk, node, &items))
        return sk_refuse_attribute(sk, node, "stop_words", "must be 'english', a list or None");
    const char **words = sk_alloc(sk, items.n, sizeof *words);
    size_t *lengths = sk_alloc(sk, items.n, sizeof *lengths), n = 0;
    if (!words || !lengths)
        return false;
    for (size_t i = 0; i < items.n; i++) {
        const struct pk_node *item = items.data[i];
        if (!item || item->kind != PK_TEXT)
            return sk_refuse_attribute(sk, item, "stop_words", "must hold words");
        words[n] = (const char *)item->bytes.data;
        lengths[n++] = item->bytes.size;
    }
    add_param(args, "stop_words", lar_draft_strings(sk->draft, words, lengths, NULL, n));
    return true;
}

static bool add_pattern(struct sk_context *sk, const struct pk_node *object,
                        struct lar_node_args *args)
{
    const struct pk_node *node = pk_attribute(object, "token_pattern");
    const char *pattern = NULL;
    size_t length = 0, shortest = 2;
    if (node && !sk_translate_pattern(sk, node, &pattern, &length, &shortest))
        return false;
    if (pattern)
        add_param(args, "pattern", lar_draft_strings(sk->draft, &pattern, &length, NULL, 1));
    add_param(args, "shortest", lar_draft_scalar_i64(sk->draft, (int64_t)shortest));
    return true;
}

bool sk_add_text_options(struct sk_context *sk, const struct pk_node *object,
                         struct lar_node_args *args)
{
    static const char *const analyzers[] = {"word", "char", "char_wb"};
    int64_t analyzer;
    bool lowercase;
    if (!choose(sk, object, "analyzer", analyzers, 3, "must be 'word', 'char' or 'char_wb'",
                &analyzer) ||
        !check_options(sk, object, analyzer == 0) ||
        !sk_get_flag(sk, object, "lowercase", true, &lowercase) || !add_accents(sk, object, args) ||
        !add_range(sk, object, args))
        return false;
    add_param(args, "lowercase", lar_draft_scalar_bool(sk->draft, lowercase));
    add_param(args, "analyzer", lar_draft_scalar_i64(sk->draft, analyzer));
    return analyzer != 0 || (add_stop_words(sk, object, args) && add_pattern(sk, object, args));
}
