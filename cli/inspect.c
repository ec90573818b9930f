/* larder inspect: what is in model files, and whether they can be served.
 * SPDX-License-Identifier: MIT */
#include "cli/inspect.h"
#include "cli/command.h"
#include "cli/escape.h"
#include "cli/local.h"
#include "cli/reference.h"

#include <stdlib.h>
#include <string.h>

enum { DANGERS = 200 };

/* The dangerous names of a report, as one text; how many there are is returned. */
static size_t dangers(const json_t *report, char to[DANGERS])
{
    const json_t *globals = json_object_get(report, "globals");
    size_t n = 0, used = 0;
    to[0] = '\0';
    for (size_t i = 0; i < json_array_size(globals); i++) {
        const json_t *global = json_array_get(globals, i);
        const char *verdict = lar_member(global, "verdict"), *name = lar_member(global, "name");
        if (!verdict || !name || strcmp(verdict, "dangerous") != 0)
            continue;
        if (used < DANGERS)
            used += (size_t)snprintf(to + used, DANGERS - used, "%s%s", n ? ", " : "", name);
        n++;
    }
    return n;
}

static int worse(int a, int b)
{
    static const int rank[] = {
        [LAR_EXIT_OK] = 0,          [LAR_EXIT_REFUSED] = 1,   [LAR_EXIT_USAGE] = 4,
        [LAR_EXIT_UNREACHABLE] = 2, [LAR_EXIT_DANGEROUS] = 3,
    };
    return rank[a] >= rank[b] ? a : b;
}

/* One message to stderr. */
static void complain(const struct lar_call *call, const char *file, const char *text)
{
    fflush(call->out.file);
    fputs("larder: ", call->err.file);
    lar_escape(call->err.file, file, strlen(file), false);
    fputs(": ", call->err.file);
    lar_escape(call->err.file, text, strlen(text), false);
    fputc('\n', call->err.file);
}

static int judge(const struct lar_call *call, const struct lar_local *local, const char *file)
{
    char names[DANGERS], text[DANGERS + 64];
    int ret = LAR_EXIT_OK;
    if (local->refusal.code) {
        complain(call, file, local->refusal.text);
        ret = LAR_EXIT_REFUSED;
    }
    if (dangers(local->report, names)) {
        snprintf(text, sizeof text, "names what is dangerous under Python: %s", names);
        complain(call, file, text);
        ret = LAR_EXIT_DANGEROUS;
    }
    return ret;
}

static int inspect(struct lar_call *call, struct lar_spawner *spawner, unsigned i)
{
    struct lar_local local;
    struct lar_error err = {0};
    const char *file = call->operands[i];
    if (!lar_local_load(&local, spawner, file, &err)) {
        (void)lar_call_end(call, false, &err);
        return LAR_EXIT_UNREACHABLE;
    }
    if (i && !call->options.json)
        fputc('\n', call->out.file);
    bool ok = call->options.json ? lar_inspect_print_json(&local, file, &call->out, &err)
                                 : lar_inspect_print(&local, file, &call->out, &err);
    int ret = ok ? judge(call, &local, file) : lar_call_end(call, false, &err);
    lar_local_finish(&local);
    return ret;
}

int lar_command_inspect(struct lar_call *call)
{
    struct lar_spawner *spawner;
    struct lar_error err = {0};
    int ret = LAR_EXIT_OK;
    if (!lar_local_start(&spawner, &err)) {
        (void)lar_call_end(call, false, &err);
        return LAR_EXIT_UNREACHABLE;
    }
    for (unsigned i = 0; i < call->n_operands; i++)
        ret = worse(ret, inspect(call, spawner, i));
    lar_spawner_stop(spawner);
    return ret;
}
