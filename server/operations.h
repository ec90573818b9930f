/* What documentation says about the routes: /openapi.json and docs/http.md are made from it.
 *
 * A route names its operation; routes that differ only in how they name a model's version share
 * one. What follows from the route itself (bodies' limits, tokens, unknown models) is not repeated
 * here: lar_operation_statuses() adds it.
 * SPDX-License-Identifier: MIT */
#ifndef SERVER_OPERATIONS_H
#define SERVER_OPERATIONS_H

#include "server/routes.h"

/* The sections of the documentation. */
enum lar_tag {
    LAR_TAG_TFS,
    LAR_TAG_OIP,
    LAR_TAG_MLFLOW,
    LAR_TAG_MODELS,
    LAR_TAG_REPOSITORY,
    LAR_TAG_SERVER,
    LAR_TAG_NONE, /* answered, but not offered */
    LAR_TAGS
};

struct lar_tag_text {
    const char *name, *what;
};
extern const struct lar_tag_text lar_tags[LAR_TAGS];

/* One status and the body that comes with it. */
struct lar_status {
    unsigned code;
    const char *what;   /* NULL: lar_status_what() */
    const char *schema; /* of components.json; NULL: the error's form, or none if below 400 */
    const char *type;   /* NULL: application/json */
    const char *also;   /* another type that it may come as, or NULL */
};

struct lar_parameter {
    const char *name, *schema, *what; /* the schema as JSON */
    bool header;                      /* else in the query */
};

/* A call by curl against the models in examples/models; all of them work in the order of the page
 * docs/http.md, which first puts the label `stable` on version 1 of iris and line. */
struct lar_example {
    const char *arguments;     /* of curl; NULL: none */
    const char *query;         /* "?limit=2"; NULL: none */
    const char *model, *label; /* in the path; NULL: "iris" and "stable" */
    const char *version;       /* NULL: "1" */
    unsigned status;           /* 0: the operation's first */
    const char *has;           /* a piece of the answer's body; NULL: any */
};

enum {
    LAR_OPERATION_STATUSES = 6,
    LAR_OPERATION_PARAMETERS = 4,
    LAR_OPERATION_EXAMPLES = 5,
    LAR_OPERATION_HEADERS = 2,
    LAR_STATUSES = 20
};

struct lar_operation {
    const char *id; /* operationId; routes with a version or label append to it */
    enum lar_tag tag;
    const char *summary;     /* one line */
    const char *description; /* more of it, or NULL */

    const char *request;    /* schema of the JSON body, or NULL */
    const char *other_type; /* another type that the body may have, or NULL */
    const char *other_what; /* what it is */
    bool optional_body;

    struct lar_status statuses[LAR_OPERATION_STATUSES]; /* beyond the usual; success first */
    const char *headers[LAR_OPERATION_HEADERS];         /* of the successful answer */
    struct lar_parameter parameters[LAR_OPERATION_PARAMETERS];
    /* The first is for every route of the operation, the others for its first route. */
    struct lar_example examples[LAR_OPERATION_EXAMPLES];
};

extern const struct lar_operation /* operations/tfs.c */
    lar_op_predict,
    lar_op_classify, lar_op_regress, lar_op_status, lar_op_metadata;
extern const struct lar_operation /* operations/oip.c */
    lar_op_infer,
    lar_op_live, lar_op_ready, lar_op_server, lar_op_server_slash, lar_op_oip_model,
    lar_op_oip_ready, lar_op_config, lar_op_statistics, lar_op_all_statistics, lar_op_index,
    lar_op_load, lar_op_unload, lar_op_logging;
extern const struct lar_operation /* operations/mlflow.c */
    lar_op_invocations,
    lar_op_ping, lar_op_health, lar_op_version;
extern const struct lar_operation /* operations/models.c */
    lar_op_models,
    lar_op_versions, lar_op_upload, lar_op_put_version, lar_op_artifact, lar_op_delete,
    lar_op_labels, lar_op_put_label, lar_op_delete_label, lar_op_validate, lar_op_reload;
extern const struct lar_operation /* operations/server.c */
    lar_op_root,
    lar_op_livez, lar_op_healthz, lar_op_readyz, lar_op_metrics, lar_op_openapi;
extern const struct lar_operation /* operations/none.c: what Triton's clients may ask for */
    lar_op_set_logging,
    lar_op_trace, lar_op_set_trace, lar_op_model_trace, lar_op_set_model_trace,
    lar_op_system_memory, lar_op_cuda_memory, lar_op_system_region, lar_op_cuda_region,
    lar_op_drop_system_memory, lar_op_drop_cuda_memory, lar_op_set_system_region,
    lar_op_drop_system_region, lar_op_set_cuda_region, lar_op_drop_cuda_region;

/* All statuses that ROUTE may be answered with, ascending; returns their number. */
unsigned lar_operation_statuses(const struct lar_route *route,
                                struct lar_status ret[static LAR_STATUSES]);

/* What a status means where the operation says nothing else; "" for unknown ones. */
const char *lar_status_what(unsigned code);

/* The text of example I of ROUTE as a line for a shell, against BASE (http://127.0.0.1:8080). */
void lar_example_write(struct lar_text *text, const struct lar_route *route, unsigned i,
                       const char *base);

/* The number of examples of the route at index AT of ROUTES. */
unsigned lar_example_count(const struct lar_route *routes, size_t at);

/* Appends PATTERN as OpenAPI writes it: every variable has a name of its own. */
void lar_path_write(struct lar_text *text, const char *pattern);

#endif
