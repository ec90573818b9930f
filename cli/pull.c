/* larder pull: a version's original file, checked before it has its name.
 * SPDX-License-Identifier: MIT */
#include "cli/command.h"
#include "cli/grid.h"
#include "cli/reference.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* An artifact of several files is larger than they are: by the heads of a tar. */
enum { HEADS_MOST = LAR_PARCEL_FILES * 8192, HEAD = 512 };

struct pull {
    struct lar_call *call;
    struct lar_reference from;
    uint64_t number, size;
    char format[64];
    char *folder;    /* that the file goes into */
    char *name;      /* in it; NULL: still to be made up */
    char *temporary; /* path; NULL: none is there */
    int fd;
    uint8_t digest[LAR_HASH_SIZE];
};

/* Which version, and what kind of file. */
static bool find(struct pull *p, struct lar_error *err)
{
    json_t *listing = lar_versions_get(p->call->client, p->from.model, err);
    const json_t *version = listing ? lar_versions_find(listing, &p->from, err) : NULL;
    if (version) {
        const char *format = lar_member(version, "format");
        json_int_t size = json_integer_value(json_object_get(version, "size"));
        p->number = lar_version_number(version);
        p->size = size > 0 ? (uint64_t)size : 0;
        snprintf(p->format, sizeof p->format, "%s", format ? format : "");
    }
    json_decref(listing);
    return version != NULL;
}

/* Splits what the user gave, if anything: a folder, or a file in one. */
static bool choose_place(struct pull *p, const char *given, struct lar_error *err)
{
    struct stat st;
    bool folder = !given || (stat(given, &st) == 0 && S_ISDIR(st.st_mode));
    const char *slash = given && !folder ? strrchr(given, '/') : NULL;
    if (folder)
        p->folder = strdup(given ? given : ".");
    else if (slash)
        p->folder = strndup(given, slash == given ? 1 : (size_t)(slash - given));
    else
        p->folder = strdup(".");
    if (!folder)
        p->name = strdup(slash ? slash + 1 : given);
    if (!p->folder || (!folder && !p->name))
        return lar_fail(err, LAR_ERR_NOMEM, "a file's name");
    return folder || *p->name || lar_fail(err, LAR_ERR_INVALID, "there is no folder %s", given);
}

static bool open_temporary(struct pull *p, struct lar_error *err)
{
    char *path = NULL;
    if (asprintf(&path, "%s/.larder-pull-XXXXXX", p->folder) < 0)
        return lar_fail(err, LAR_ERR_NOMEM, "a file's name");
    p->fd = mkostemp(path, O_CLOEXEC);
    if (p->fd < 0) {
        lar_fail_errno(err, errno, "a file in %s", p->folder);
        free(path);
        return false;
    }
    p->temporary = path;
    return true;
}

static bool check_digest(struct pull *p, struct lar_hash *sum, const char *said,
                         struct lar_error *err)
{
    char field[LAR_HASH_FIELD];
    lar_hash_end(sum, p->digest);
    lar_hash_field(p->digest, field);
    if (!strstr(said, "sha-256=:"))
        return lar_fail(err, LAR_ERR_FORMAT,
                        "the server sent no digest: what came cannot be checked and is not kept");
    return strstr(said, field) ||
           lar_fail(err, LAR_ERR_FORMAT,
                    "what came has the digest %s, not %.200s: it was damaged on its way and is not "
                    "kept",
                    field, said);
}

static bool fetch(struct pull *p, struct lar_error *err)
{
    char path[LAR_PATH_TEXT];
    struct lar_hash sum = {0};
    struct lar_progress progress;
    struct lar_reply reply = {0};
    struct lar_ask ask = {
        .sink = p->fd, .sink_most = p->size + HEADS_MOST, .sum = &sum, .progress = &progress};
    snprintf(path, sizeof path, "/v1/models/%s/versions/%llu/artifact", p->from.model,
             (unsigned long long)p->number);
    lar_progress_begin(&progress, &p->call->err, NULL);
    bool ok = lar_hash_begin(&sum, err) &&
              lar_client_ask(p->call->client, path, &ask, &reply, err) &&
              lar_reply_good(&reply, err) && check_digest(p, &sum, reply.digest, err);
    lar_reply_finish(&reply);
    lar_hash_finish(&sum);
    return ok;
}

/* "iris-3.joblib": the kind of file is known by its first bytes and the listing's format. */
static bool make_name(struct pull *p, struct lar_error *err)
{
    uint8_t head[HEAD];
    if (p->name)
        return true;
    ssize_t n = pread(p->fd, head, sizeof head, 0);
    size_t got = n > 0 ? (size_t)n : 0;
    const char *dot =
        got == HEAD && memcmp(head + 257, "ustar", 5) == 0
            ? ".tar"
            : strchr(lar_name_of_upload(*p->format ? p->format : NULL, head, got), '.');
    if (asprintf(&p->name, "%s-%llu%s", p->from.model, (unsigned long long)p->number,
                 dot ? dot : "") < 0)
        p->name = NULL;
    return p->name || lar_fail(err, LAR_ERR_NOMEM, "a file's name");
}

/* The mode that a new file would have: mkostemp's is for its owner alone. */
static bool place(struct pull *p, char **ret, struct lar_error *err)
{
    mode_t mask = umask(0);
    umask(mask);
    if (!make_name(p, err))
        return false;
    bool here = strcmp(p->folder, ".") == 0, slashed = p->folder[strlen(p->folder) - 1] == '/';
    if (asprintf(ret, "%s%s%s", here ? "" : p->folder, here || slashed ? "" : "/", p->name) < 0) {
        *ret = NULL;
        return lar_fail(err, LAR_ERR_NOMEM, "a file's name");
    }
    if (fchmod(p->fd, 0666 & ~mask) != 0 || fsync(p->fd) != 0 || rename(p->temporary, *ret) != 0)
        return lar_fail_errno(err, errno, "%s", *ret);
    free(p->temporary);
    p->temporary = NULL;
    return true;
}

static bool say(const struct pull *p, const char *path, struct lar_error *err)
{
    char version[24], sha256[LAR_HASH_HEX];
    struct lar_grid grid;
    lar_hash_hex(p->digest, sha256);
    snprintf(version, sizeof version, "%llu", (unsigned long long)p->number);
    if (p->call->options.json) {
        json_t *root = json_pack("{s:s, s:s, s:s, s:s}", "name", p->from.model, "version", version,
                                 "sha256", sha256, "file", path);
        char *text = root ? json_dumps(root, JSON_ENSURE_ASCII) : NULL;
        if (text)
            puts(text);
        free(text);
        json_decref(root);
        return text || lar_fail(err, LAR_ERR_FORMAT, "%s: a name that JSON cannot hold", path);
    }
    lar_grid_init_facts(&grid);
    lar_grid_fact(&grid, "file", path);
    lar_grid_fact(&grid, "version", version);
    lar_grid_fact(&grid, "sha256", sha256);
    bool ok = lar_grid_print(&grid, &p->call->out, err);
    lar_grid_finish(&grid);
    return ok;
}

int lar_command_pull(struct lar_call *call)
{
    struct pull p = {.call = call, .fd = -1};
    struct lar_error err = {0};
    char *path = NULL;
    bool ok = lar_reference_read(&p.from, call->operands[0], &err) && find(&p, &err) &&
              choose_place(&p, call->operands[1], &err) && open_temporary(&p, &err) &&
              fetch(&p, &err) && place(&p, &path, &err) && say(&p, path, &err);
    if (p.fd >= 0)
        close(p.fd);
    if (p.temporary)
        unlink(p.temporary);
    free(p.temporary);
    free(p.folder);
    free(p.name);
    free(path);
    return lar_call_end(call, ok, &err);
}
