/* Labels among a model's notes; see history.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/store/history.h"

#include <stdlib.h>
#include <string.h>

/* Where the label is, or would have to be put. */
static size_t place_of(const struct lar_history *history, const char *name, bool *ret_found)
{
    size_t i = 0;
    int order = 1;
    while (i < history->n_labels && (order = strcmp(history->labels[i].name, name)) < 0)
        i++;
    *ret_found = i < history->n_labels && order == 0;
    return i;
}

uint64_t lar_history_label(const struct lar_history *history, const char *name)
{
    bool found;
    size_t i = place_of(history, name, &found);
    return found ? history->labels[i].number : 0;
}

const char *lar_history_label_on(const struct lar_history *history, uint64_t number)
{
    for (size_t i = 0; i < history->n_labels; i++)
        if (history->labels[i].number == number)
            return history->labels[i].name;
    return NULL;
}

bool lar_history_has_room(const struct lar_history *history, const char *const *names, size_t n)
{
    size_t all = history->n_labels;
    for (size_t i = 0; i < n; i++)
        all += names[i] && lar_history_label(history, names[i]) == 0;
    return all <= LAR_HISTORY_LABELS;
}

bool lar_history_set_label(struct lar_history *history, const char *name, uint64_t number,
                           struct lar_error *err)
{
    bool found;
    size_t i = place_of(history, name, &found);
    if (found) {
        history->labels[i].number = number;
        return true;
    }
    if (history->n_labels >= LAR_HISTORY_LABELS)
        return lar_fail(err, LAR_ERR_LIMIT, "a model has at most %d labels", LAR_HISTORY_LABELS);
    char *copy = strdup(name);
    struct lar_history_label *grown =
        copy ? realloc(history->labels, (history->n_labels + 1) * sizeof *grown) : NULL;
    if (!grown) {
        free(copy);
        return lar_fail(err, LAR_ERR_NOMEM, "out of memory for labels");
    }
    history->labels = grown;
    memmove(&grown[i + 1], &grown[i], (history->n_labels - i) * sizeof *grown);
    grown[i] = (struct lar_history_label){.name = copy, .number = number};
    history->n_labels++;
    return true;
}

void lar_history_drop_label(struct lar_history *history, const char *name)
{
    bool found;
    size_t i = place_of(history, name, &found);
    if (!found)
        return;
    free(history->labels[i].name);
    history->n_labels--;
    memmove(&history->labels[i], &history->labels[i + 1],
            (history->n_labels - i) * sizeof *history->labels);
}

void lar_history_drop_labels(struct lar_history *history, uint64_t number)
{
    size_t kept = 0;
    for (size_t i = 0; i < history->n_labels; i++) {
        if (number == 0 || history->labels[i].number == number)
            free(history->labels[i].name);
        else
            history->labels[kept++] = history->labels[i];
    }
    history->n_labels = kept;
}
