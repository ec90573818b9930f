/* From a model's files to its flat form; see translate.h.
 * SPDX-License-Identifier: MIT */
#include "loader/translate.h"

#include "graph/flat.h"
#include "inference/operator.h"
#include "loader/options.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { BUNDLE_TABLE = 16 << 20 };

/* The pages too: on a full disk, writing to a mapping of what was only declared is SIGBUS. */
static bool make_room(int result, size_t size, struct lar_error *err)
{
    int failed = fallocate(result, 0, 0, (off_t)size) ? errno : 0;
    if (failed == EOPNOTSUPP || failed == ENOSYS)
        failed = ftruncate(result, (off_t)size) ? errno : 0;
    return !failed ||
           lar_fail_errno(err, failed, "making room for %zu bytes of compiled form", size);
}

static bool write_flat(struct lar_draft *draft, const char *report, int result,
                       struct lar_error *err)
{
    size_t length = strlen(report), size = lar_flat_size(draft, length, err);
    if (size == 0)
        return false;
    if (!make_room(result, size, err))
        return false;
    void *block = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, result, 0);
    if (block == MAP_FAILED)
        return lar_fail_errno(err, errno, "mapping %zu bytes of compiled form", size);
    /* Without reading ahead: in a file's holes that is megabytes of zeros made in one go, while
     * nothing else runs on this CPU. */
    madvise(block, size, MADV_RANDOM);
    lar_flat_fill(draft, report, length, block);
    munmap(block, size);
    return true;
}

static bool read_and_write(const struct lar_bundle *bundle, int result, size_t memory,
                           struct lar_report *report, struct lar_error *err)
{
    const struct lar_read_limits limits = {.memory = memory};
    struct lar_draft *draft = lar_draft_new(&lar_operators, memory, err);
    if (!draft)
        return false;
    bool ok = lar_format_read(bundle, &limits, draft, report, err) && lar_draft_ok(draft, err) &&
              lar_options_apply(draft, bundle->options, err);
    char *text = ok ? json_dumps(report->root, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    if (ok && !text)
        ok = lar_fail(err, LAR_ERR_NOMEM, "out of memory for the report");
    ok = ok && write_flat(draft, text, result, err);
    free(text);
    lar_draft_free(draft);
    return ok;
}

bool lar_translate(const void *source, size_t size, int result, size_t memory,
                   struct lar_report *report, struct lar_error *err)
{
    struct lar_arena arena;
    struct lar_bundle bundle;
    lar_arena_init(&arena, BUNDLE_TABLE);
    bool ok = lar_bundle_open(&bundle, source, size, &arena, err) &&
              read_and_write(&bundle, result, memory, report, err);
    lar_arena_finish(&arena);
    return ok;
}
