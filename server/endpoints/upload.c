/* Model files that come over HTTP: streamed to the store, loaded, then answered for.
 * SPDX-License-Identifier: MIT */
#include "base/hash.h"
#include "server/endpoints/endpoints.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum { NAME_BYTES = 129, HEX = LAR_HASH_HEX - 1 };

/* Between the pieces of one upload. */
struct receiving {
    struct lar_upload *upload;
    struct lar_hash hash;
    bool hashing; /* a digest was given */
};

void lar_upload_abandon(struct lar_request *rq)
{
    struct receiving *r = rq->kept;
    if (!r)
        return;
    lar_upload_abort(r->upload);
    lar_hash_finish(&r->hash);
    free(r);
    rq->kept = NULL;
}

static bool starts_like(struct lar_span text, const char *prefix)
{
    return text.at && text.size >= strlen(prefix) &&
           strncasecmp(text.at, prefix, strlen(prefix)) == 0;
}

static bool check_form(struct lar_request *rq, struct lar_error *err)
{
    if (starts_like(rq->headers.content_type, "multipart/")) {
        rq->answer.status = 415;
        return lar_fail(err, LAR_ERR_INVALID,
                        "a form is not taken: send the file itself, curl --data-binary @FILE or "
                        "curl -T FILE");
    }
    if (rq->headers.content_encoding.at &&
        !lar_span_like(rq->headers.content_encoding, "identity")) {
        rq->answer.status = 415;
        return lar_fail(err, LAR_ERR_INVALID, "send the file as it is, without Content-Encoding");
    }
    struct lar_span digest = lar_query_get(rq->query, "sha256");
    if (digest.at && digest.size != HEX)
        return lar_fail(err, LAR_ERR_INVALID, "sha256 has %d hexadecimal digits", HEX);
    return true;
}

/* If-None-Match: * takes a number only where nothing is yet. */
static bool check_precondition(struct lar_request *rq, enum lar_upload_kind kind,
                               struct lar_error *err)
{
    const struct lar_service *service = rq->service;
    char model[NAME_BYTES];
    if (kind != LAR_UPLOAD_AT || !lar_span_is(rq->headers.if_none_match, "*"))
        return true;
    snprintf(model, sizeof model, "%.*s", (int)rq->model.size, rq->model.at);
    if (!lar_registry_has(service->registry, model, rq->number))
        return true;
    rq->answer.status = 412;
    return lar_fail(err, LAR_ERR_CONFLICT, "version %llu of '%s' is there already",
                    (unsigned long long)rq->number, model);
}

/* One digest of a list such as "sha-256=:...:, sha-512=:...:"; at NULL: it has no sha-256. */
static struct lar_span sha256_of(struct lar_span field)
{
    static const char name[] = "sha-256=";
    const char *end = field.at + field.size;
    for (const char *p = field.at; p && p < end; p++) {
        const char *comma = memchr(p, ',', (size_t)(end - p));
        const char *stop = comma ? comma : end;
        while (p < stop && (*p == ' ' || *p == '\t'))
            p++;
        while (stop > p && (stop[-1] == ' ' || stop[-1] == '\t'))
            stop--;
        if ((size_t)(stop - p) >= strlen(name) && strncasecmp(p, name, strlen(name)) == 0)
            return (struct lar_span){p, (size_t)(stop - p)};
        p = comma ? comma : end;
    }
    return (struct lar_span){0};
}

/* The sender's word on the bytes: of the representation or of the content, which are the same. */
static struct lar_span digest_field(const struct lar_request *rq)
{
    struct lar_span ret = sha256_of(rq->headers.repr_digest);
    return ret.at ? ret : sha256_of(rq->headers.digest);
}

/* ?label=: what the version is to bear from its first moment on. */
static bool take_label(const struct lar_request *rq, struct lar_upload *upload,
                       enum lar_upload_kind kind, struct lar_error *err)
{
    struct lar_span label = lar_query_get(rq->query, "label");
    char name[2 * NAME_BYTES]; /* what is too long is refused as that */
    if (kind == LAR_UPLOAD_VALIDATE || !label.at)
        return true;
    snprintf(name, sizeof name, "%.*s", (int)label.size, label.at);
    return lar_upload_label(upload, name, err);
}

/* The receiving end of a new upload, in rq->kept. */
static bool begin(struct lar_request *rq, enum lar_upload_kind kind, struct lar_error *err)
{
    struct lar_service *service = rq->service;
    char model[NAME_BYTES];
    if (!check_form(rq, err) || !check_precondition(rq, kind, err))
        return false;
    struct receiving *r = calloc(1, sizeof *r);
    if (!r)
        return lar_fail(err, LAR_ERR_NOMEM, "an upload");
    rq->kept = r;
    r->hashing = lar_query_get(rq->query, "sha256").at || digest_field(rq).at;
    if (r->hashing && !lar_hash_begin(&r->hash, err))
        return false;
    snprintf(model, sizeof model, "%.*s", (int)rq->model.size, rq->model.at ? rq->model.at : "");
    return lar_upload_begin(&r->upload, service->registry,
                            kind == LAR_UPLOAD_VALIDATE ? NULL : model, kind, rq->number,
                            rq->headers.length, err) &&
           take_label(rq, r->upload, kind, err);
}

/* The digest that the client gave, against what came. */
static bool check_digest(struct lar_request *rq, struct receiving *r, struct lar_error *err)
{
    struct lar_span wanted = lar_query_get(rq->query, "sha256");
    uint8_t digest[LAR_HASH_SIZE];
    char got[LAR_HASH_HEX], field[LAR_HASH_FIELD];
    if (!r->hashing)
        return true;
    lar_hash_end(&r->hash, digest);
    lar_hash_hex(digest, got);
    lar_hash_field(digest, field);
    if (wanted.at && !lar_span_like(wanted, got))
        return lar_fail(err, LAR_ERR_INVALID, "what came has the SHA-256 %s, not %.*s", got,
                        (int)wanted.size, wanted.at);
    struct lar_span said = digest_field(rq);
    size_t name = strlen("sha-256=");
    bool equal = !said.at || (said.size == strlen(field) &&
                              memcmp(said.at + name, field + name, said.size - name) == 0);
    return equal || lar_fail(err, LAR_ERR_INVALID, "what came has the digest %s, not %.*s", field,
                             said.size < 80 ? (int)said.size : 80, said.at);
}

/* The label that came along, and who answers now: the new version, or one that `default` holds. */
static void write_answering(struct lar_request *rq, const struct lar_upload_result *result)
{
    struct lar_text *text = &rq->answer.text;
    struct lar_span label = lar_query_get(rq->query, "label");
    if (label.at) {
        lar_text_puts(text, ",\"label\":");
        lar_text_string(text, label.at, label.size);
    }
    if (!result->answering) {
        lar_text_puts(text, ",\"answering\":null");
        return;
    }
    lar_text_puts(text, ",\"answering\":{\"version\":\"");
    lar_text_u64(text, result->answering);
    lar_text_char(text, '"');
    if (result->by_label)
        lar_text_puts(text, ",\"label\":\"default\"");
    if (result->pinned)
        lar_text_puts(text, ",\"pinned\":true");
    lar_text_char(text, '}');
}

static void write_result(struct lar_request *rq, enum lar_upload_kind kind,
                         const struct lar_upload_result *result)
{
    struct lar_text *text = &rq->answer.text;
    char location[288];
    lar_text_char(text, '{');
    if (kind == LAR_UPLOAD_VALIDATE) {
        rq->answer.status = 200;
        lar_text_puts(text, "\"valid\":true");
    } else {
        rq->answer.status = result->same ? 200 : 201;
        snprintf(location, sizeof location, "%s/v1/models/%.*s/versions/%llu",
                 ((const struct lar_service *)rq->service)->base_path, (int)rq->model.size,
                 rq->model.at, (unsigned long long)result->number);
        lar_answer_header(&rq->answer, "Location", location);
        lar_text_puts(text, "\"name\":");
        lar_text_string(text, rq->model.at, rq->model.size);
        lar_text_puts(text, ",\"version\":\"");
        lar_text_u64(text, result->number);
        lar_text_char(text, '"');
        write_answering(rq, result);
    }
    lar_text_puts(text, ",\"sha256\":");
    lar_text_cstring(text, result->sha256);
    lar_text_puts(text, ",\"report\":");
    lar_report_write(text, result->report);
    lar_text_char(text, '}');
}

static void log_result(const struct lar_request *rq, const struct lar_upload_result *result)
{
    const struct lar_service *service = rq->service;
    struct lar_span label = lar_query_get(rq->query, "label");
    char with[NAME_BYTES + 16] = "", pinned[80] = "";
    if (label.at)
        snprintf(with, sizeof with, ", label %.*s", (int)label.size, label.at);
    if (result->pinned)
        snprintf(pinned, sizeof pinned, "; version %llu goes on answering: label default",
                 (unsigned long long)result->answering);
    lar_log(service->log, LAR_LOG_INFO, "uploaded %.*s/%llu, sha256 %s%s%s", (int)rq->model.size,
            rq->model.at, (unsigned long long)result->number, result->sha256, with, pinned);
}

/* Refused by the loader: what it met, and its report. */
static void write_refusal(struct lar_request *rq, const char *report, const struct lar_error *err)
{
    struct lar_text *text = &rq->answer.text;
    switch (err->code) {
    case LAR_ERR_TRUNCATED:
    case LAR_ERR_FORMAT:
    case LAR_ERR_UNSUPPORTED:
    case LAR_ERR_LIMIT:
    case LAR_ERR_DIED: break;
    default: return;
    }
    rq->answer.status = 422;
    lar_text_puts(text, "{\"error\":");
    lar_text_cstring(text, err->text);
    lar_text_puts(text, ",\"report\":");
    lar_report_write(text, report);
    lar_text_char(text, '}');
}

static enum lar_outcome finish(struct lar_request *rq, enum lar_upload_kind kind,
                               struct lar_error *err)
{
    struct receiving *r = rq->kept;
    struct lar_upload_result result = {0};
    if (!check_digest(rq, r, err))
        return LAR_REFUSED;
    struct lar_upload *upload = r->upload;
    r->upload = NULL; /* consumed */
    bool ok = lar_upload_finish(upload, &result, err);
    if (ok)
        write_result(rq, kind, &result);
    else
        write_refusal(rq, result.report, err);
    free(result.report);
    if (ok && kind != LAR_UPLOAD_VALIDATE)
        log_result(rq, &result);
    lar_upload_abandon(rq);
    return ok ? LAR_ANSWERED : LAR_REFUSED;
}

static enum lar_outcome receive(struct lar_request *rq, enum lar_upload_kind kind,
                                struct lar_error *err)
{
    if (!rq->kept && !begin(rq, kind, err))
        return LAR_REFUSED;
    struct receiving *r = rq->kept;
    assert(r);
    if (!lar_upload_write(r->upload, rq->body, rq->body_size, err)) {
        if (err->code == LAR_ERR_LIMIT)
            rq->answer.status = 413;
        return LAR_REFUSED;
    }
    if (r->hashing)
        lar_hash_add(&r->hash, rq->body, rq->body_size);
    return rq->last ? finish(rq, kind, err) : LAR_MORE;
}

enum lar_outcome lar_post_version(struct lar_request *rq, struct lar_error *err)
{
    return receive(rq, LAR_UPLOAD_NEXT, err);
}

enum lar_outcome lar_put_version(struct lar_request *rq, struct lar_error *err)
{
    return receive(rq, LAR_UPLOAD_AT, err);
}

enum lar_outcome lar_post_validate(struct lar_request *rq, struct lar_error *err)
{
    return receive(rq, LAR_UPLOAD_VALIDATE, err);
}
