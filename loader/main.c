/* larder-loader MEMORY CPU_SECONDS: translates one model, in a sandbox. Not for people.
 * larder-loader MEMORY CPU_SECONDS unpack: unpacks one archive, in the same sandbox; descriptor 3
 * is the zip or tar, 4 becomes a bundle of its files (unpack.h).
 *
 * Descriptors: 3 the bundle, 4 an empty file for the flat form, 5 an empty file for the report
 * (JSON). Exit status 0: translated. 1: refused, and the report says why under "error". Anything
 * else is a death.
 * SPDX-License-Identifier: MIT */
#include "base/map.h"
#include "loader/sandbox.h"
#include "loader/translate.h"
#include "loader/unpack.h"

#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#if !LAR_SANDBOX_SECCOMP
/* LeakSanitizer would start a process and read /proc at the end, which the sandbox denies. Leaks
 * are looked for where tests translate in process. */
__attribute__((visibility("default"))) const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}
#endif

enum { SOURCE = 3, RESULT = 4, REPORT = 5, REPORT_SIZE = 1 << 20 };

static bool work(bool unpack, size_t memory, const struct lar_sandbox_limits *limits,
                 struct lar_report *report, struct lar_error *err)
{
    struct lar_map map;
    struct lar_sandbox_state sandbox;
    json_object_seed(1); /* before it would look for a random device */
    if (!lar_map_fd(&map, SOURCE, err) || !lar_sandbox_enter(limits, &sandbox, err))
        return false;
    report->root = json_object();
    if (!report->root)
        return lar_fail(err, LAR_ERR_NOMEM, "out of memory for the report");
    json_object_set_new(
        report->root, "sandbox",
        json_pack("{s:b,s:i}", "seccomp", sandbox.seccomp, "landlock", sandbox.landlock_abi));
    if (unpack)
        return lar_unpack(map.data, map.size, RESULT, memory, report, err);
    return lar_translate(map.data, map.size, RESULT, memory, report, err);
}

int main(int argc, char **argv)
{
    struct lar_report report = {0};
    struct lar_error err = {0};
    bool unpack = argc == 4 && strcmp(argv[3], "unpack") == 0;
    if (argc != 3 && !unpack)
        return 2;
    prctl(PR_SET_NAME, "larder-loader"); /* ps would show the descriptor that it was started by */
    size_t memory = strtoull(argv[1], NULL, 10);
    const struct lar_sandbox_limits limits = {.memory = memory,
                                              .cpu_seconds = (unsigned)strtoul(argv[2], NULL, 10)};
    bool ok = work(unpack, memory, &limits, &report, &err);
    if (!ok) {
        report.root = report.root ? report.root : json_object();
        json_object_set_new(
            report.root, "error",
            json_pack("{s:i,s:s%}", "code", (int)err.code, "text", err.text, strlen(err.text)));
    }
    char *text = json_dumps(report.root, JSON_COMPACT | JSON_SORT_KEYS);
    lar_error_clear(&err);
    if (!text || strlen(text) > REPORT_SIZE || !lar_write_all(REPORT, text, strlen(text), &err))
        return 2;
    free(text);
    json_decref(report.root);
    return ok ? 0 : 1;
}
