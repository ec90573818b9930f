/* Files and folders on their way; see parcel.h.
 * SPDX-License-Identifier: MIT */
#include "cli/parcel.h"
#include "persistence/store/tar.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 64 * 1024, NAME_MOST = 4096, TAR_END = 2 * LAR_TAR_BLOCK };

struct member {
    char *path;
    const char *name; /* within path */
    uint64_t size;
};

/* A parcel is read piece by piece: the head, bytes and padding of each member, then the tar's end.
 * A bare file has bytes only. */
enum piece { HEAD, BYTES, PADDING, END };

struct lar_parcel {
    struct member *members;
    size_t n_members, room;
    bool bare;
    uint64_t size;
    /* where reading is */
    size_t member;
    enum piece piece;
    uint64_t at, length; /* in the piece */
    int fd;              /* of BYTES, or -1 */
    uint8_t head[LAR_TAR_HEAD];
};

/* ---- what there is ---- */

static bool add(struct lar_parcel *p, const char *path, size_t root, const struct stat *st,
                struct lar_error *err)
{
    if (p->n_members == LAR_PARCEL_FILES)
        return lar_fail(err, LAR_ERR_LIMIT, "more than %d files in the folder", LAR_PARCEL_FILES);
    if (strlen(path) - root > NAME_MOST)
        return lar_fail(err, LAR_ERR_LIMIT, "a name of more than %d bytes: %.100s...", NAME_MOST,
                        path);
    if (p->n_members == p->room) {
        size_t room = p->room ? 2 * p->room : 16;
        struct member *members = reallocarray(p->members, room, sizeof *members);
        if (!members)
            return lar_fail(err, LAR_ERR_NOMEM, "%s", path);
        p->members = members;
        p->room = room;
    }
    struct member *m = &p->members[p->n_members];
    m->path = strdup(path);
    if (!m->path)
        return lar_fail(err, LAR_ERR_NOMEM, "%s", path);
    m->name = m->path + root;
    m->size = (uint64_t)st->st_size;
    p->n_members++;
    return true;
}

static bool take(struct lar_parcel *p, FTS *walk, FTSENT *e, size_t root, struct lar_error *err)
{
    if (e->fts_level > 0 && e->fts_name[0] == '.') {
        fts_set(walk, e, FTS_SKIP);
        return true;
    }
    switch (e->fts_info) {
    case FTS_D:
        return e->fts_level <= LAR_PARCEL_DEPTH ||
               lar_fail(err, LAR_ERR_LIMIT, "%s: more than %d folders in each other", e->fts_path,
                        LAR_PARCEL_DEPTH);
    case FTS_DP: return true;
    case FTS_F: return add(p, e->fts_path, root, e->fts_statp, err);
    case FTS_DNR:
    case FTS_ERR:
    case FTS_NS: return lar_fail_errno(err, e->fts_errno, "%s", e->fts_path);
    case FTS_SL:
    case FTS_SLNONE:
        return lar_fail(err, LAR_ERR_UNSUPPORTED, "%s is a link: put the file itself there",
                        e->fts_path);
    default:
        return lar_fail(err, LAR_ERR_UNSUPPORTED, "%s is neither a file nor a folder", e->fts_path);
    }
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct member *)a)->name, ((const struct member *)b)->name);
}

static bool walk_folder(struct lar_parcel *p, char *path, struct lar_error *err)
{
    char *roots[] = {path, NULL};
    FTSENT *e;
    bool ok = true;
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    if (!walk)
        return lar_fail_errno(err, errno, "%s", path);
    size_t root = strlen(path) + 1;
    errno = 0;
    while (ok && (e = fts_read(walk)))
        ok = take(p, walk, e, root, err);
    if (ok && errno)
        ok = lar_fail_errno(err, errno, "%s", path);
    fts_close(walk);
    if (ok && p->n_members == 0)
        return lar_fail(err, LAR_ERR_UNSUPPORTED, "%s: no files in the folder", path);
    if (ok)
        qsort(p->members, p->n_members, sizeof *p->members, by_name);
    return ok;
}

static bool look(struct lar_parcel *p, const char *path, struct lar_error *err)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return lar_fail_errno(err, errno, "%s", path);
    if (S_ISREG(st.st_mode)) {
        p->bare = true;
        p->size = (uint64_t)st.st_size;
        return add(p, path, 0, &st, err);
    }
    if (!S_ISDIR(st.st_mode))
        return lar_fail(err, LAR_ERR_UNSUPPORTED, "%s is neither a file nor a folder", path);
    char *root = strdup(path);
    size_t n = root ? strlen(root) : 0;
    while (n > 1 && root[n - 1] == '/')
        root[--n] = '\0';
    bool ok = root ? walk_folder(p, root, err) : lar_fail(err, LAR_ERR_NOMEM, "%s", path);
    free(root);
    p->size = TAR_END;
    for (size_t i = 0; ok && i < p->n_members; i++)
        p->size += lar_tar_head(p->members[i].name, p->members[i].size, p->head) +
                   p->members[i].size + lar_tar_padding(p->members[i].size);
    return ok;
}

bool lar_parcel_open(struct lar_parcel **ret, const char *path, struct lar_error *err)
{
    struct lar_parcel *p = calloc(1, sizeof *p);
    if (!p)
        return lar_fail(err, LAR_ERR_NOMEM, "%s", path);
    p->fd = -1;
    if (!look(p, path, err)) {
        lar_parcel_close(p);
        return false;
    }
    lar_parcel_rewind(p);
    *ret = p;
    return true;
}

void lar_parcel_close(struct lar_parcel *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->n_members; i++)
        free(p->members[i].path);
    free(p->members);
    if (p->fd >= 0)
        close(p->fd);
    free(p);
}

uint64_t lar_parcel_size(const struct lar_parcel *p)
{
    return p->size;
}

/* ---- reading ---- */

static void begin_piece(struct lar_parcel *p, enum piece piece)
{
    const struct member *m = p->member < p->n_members ? &p->members[p->member] : NULL;
    p->piece = m ? piece : END;
    p->at = 0;
    switch (p->piece) {
    case HEAD: p->length = p->bare || !m ? 0 : lar_tar_head(m->name, m->size, p->head); break;
    case BYTES: p->length = m ? m->size : 0; break;
    case PADDING: p->length = p->bare || !m ? 0 : lar_tar_padding(m->size); break;
    case END: p->length = p->bare ? 0 : TAR_END; break;
    }
}

static void close_member(struct lar_parcel *p)
{
    if (p->fd >= 0)
        close(p->fd);
    p->fd = -1;
}

void lar_parcel_rewind(struct lar_parcel *p)
{
    close_member(p);
    p->member = 0;
    begin_piece(p, HEAD);
}

static bool read_member(struct lar_parcel *p, void *to, size_t n, size_t *ret,
                        struct lar_error *err)
{
    const char *path = p->members[p->member].path;
    if (p->fd < 0) /* a pipe that has come into the place must not hold us up */
        p->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    ssize_t got = p->fd < 0 ? -1 : read(p->fd, to, n);
    if (got < 0)
        return lar_fail_errno(err, errno, "%s", path);
    if (got == 0)
        return lar_fail(err, LAR_ERR_TRUNCATED, "%s has become shorter while it was sent", path);
    *ret = (size_t)got;
    return true;
}

/* To the next piece that has bytes; false: there is none. */
static bool advance(struct lar_parcel *p)
{
    while (p->at == p->length) {
        if (p->piece == END)
            return false;
        if (p->piece == PADDING) {
            close_member(p);
            p->member++;
            begin_piece(p, HEAD);
        } else {
            begin_piece(p, p->piece + 1);
        }
    }
    return true;
}

bool lar_parcel_read(struct lar_parcel *p, void *to, size_t n, size_t *ret, struct lar_error *err)
{
    *ret = 0;
    if (!advance(p))
        return true;
    uint64_t left = p->length - p->at;
    n = left < n ? (size_t)left : n;
    if (p->piece == BYTES) {
        if (!read_member(p, to, n, ret, err))
            return false;
    } else {
        if (p->piece == HEAD)
            memcpy(to, p->head + p->at, n);
        else
            memset(to, 0, n);
        *ret = n;
    }
    p->at += *ret;
    return true;
}

bool lar_parcel_digest(struct lar_parcel *p, uint8_t ret[LAR_HASH_SIZE], struct lar_error *err)
{
    struct lar_hash hash = {0};
    size_t got = 1;
    uint8_t *buffer = malloc(CHUNK);
    bool ok = buffer ? lar_hash_begin(&hash, err) : lar_fail(err, LAR_ERR_NOMEM, "a digest");
    lar_parcel_rewind(p);
    while (ok && got > 0) {
        ok = lar_parcel_read(p, buffer, CHUNK, &got, err);
        if (ok)
            lar_hash_add(&hash, buffer, got);
    }
    if (ok)
        lar_hash_end(&hash, ret);
    lar_hash_finish(&hash);
    free(buffer);
    lar_parcel_rewind(p);
    return ok;
}
