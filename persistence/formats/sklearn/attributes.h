/* Attributes of fitted objects: typed, with defaults for those that came later, and refusals that
 * name them.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_SKLEARN_ATTRIBUTES_H
#define PERSISTENCE_FORMATS_SKLEARN_ATTRIBUTES_H

#include "persistence/formats/pickle/numpy.h"
#include "persistence/formats/sklearn/estimator.h"

/* scikit-learn's release that wrote OBJECT, as major * 100 + minor: 22, 104; 0 if it says none. */
unsigned sk_release(const struct pk_node *object);
#define SK_RELEASE(major, minor) ((major)*100u + (minor))

/* Whether OBJECT has NAME and it is not None. */
bool sk_has(const struct pk_node *object, const char *name);

/* The attribute NAME, or NULL after refusing OBJECT as not fitted. */
const struct pk_node *sk_fitted(struct sk_context *sk, const struct pk_node *object,
                                const char *name);

/* Plain options. Where the attribute is missing, FALLBACK; another type is refused. */
bool sk_get_flag(struct sk_context *sk, const struct pk_node *object, const char *name,
                 bool fallback, bool *ret);
bool sk_get_size(struct sk_context *sk, const struct pk_node *object, const char *name,
                 size_t fallback, size_t *ret);

/* Whether the attribute NAME is the text TEXT; where it is missing: whether FALLBACK is. */
bool sk_option_is(const struct pk_node *object, const char *name, const char *fallback,
                  const char *text);

/* Numbers as float64, row-major. */
struct sk_numbers {
    const double *data;
    struct lar_shape shape;
    size_t n;
    bool float32; /* the file holds them so */
};

/* NODE (called NAME in messages), an array or scalar of numbers with MIN to MAX dimensions. A
 * scipy.sparse matrix is read as a dense one. */
bool sk_numbers(struct sk_context *sk, const struct pk_node *node, const char *name, uint32_t min,
                uint32_t max, struct sk_numbers *ret);

/* The attribute NAME read so; missing: refused as not fitted. */
bool sk_get_numbers(struct sk_context *sk, const struct pk_node *object, const char *name,
                    uint32_t min, uint32_t max, struct sk_numbers *ret);

/* The same of a vector that must have N elements. */
bool sk_get_vector(struct sk_context *sk, const struct pk_node *object, const char *name, size_t n,
                   const double **ret);

/* Numbers of two dimensions as a constant of float64, sparse where NODE is. */
bool sk_constant_matrix(struct sk_context *sk, const struct pk_node *node, const char *name,
                        lar_value *ret, size_t *ret_rows, size_t *ret_columns);

/* Integers: an array, or a list or tuple, of any length. */
bool sk_integers(struct sk_context *sk, const struct pk_node *node, const char *name,
                 const int64_t **ret, size_t *ret_n);

/* Elements of a list, a tuple or an object array. False (no error) for anything else. */
bool sk_items(struct sk_context *sk, const struct pk_node *node, struct pk_items *ret);

/* A pair (name, estimator, ...) of a list of named estimators: its N items, or refused. */
bool sk_tuple(struct sk_context *sk, const struct pk_node *node, size_t n, struct pk_items *ret);

/* Class labels: a vector (or the only element of a list of one) as a constant. */
bool sk_labels(struct sk_context *sk, const struct pk_node *node, const char *name, lar_value *ret,
               size_t *ret_n);

/* Texts as NUL-terminated copies; other elements are refused. */
bool sk_texts(struct sk_context *sk, const struct pk_node *node, const char *name,
              const char *const **ret, size_t *ret_n);

/* A copy of a text node (str or numpy.str_), NUL-terminated; NULL if it is no text or holds a NUL.
 */
const char *sk_text(struct sk_context *sk, const struct pk_node *node);

/* Refuses the attribute NAME: "NAME: want, not <what it is>". Returns false. */
bool sk_refuse_attribute(struct sk_context *sk, const struct pk_node *node, const char *name,
                         const char *want);

#endif
