/* The table of keys: every setting that exists.
 * SPDX-License-Identifier: MIT */
#include "config/keys.h"

#include "base/alike.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

static const char *const management_choices[] = {"local", "open", "off", NULL};
static const char *const level_choices[] = {"error", "warning", "info", "debug", NULL};
static const char *const format_choices[] = {"text", "json", NULL};

#define AT(field) .offset = offsetof(struct lar_config, field)
#define KB (INT64_C(1) << 10)
#define MB (INT64_C(1) << 20)
#define GB (INT64_C(1) << 30)
#define SECOND INT64_C(1000)
#define HOUR (3600 * SECOND)

const struct lar_key lar_keys[] = {
    {"listen", LAR_KEY_LIST, true, AT(listen), .fallback = "127.0.0.1:8080",
     .help = "host:port, [v6]:port, unix:PATH[,mode=0660], systemd[:NAME] for its sockets"},
    {"models", LAR_KEY_TEXT, true, AT(models), .fallback = "/var/lib/larder/models",
     .help = "the watched folder"},
    {"state", LAR_KEY_TEXT, true, AT(state), .fallback = "/var/lib/larder/state",
     .help = "compiled forms: a cache, may be deleted"},
    {"loader", LAR_KEY_TEXT, true, AT(loader), .fallback = LARDER_LOADER,
     .help = "the program that translates model files"},
    {"model", LAR_KEY_LIST, true, AT(model),
     .help = "NAME=PATH: one file or folder served under a name, read-only"},
    {"default_model", LAR_KEY_TEXT, true, AT(default_model),
     .help = "the model that /invocations calls where it names none; else the only one"},
    {"settle_ms", LAR_KEY_INTEGER, true, AT(settle_ms), 0, 600000, "1000",
     .help = "a file is loaded when it looks the same twice, this many milliseconds apart"},
    {"scan_interval", LAR_KEY_DURATION, true, AT(scan_interval), SECOND, HOUR, "5s",
     .help = "the folder is scanned at least this often, also without events"},
    {"inline_us", LAR_KEY_INTEGER, false, AT(inline_us), 0, 1000000000, "200",
     .help = "predictions that cost more microseconds than this go to a worker"},
    {"threads", LAR_KEY_INTEGER, true, AT(threads), 0, 256, "0",
     .help = "threads that speak HTTP; 0: one for each CPU, 2 at least, 4 at most"},
    {"workers", LAR_KEY_INTEGER, true, AT(workers), 0, 256, "0",
     .help = "threads for large predictions, uploads and disk; 0: one for each CPU, 2 at least"},
    {"queue", LAR_KEY_INTEGER, true, AT(queue), 1, 65536, "1024",
     .help = "jobs that may wait for a worker; beyond them 503"},
    {"limits.body", LAR_KEY_SIZE, false, AT(body_limit), KB, 4 * GB, "64M",
     .help = "the largest body of a predict call"},
    {"limits.upload", LAR_KEY_SIZE, true, AT(upload_limit), KB, 1024 * GB, "4G",
     .help = "the largest model file that may be uploaded"},
    {"limits.connections", LAR_KEY_INTEGER, true, AT(connection_limit), 1, 1000000, "4096",
     .help = "connections at a time; more wait to be accepted"},
    {"limits.header_time", LAR_KEY_DURATION, false, AT(header_time), 10, HOUR, "10s",
     .help = "from the connection to the end of the first request's header"},
    {"limits.body_time", LAR_KEY_DURATION, false, AT(body_time), 10, HOUR, "10s",
     .help = "for a body, besides one second for each 100 kB"},
    {"limits.response_time", LAR_KEY_DURATION, false, AT(response_time), 10, 24 * HOUR, "60s",
     .help = "from the end of a request to the end of its answer"},
    {"limits.idle_time", LAR_KEY_DURATION, false, AT(idle_time), 10, 24 * HOUR, "75s",
     .help = "from an answer to the end of the next request's header"},
    {"memory.bodies", LAR_KEY_SIZE, true, AT(bodies_memory), MB, 1024 * GB, "256M",
     .help = "all bodies in memory at a time; beyond it 503"},
    {"memory.run", LAR_KEY_SIZE, true, AT(run_memory), MB, 1024 * GB, "1G",
     .help = "working memory of one prediction"},
    {"load.memory", LAR_KEY_SIZE, true, AT(load_memory), 16 * MB, 1024 * GB, "4G",
     .help = "memory of the program that translates one model file"},
    {"load.time", LAR_KEY_DURATION, true, AT(load_time), SECOND, 24 * HOUR, "60s",
     .help = "wall clock of one translation"},
    {"load.parallel", LAR_KEY_INTEGER, true, AT(loads), 0, 64, "0",
     .help = "translations at a time; 0: one for each CPU, 4 at most"},
    {"management", LAR_KEY_CHOICE, true, AT(management), .fallback = "local",
     .choices = management_choices,
     .help = "who may change things: local (this host, or a token), open (everyone), off"},
    {"management.tokens_file", LAR_KEY_TEXT, false, AT(tokens_file),
     .help = "a line TOKEN [name] for each; # starts a comment; not readable by others"},
    {"management.listen", LAR_KEY_LIST, true, AT(management_listen),
     .help =
         "addresses, as in listen, that alone take changes then; listen only reads and predicts"},
    {"allowed_hosts", LAR_KEY_LIST, false, AT(allowed_hosts),
     .help = "Host names by which changing requests may come, besides addresses and localhost"},
    {"cors.origins", LAR_KEY_LIST, true, AT(cors_origins),
     .help = "https://host[:port] of sites whose pages may call, or *: all, but to change things"},
    {"base_path", LAR_KEY_TEXT, true, AT(base_path),
     .help =
         "/PATH under which a proxy shows the service and passes requests on; probes need none"},
    {"trusted_proxies", LAR_KEY_LIST, true, AT(trusted_proxies),
     .help = "addresses, networks (10.0.0.0/8) or unix, whose X-Forwarded-For names the client"},
    {"log.level", LAR_KEY_CHOICE, false, AT(log_level), .fallback = "info",
     .choices = level_choices, .help = "error, warning, info, debug"},
    {"log.format", LAR_KEY_CHOICE, false, AT(log_format), .fallback = "text",
     .choices = format_choices, .help = "text, json"},
    {"access_log", LAR_KEY_TEXT, false, AT(access_log), .fallback = "off",
     .help = "a JSON line for each request: off, stderr, or a file, opened again on SIGHUP"},
    {"drain_delay", LAR_KEY_DURATION, false, AT(drain_delay), 0, HOUR, "0s",
     .help = "after SIGTERM: not ready, but serving, for so long (5s under Kubernetes)"},
    {"drain_time", LAR_KEY_DURATION, false, AT(drain_time), 0, HOUR, "30s",
     .help = "then requests under way have so long to end"},
};

const size_t lar_n_keys = sizeof lar_keys / sizeof lar_keys[0];

void lar_key_flag(const struct lar_key *key, char buffer[static LAR_KEY_NAME_BYTES])
{
    size_t i = 0;
    for (; i < LAR_KEY_NAME_BYTES - 1 && key->name[i]; i++)
        buffer[i] = key->name[i] == '.' || key->name[i] == '_' ? '-' : key->name[i];
    buffer[i] = '\0';
}

void lar_key_variable(const struct lar_key *key, char buffer[static LAR_KEY_NAME_BYTES])
{
    char *out = stpcpy(buffer, "LARDER_");
    for (const char *p = key->name; *p && out < buffer + LAR_KEY_NAME_BYTES - 1; p++)
        *out++ = *p == '.' ? '_' : (char)toupper((unsigned char)*p);
    *out = '\0';
}

const struct lar_key *lar_key_find(const char *name)
{
    for (size_t i = 0; i < lar_n_keys; i++)
        if (strcmp(lar_keys[i].name, name) == 0)
            return &lar_keys[i];
    return NULL;
}

static const struct lar_key *find_spelled(const char *text, size_t length,
                                          void (*spell)(const struct lar_key *, char *))
{
    char spelled[LAR_KEY_NAME_BYTES];
    for (size_t i = 0; i < lar_n_keys; i++) {
        spell(&lar_keys[i], spelled);
        if (strlen(spelled) == length && memcmp(spelled, text, length) == 0)
            return &lar_keys[i];
    }
    return NULL;
}

const struct lar_key *lar_key_of_flag(const char *flag, size_t length)
{
    return find_spelled(flag, length, lar_key_flag);
}

const struct lar_key *lar_key_of_variable(const char *variable, size_t length)
{
    return find_spelled(variable, length, lar_key_variable);
}

/* How alike NAME and KEY are, a flag without dashes before it, or the part of it from LAST on. */
static size_t likeness(const char *name, size_t n, const char *key, size_t last)
{
    size_t whole = lar_alike(name, n, key, strlen(key));
    size_t tail = lar_alike(name, n, key + last, strlen(key + last));
    return whole < tail ? whole : tail;
}

const struct lar_key *lar_key_nearest(const char *name)
{
    char plain[LAR_KEY_NAME_BYTES] = "", key[LAR_KEY_NAME_BYTES] = "";
    size_t n = strlen(name), best = SIZE_MAX;
    if (n == 0 || n >= sizeof plain)
        return NULL;
    for (size_t i = 0; i <= n; i++)
        plain[i] = name[i] == '.' || name[i] == '_' ? '-' : (char)tolower((unsigned char)name[i]);
    const struct lar_key *ret = NULL;
    for (size_t i = 0; i < lar_n_keys; i++) {
        lar_key_flag(&lar_keys[i], key);
        const char *dot = strrchr(lar_keys[i].name, '.');
        size_t steps = likeness(plain, n, key, dot ? (size_t)(dot + 1 - lar_keys[i].name) : 0);
        if (steps < best) {
            best = steps;
            ret = &lar_keys[i];
        }
    }
    return ret;
}
