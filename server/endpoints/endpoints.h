/* The endpoints, one file for each subject; server/routes.c says where they are.
 * SPDX-License-Identifier: MIT */
#ifndef SERVER_ENDPOINTS_ENDPOINTS_H
#define SERVER_ENDPOINTS_ENDPOINTS_H

#include "server/routes.h"
#include "server/service.h"

/* probes.c */
lar_endpoint lar_get_root, lar_get_server, lar_get_live, lar_get_ready, lar_get_ping,
    lar_get_version;
/* models.c: TensorFlow Serving's side */
lar_endpoint lar_get_status, lar_get_metadata;
/* Says in TensorFlow Serving's words that nothing answers for what RQ names. predict_tfs.c */
void lar_tfs_unknown(const struct lar_request *rq, struct lar_error *err);
/* listing.c */
lar_endpoint lar_get_models, lar_get_versions;
/* oip.c: Open Inference Protocol's side */
lar_endpoint lar_get_oip_model, lar_get_oip_config, lar_get_oip_ready;
/* What answers for the version or label that RQ names; NULL and ERR in Triton's words. */
const struct lar_loaded *lar_oip_find(const struct lar_request *rq, struct lar_error *err);
/* Says in Triton's words that nothing answers for what RQ names. */
void lar_oip_unknown(const struct lar_request *rq, struct lar_error *err);
/* oip_statistics.c, oip_extensions.c */
lar_endpoint lar_get_oip_statistics, lar_get_logging, lar_post_logging;
lar_endpoint lar_no_shared_memory, lar_no_trace;
/* predict.c and predict_*.c */
lar_endpoint lar_post_predict, lar_post_classify, lar_post_regress, lar_post_infer;
lar_endpoint lar_post_invocations;
void lar_predict_abandon(struct lar_request *rq);
/* Counts the call, if it is one, unless it is counted. */
void lar_predict_answered(struct lar_request *rq);
/* upload.c */
lar_endpoint lar_post_version, lar_put_version, lar_post_validate;
void lar_upload_abandon(struct lar_request *rq);
/* manage.c */
lar_endpoint lar_get_artifact, lar_delete_model, lar_post_reload;
/* labels.c */
lar_endpoint lar_get_labels, lar_put_label, lar_delete_label;
/* repository.c */
lar_endpoint lar_post_index, lar_post_load, lar_post_unload;
/* openapi.c */
lar_endpoint lar_get_openapi;
/* metrics.c */
lar_endpoint lar_get_metrics;

/* Entity tags (RFC 9110, 8.8.3). etag.c */
enum { LAR_ETAG_BYTES = 36 };
/* The tag of SIZE bytes: half of their digest, in quotes. */
bool lar_etag_make(char tag[static LAR_ETAG_BYTES], const void *data, size_t size,
                   struct lar_error *err);
/* Adds TAG to the answer of RQ, which becomes 304 without a body where the client has it. */
void lar_etag_settle(struct lar_request *rq, const char *tag);

/* Appends a loader's report as a JSON value: an object, or null where it is none. The text comes
 * from the loader's process, so it is parsed and written anew. report.c */
void lar_report_write(struct lar_text *text, const char *report);
/* Appends ,"format":...,"producer":...,"versions":...,"class":...,"warnings":[...] as REPORT has
 * them; null where it has not. report.c */
void lar_report_facts(struct lar_text *text, const char *report);
/* Appends ,"NAME":VALUE with VALUE as a string; null where it is NULL or empty. report.c */
void lar_member_write(struct lar_text *text, const char *name, const char *value);
/* The same of a Unix time in ms, as 2026-01-31T12:00:00Z; null where it is 0. */
void lar_time_write(struct lar_text *text, const char *name, int64_t ms);
/* The member KEY of REPORT, a string, into BUFFER; "" where there is none. */
void lar_report_member(const char *report, const char *key, char *buffer, size_t size);

#endif
