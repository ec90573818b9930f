/* Triton's statistics extension: what was counted of each loaded version.
 * SPDX-License-Identifier: MIT */
#include "server/endpoints/endpoints.h"

static void write_duration(struct lar_text *text, const char *name, uint64_t count, uint64_t ns)
{
    lar_text_char(text, '"');
    lar_text_puts(text, name);
    lar_text_puts(text, "\":{\"count\":");
    lar_text_u64(text, count);
    lar_text_puts(text, ",\"ns\":");
    lar_text_u64(text, ns);
    lar_text_char(text, '}');
}

/* The last three of a call's stages, which calls of one size have too. */
static void write_stages(struct lar_text *text, uint64_t count, uint64_t input, uint64_t infer,
                         uint64_t output)
{
    write_duration(text, "compute_input", count, input);
    lar_text_char(text, ',');
    write_duration(text, "compute_infer", count, infer);
    lar_text_char(text, ',');
    write_duration(text, "compute_output", count, output);
}

static void write_batches(struct lar_text *text, const struct lar_statistics *s)
{
    const char *comma = "";
    lar_text_puts(text, ",\"batch_stats\":[");
    for (unsigned i = 0; i < LAR_BATCHES; i++) {
        const struct lar_batch_statistics *batch = &s->batches[i];
        uint64_t calls = lar_statistics_value(&batch->calls);
        if (!calls)
            continue;
        lar_text_puts(text, comma);
        lar_text_puts(text, "{\"batch_size\":");
        lar_text_u64(text, lar_statistics_value(&batch->rows));
        lar_text_char(text, ',');
        write_stages(text, calls, lar_statistics_value(&batch->input_ns),
                     lar_statistics_value(&batch->infer_ns),
                     lar_statistics_value(&batch->output_ns));
        lar_text_char(text, '}');
        comma = ",";
    }
    lar_text_char(text, ']');
}

static void write_version(struct lar_text *text, const struct lar_loaded *loaded)
{
    const struct lar_statistics *s = &loaded->statistics;
    const struct lar_successes all = lar_statistics_successes(s);
    uint64_t good = lar_statistics_calls(s, true), bad = lar_statistics_calls(s, false);
    lar_text_puts(text, "{\"name\":");
    lar_text_cstring(text, loaded->model);
    lar_text_puts(text, ",\"version\":\"");
    lar_text_u64(text, loaded->number);
    lar_text_puts(text, "\",\"last_inference\":");
    lar_text_u64(text, lar_statistics_value(&s->last_ms));
    lar_text_puts(text, ",\"inference_count\":");
    lar_text_u64(text, all.rows);
    lar_text_puts(text, ",\"execution_count\":");
    lar_text_u64(text, good);
    lar_text_puts(text, ",\"inference_stats\":{");
    write_duration(text, "success", good, lar_statistics_value(&s->succeeded_ns));
    lar_text_char(text, ',');
    write_duration(text, "fail", bad, lar_statistics_value(&s->failed_ns));
    lar_text_char(text, ',');
    write_duration(text, "queue", good, lar_statistics_value(&s->queue_ns));
    lar_text_char(text, ',');
    write_stages(text, good, all.input_ns, all.infer_ns, all.output_ns);
    lar_text_char(text, ',');
    write_duration(text, "cache_hit", 0, 0);
    lar_text_char(text, ',');
    write_duration(text, "cache_miss", 0, 0);
    lar_text_puts(text, "},\"response_stats\":{}");
    write_batches(text, s);
    lar_text_puts(text, ",\"memory_usage\":[{\"type\":\"CPU\",\"id\":0,\"byte_size\":");
    lar_text_u64(text, loaded->bytes);
    lar_text_puts(text, "}]}");
}

/* GET /v2/models[/M[/versions/V]]/stats */
enum lar_outcome lar_get_oip_statistics(struct lar_request *rq, struct lar_error *err)
{
    const struct lar_table *table = lar_service_table(rq);
    const struct lar_loaded *one = rq->model.at ? lar_oip_find(rq, err) : NULL;
    struct lar_text *text = &rq->answer.text;
    bool first = true, named = rq->number || rq->label.at;
    if (rq->model.at && !one)
        return LAR_REFUSED;
    lar_text_puts(text, "{\"model_stats\":[");
    for (size_t i = 0; i < table->n_models; i++) {
        const struct lar_model_entry *model = &table->models[i];
        for (size_t k = 0; k < model->n_versions; k++) {
            const struct lar_loaded *loaded = model->versions[k].loaded;
            bool wanted = loaded && (!one || loaded == one ||
                                     (!named && lar_span_is(rq->model, model->name)));
            if (!wanted)
                continue;
            if (!first)
                lar_text_char(text, ',');
            first = false;
            write_version(text, loaded);
        }
    }
    lar_text_puts(text, "]}");
    return LAR_ANSWERED;
}
