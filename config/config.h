/* The settings of larderd: one table of keys (config/keys.c), read from defaults, then the file,
 * then the environment, then the command line; what is read later wins.
 *
 * A key "a.b_c" is `a.b_c: value` in the file (or nested: `a: {b_c: value}`), the flag --a-b-c and
 * the variable LARDER_A_B_C. A list is a YAML list, a flag given several times, a variable with
 * commas. A loaded configuration never changes.
 * SPDX-License-Identifier: MIT */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>

struct lar_strings {
    const char **items;
    size_t n;
};

enum lar_management_mode { LAR_MANAGEMENT_LOCAL, LAR_MANAGEMENT_OPEN, LAR_MANAGEMENT_OFF };
enum lar_log_format { LAR_LOG_TEXT, LAR_LOG_JSON };

/* Durations are milliseconds, sizes bytes. */
struct lar_config {
    struct lar_strings listen;
    const char *models, *state, *loader;
    struct lar_strings model;  /* NAME=PATH */
    const char *default_model; /* or NULL */
    int64_t settle_ms, scan_interval;
    int64_t inline_us;
    int64_t threads, workers, queue; /* 0: by the number of CPUs */
    int64_t body_limit, upload_limit, connection_limit;
    int64_t header_time, body_time, response_time, idle_time;
    int64_t bodies_memory, run_memory;
    int64_t load_memory, load_time, loads;
    int64_t management; /* enum lar_management_mode */
    const char *tokens_file;
    struct lar_strings management_listen;
    struct lar_strings allowed_hosts;
    struct lar_strings cors_origins;
    const char *base_path;
    struct lar_strings trusted_proxies;
    int64_t log_level;  /* enum lar_log_level */
    int64_t log_format; /* enum lar_log_format */
    const char *access_log;
    int64_t drain_delay, drain_time;
    struct lar_arena arena;
};

/* What the command line asks for besides settings. */
enum lar_action {
    LAR_ACTION_RUN,
    LAR_ACTION_CHECK,
    LAR_ACTION_PRINT,
    LAR_ACTION_VERSION,
    LAR_ACTION_HELP
};

/* Where settings come from. ARGV and ENVIRON are main's; kept, so that a reload reads the same. */
struct lar_config_source {
    int argc;
    const char *const *argv;
    const char *const *environment;
    enum lar_action action; /* out */
    const char *file;       /* out: what --config or LARDER_CONFIG named, or NULL */
};

/* Reads everything. Errors name the place: "larder.yaml:3:1: ...", "--settle-ms: ...",
 * "LARDER_SETTLE_MS: ...", and the nearest known key. On success *RET is the caller's. */
bool lar_config_load(struct lar_config **ret, struct lar_config_source *source,
                     struct lar_error *err);
void lar_config_free(struct lar_config *config); /* accepts NULL */

/* Reads settings from TEXT alone, over the defaults; NAME stands in errors for the file's. */
bool lar_config_parse(struct lar_config **ret, const char *name, const char *text, size_t size,
                      struct lar_error *err);

/* Calls FN for each key whose value differs between A and B; RESTART: it works only after one. */
void lar_config_compare(const struct lar_config *a, const struct lar_config *b,
                        void (*fn)(void *context, const char *key, bool restart), void *context);

/* Every key with its value and meaning: a file that gives the same settings again. */
void lar_config_print(const struct lar_config *config, FILE *out);
void lar_config_print_help(FILE *out);

#endif
