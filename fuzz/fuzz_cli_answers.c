/* What a server may send to the program larder: the first byte says what it is taken for. Whatever
 * it is, nothing that a terminal would obey is printed.
 * SPDX-License-Identifier: MIT */
#include "cli/escape.h"
#include "cli/grid.h"
#include "cli/labels.h"
#include "cli/metrics.h"
#include "cli/predict.h"
#include "cli/reference.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct lar_counts *find(void *context, const char *model, size_t n, const char *version,
                               size_t m)
{
    if (memchr(model, '"', n) || memchr(version, '\n', m))
        abort();
    return context;
}

static void read_metrics(const char *text)
{
    struct lar_counts counts = {.rows = 0};
    lar_counts_read(text, find, &counts);
    if (counts.rows < 0 || counts.errors > counts.requests)
        abort();
}

/* Labels and listing are one document here. */
static void read_listing(struct lar_grid *grid, const char *text, size_t size)
{
    const struct lar_reference references[] = {
        {.model = "m"}, {.model = "m", .number = 2}, {.model = "m", .label = "canary"}};
    char labels[LAR_LABELS_TEXT];
    json_t *root = json_loadb(text, size, 0, NULL);
    for (size_t i = 0; i < sizeof references / sizeof *references; i++) {
        struct lar_error err = {0};
        const json_t *version = lar_versions_find(root, &references[i], &err);
        if (!version == !err.code)
            abort();
        lar_grid_fact(grid, "labels", lar_version_labels(version, labels));
        lar_grid_fact(grid, "state", lar_member(version, "state"));
    }
    if (lar_label_before(root, root, "default") > LAR_VERSION_MAX)
        abort();
    json_decref(root);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *printed = NULL;
    size_t n = 0;
    struct lar_error err = {0};
    struct lar_grid grid;
    struct lar_screen screen = {.terminal = true, .columns = 40};
    char *text = malloc(size + 1);
    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    screen.file = open_memstream(&printed, &n);
    lar_grid_init_facts(&grid);
    switch (size ? data[0] % 4 : 0) {
    case 0: lar_predictions_print(&screen, text + (size > 0), size - (size > 0)); break;
    case 1: read_metrics(text + 1); break;
    case 2: read_listing(&grid, text + 1, size - 1); break;
    case 3: lar_grid_fact(&grid, "text", text + 1); break;
    }
    lar_grid_print(&grid, &screen, &err);
    lar_grid_finish(&grid);
    fclose(screen.file);
    for (size_t i = 0; i < n; i++)
        if (((unsigned char)printed[i] < ' ' && printed[i] != '\n' && printed[i] != '\t') ||
            printed[i] == 0x7F)
            abort();
    free(printed);
    free(text);
    return 0;
}
