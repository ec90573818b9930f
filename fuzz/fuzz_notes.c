/* The two JSON files that the store reads back: a model's notes and the index. What is accepted is
 * used and written again. SPDX-License-Identifier: MIT */
#include "persistence/store/history.h"
#include "persistence/store/index.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char build[] = "0000000000000000000000000000000000000000000000000000000000000001";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lar_history history, again;
    struct lar_index index = {0};
    struct lar_error err = {0};
    if (lar_history_parse(&history, (const char *)data, size, &err)) {
        char *text = lar_history_text(&history);
        if (!text || !lar_history_parse(&again, text, strlen(text), &err) ||
            again.highest != history.highest || again.n_files != history.n_files ||
            again.n_labels != history.n_labels)
            abort();
        free(text);
        lar_history_finish(&again);
        lar_history_finish(&history);
    } else if (!err.code) {
        abort();
    }
    if (lar_index_parse(&index, (const char *)data, size, build)) {
        struct lar_identity identity = {0};
        struct lar_index_record record;
        lar_index_find(&index, "iris", &identity, &record);
        lar_index_uses(&index, build);
        lar_index_finish(&index);
    }
    return 0;
}
