/* From a file of this machine to a model; see local.h.
 * SPDX-License-Identifier: MIT */
#include "cli/local.h"

#include "base/map.h"
#include "inference/operator.h"
#include "persistence/store/compiled.h"
#include "persistence/store/source.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECONDS = 60, REPORT_SIZE = 1 << 20 };
#define MEMORY ((size_t)4 << 30)

/* ---- the loader ---- */

static bool beside(char to[PATH_MAX], const char *program, const char *rest)
{
    const char *slash = strrchr(program, '/');
    int n = snprintf(to, PATH_MAX, "%.*s/%s", slash ? (int)(slash - program) : 0, program, rest);
    return n > 0 && n < PATH_MAX && access(to, X_OK) == 0;
}

bool lar_local_start(struct lar_spawner **ret, struct lar_error *err)
{
    static const char *const places[] = {"../libexec/larder/larder-loader",
                                         "../loader/larder-loader"};
    char program[PATH_MAX], path[PATH_MAX];
    const char *given = getenv("LARDER_LOADER");
    ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
    if (given && *given)
        return lar_spawner_start(ret, given, err);
    program[n > 0 ? n : 0] = '\0';
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (beside(path, program, places[i]))
            return lar_spawner_start(ret, path, err);
    return lar_spawner_start(ret, LARDER_LOADER_PATH, err);
}

/* ---- the private copy ---- */

static bool copy_folder(struct lar_source *ret, char *path, const struct lar_source_options *how,
                        struct lar_error *err)
{
    char *base = basename(path), *slash = strrchr(path, '/');
    if (strcmp(base, "/") == 0)
        return lar_fail(err, LAR_ERR_UNSUPPORTED, "the root folder is no model");
    if (slash)
        *slash = '\0';
    int root = open(*path ? path : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root < 0)
        return lar_fail_errno(err, errno, "%s", path);
    bool ok = lar_source_copy(ret, root, base, NULL, how, err);
    close(root);
    return ok;
}

static bool copy(struct lar_source *ret, const char *given, struct lar_spawner *spawner,
                 struct lar_error *err)
{
    const struct lar_source_options how = {
        .options = "", .build_id = lar_spawner_build_id(spawner), .folder = -1};
    struct stat st;
    int fd = open(given, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || fstat(fd, &st)) {
        lar_fail_errno(err, errno, "%s", given);
        if (fd >= 0)
            close(fd);
        return false;
    }
    char *path = S_ISDIR(st.st_mode) ? realpath(given, NULL) : NULL;
    bool ok = S_ISREG(st.st_mode) ? lar_source_copy_file(ret, fd, &how, err)
              : S_ISDIR(st.st_mode)
                  ? path && copy_folder(ret, path, &how, err)
                  : lar_fail(err, LAR_ERR_UNSUPPORTED, "%s: neither a file nor a folder", given);
    free(path);
    close(fd);
    return ok;
}

/* ---- the result ---- */

static json_t *read_report(int fd)
{
    char *text = malloc(REPORT_SIZE);
    ssize_t n = text ? pread(fd, text, REPORT_SIZE, 0) : -1;
    json_t *ret = n > 0 ? json_loadb(text, (size_t)n, JSON_REJECT_DUPLICATES, NULL) : NULL;
    free(text);
    if (json_is_object(ret))
        return ret;
    json_decref(ret);
    return json_object();
}

static bool open_flat(struct lar_local *local, int result, struct lar_error *err)
{
    int fd = lar_compiled_reopen(result, err);
    bool ok = fd >= 0 && lar_map_fd(&local->map, fd, err) &&
              lar_flat_open(&local->flat, local->map.data, local->map.size, &lar_operators, err) &&
              lar_plan_new(&local->plan, &local->flat, err);
    if (fd >= 0)
        close(fd);
    return ok;
}

/* The flat form has the report that was whole; where there is none, the loader's own file. */
static void translate(struct lar_local *local, struct lar_spawner *spawner, int source, int result,
                      int report)
{
    static const struct lar_load_limits limits = {
        .memory = MEMORY, .cpu_seconds = SECONDS, .wall_seconds = SECONDS};
    bool ok = lar_spawner_load(spawner, source, result, report, &limits, &local->refusal);
    local->report = read_report(report);
    json_object_del(local->report, "error");
    if (ok && !open_flat(local, result, &local->refusal))
        lar_error_within(&local->refusal, "the compiled form");
}

bool lar_local_load(struct lar_local *ret, struct lar_spawner *spawner, const char *path,
                    struct lar_error *err)
{
    struct lar_source source;
    *ret = (struct lar_local){.size = 0};
    if (!copy(&source, path, spawner, err))
        return false;
    ret->size = source.size;
    memcpy(ret->sha256, source.sha256, sizeof ret->sha256);
    int result = lar_memfd("compiled", err);
    int report = result >= 0 ? lar_memfd("report", err) : -1;
    if (report >= 0)
        translate(ret, spawner, source.bundle, result, report);
    lar_source_finish(&source);
    if (report >= 0)
        close(report);
    if (result >= 0)
        close(result);
    if (report >= 0 && ret->refusal.code == LAR_ERR_BUSY) { /* not the file's fault */
        *err = ret->refusal;
        report = -1;
    }
    if (report < 0)
        lar_local_finish(ret);
    return report >= 0;
}

void lar_local_finish(struct lar_local *local)
{
    lar_plan_free(local->plan);
    lar_flat_finish(&local->flat);
    lar_map_finish(&local->map);
    json_decref(local->report);
    *local = (struct lar_local){.size = 0};
}
