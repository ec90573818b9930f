/* What a reader of one scikit-learn class is, and what it works with.
 *
 * A reader turns a fitted object into nodes of the draft: given what enters the estimator (a
 * frame), it says what each of its methods answers. docs/adding-an-estimator.md shows one from the
 * start to its test. A reader returns false with the context's error set; nodes go to the draft,
 * whose own errors are sticky and are asked for once, behind the reader.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_SKLEARN_ESTIMATOR_H
#define PERSISTENCE_FORMATS_SKLEARN_ESTIMATOR_H

#include "graph/draft.h"
#include "persistence/formats/declared.h"
#include "persistence/formats/pickle/object.h"

enum sk_method {
    SK_PREDICT,
    SK_PREDICT_PROBA,
    SK_PREDICT_LOG_PROBA,
    SK_DECISION_FUNCTION,
    SK_SCORE_SAMPLES,
    SK_TRANSFORM,
    SK_APPLY,
    SK_DECISION_PATH,
    SK_KNEIGHBORS,        /* two outputs: distances, indices */
    SK_INVERSE_TRANSFORM, /* with an input of its own: inverse.h */
    SK_METHODS
};

/* Its name in scikit-learn: "predict", ... */
const char *sk_method_name(enum sk_method method);

/* One column: column INDEX of the matrix (or, of rank 1, the whole) VALUE. LAR_NO_VALUE: column
 * INDEX of the model's own input, whose type is not decided until all that read it are known. */
struct sk_column {
    lar_value value;
    uint32_t index;
};

/* What flows from one estimator to the next, [rows, n]. */
struct sk_frame {
    lar_value matrix;                /* all of it as one matrix; or LAR_NO_VALUE, and then: */
    const struct sk_column *columns; /* n; NULL: all columns of the model's input, in order */
    size_t n;           /* SK_UNKNOWN: the model's input, of which nothing is known yet */
    bool series;        /* one column that scikit-learn hands over with one dimension */
    enum lar_type type; /* the element type of scikit-learn's array where a sparse matrix stands
                           in as float64; else 0 */
};
#define SK_UNKNOWN SIZE_MAX

/* One result of a method. */
struct sk_output {
    lar_value value, labels;
};

/* What a method answers: one output, or one for each target. */
struct sk_answer {
    const struct sk_output *outputs;
    size_t n;     /* 0: the class has no such method */
    bool several; /* a list in scikit-learn, even where n is 1 */
};

/* What an estimator answers. SK_TRANSFORM is in frame, not in answers. */
struct sk_result {
    struct sk_answer answers[SK_METHODS];
    bool transforms;
    struct sk_frame frame;
};

struct sk_context;

struct sk_class {
    const char *package; /* "sklearn.linear_model": matches each module in it, old paths included */
    const char *name;
    bool (*read)(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
                 struct sk_result *ret);
    bool numeric; /* takes nothing but one matrix of numbers */
};

/* The classes that are read; ends with a NULL package. table.c */
extern const struct sk_class sk_classes[];

enum { SK_DEPTH = 32, SK_ESTIMATORS = 4096 };

/* The model's own input while it is being read. */
struct sk_root {
    size_t n;                 /* columns; SK_UNKNOWN */
    const char *const *names; /* of the columns, or NULL */
    size_t n_names;           /* which may yet turn out not to be n */
    bool names_declared;      /* they are not the file's own */
    bool documents;           /* one column of texts without a table around it */
    bool lists;               /* documents: each row is a list of texts */
    unsigned records;         /* documents: each row is a dict; enum lar_record_values */
    const char *separator;    /* records: of key and text */
    lar_value values;         /* records: beside MATRIX, the names */
    uint8_t *uses;            /* for each column: enum sk_use */
    bool eager;               /* all columns are numbers: the input is made as soon as n is known */
    bool typed;               /* uses are final: inputs are made */
    lar_value matrix;         /* typed: the one input, or LAR_NO_VALUE and then: */
    lar_value *inputs;        /* one for each column, as float64 or text */
    const struct lar_declared *declared; /* what stands beside the model, or NULL */
    const enum lar_type *types; /* what is declared of each column; NULL: nothing. declared.c */
    lar_value *guesses[2];      /* not typed: stand-ins, as number and as text */
};
enum sk_use { SK_READ = 1, SK_NUMBER = 2, SK_TEXT = 4 };

/* The last check for NaN and infinity that was added, for the next estimator of its class that
 * takes the same value. frame_matrix.c */
struct sk_checked {
    const struct lar_draft *draft;
    const struct pk_node *class;
    lar_value in, out;
    bool allow_nan, float32;
};

struct sk_context {
    struct lar_draft *draft;
    struct lar_arena *arena; /* lives as long as the draft */
    struct lar_error *err;
    struct sk_root root;
    const struct pk_node *path[SK_DEPTH];
    unsigned depth, estimators;
    bool named;         /* the error names the estimator */
    const char *remark; /* a sentence that becomes a warning; NULL: none */
    const char *stream; /* what offsets of nodes count in: "" the file, "unpacked ", ... */
    struct sk_checked checked;
    bool narrowed; /* a part of it computes in float32 in scikit-learn: narrow.h */
};

/* Reads OBJECT, whatever its class. Failures name it. */
bool sk_read(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
             struct sk_result *ret);

/* Records a failure; returns false. */
__attribute__((format(printf, 3, 4))) bool sk_fail(struct sk_context *sk, enum lar_error_code code,
                                                   const char *format, ...);

/* Has a served model say that something of it is not served, and why. Of several, the first. */
void sk_remark(struct sk_context *sk, const char *sentence);
#define SK_SCALED_BY_BATCH                                                                         \
    "decision_function is not served: this release of scikit-learn scales it by the other rows"

/* Says where a failure happened: in element I of the list NAME. Where estimators are nested so deep
 * that the cause would be cut off, outer places are left out. Returns false. */
bool sk_within(struct sk_context *sk, const char *name, size_t i);

/* N * SIZE zeroed bytes that live as long as the draft; NULL with the error set. */
void *sk_alloc(struct sk_context *sk, size_t n, size_t size);

/* The row of the class of OBJECT, or NULL. */
const struct sk_class *sk_class_of(const struct pk_node *object);

/* What NODE is and where in the file: "sklearn.svm._classes.SVC (byte 24)"; into BUFFER, returned.
 */
const char *sk_describe(const struct sk_context *sk, const struct pk_node *node, char *buffer,
                        size_t size);

/* Refuses what is no readable estimator, saying what it is. Returns false. refuse.c */
bool sk_refuse(struct sk_context *sk, const struct pk_node *object);

/* The same for what stands at the top of a file, naming the estimators found inside. refuse_top.c
 */
bool sk_refuse_top(struct sk_context *sk, const struct pk_node *object);

/* Whether GLOBAL, a class or function, is in the package PACKAGE or in a module of it. */
bool sk_is_inside(const struct pk_node *global, const char *package);

/* Adds one output to a method's answer. */
bool sk_answer(struct sk_context *sk, struct sk_result *ret, enum sk_method method, lar_value value,
               lar_value labels);

/* Whether OBJECT is None or the text "passthrough". */
bool sk_is_passthrough(const struct pk_node *object);

#endif
