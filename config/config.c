/* Defaults, file, environment, command line, in this order.
 * SPDX-License-Identifier: MIT */
#include "config/config.h"
#include "base/yaml.h"
#include "config/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct lar_config *new_config(struct lar_error *err)
{
    struct lar_config *config = calloc(1, sizeof *config);
    if (!config) {
        lar_fail(err, LAR_ERR_NOMEM, "settings");
        return NULL;
    }
    lar_arena_init(&config->arena, 4 << 20);
    for (size_t i = 0; i < lar_n_keys; i++) {
        const struct lar_key *key = &lar_keys[i];
        if (key->fallback && !lar_key_set(config, key, key->fallback, err)) {
            lar_config_free(config);
            return NULL;
        }
    }
    return config;
}

void lar_config_free(struct lar_config *config)
{
    if (!config)
        return;
    lar_arena_finish(&config->arena);
    free(config);
}

bool lar_config_parse(struct lar_config **ret, const char *name, const char *text, size_t size,
                      struct lar_error *err)
{
    struct lar_config *config = new_config(err);
    if (!config)
        return false;
    if (!lar_config_read(config, name, text, size, err)) {
        lar_config_free(config);
        return false;
    }
    *ret = config;
    return true;
}

static bool read_file(struct lar_config *config, const char *path, struct lar_error *err)
{
    char *text = malloc(LAR_YAML_BYTES + 1);
    if (!text)
        return lar_fail(err, LAR_ERR_NOMEM, "%s", path);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t n = 0;
    ssize_t got = fd < 0 ? -1 : 1;
    while (got > 0 && n <= LAR_YAML_BYTES) {
        got = read(fd, text + n, LAR_YAML_BYTES + 1 - n);
        n += got > 0 ? (size_t)got : 0;
    }
    bool ok = got < 0 ? lar_fail_errno(err, errno, "%s", path)
                      : lar_config_read(config, path, text, n, err);
    if (fd >= 0)
        close(fd);
    free(text);
    return ok;
}

/* A list in a variable: items between commas. */
static bool set_items(struct lar_config *config, const struct lar_key *key, const char *text,
                      struct lar_error *err)
{
    lar_key_clear(config, key);
    while (*text) {
        size_t n = strcspn(text, ",");
        char *item = strndup(text, n);
        if (!item)
            return lar_fail(err, LAR_ERR_NOMEM, "settings");
        bool ok = lar_key_set(config, key, item, err);
        free(item);
        if (!ok)
            return false;
        text += n + (text[n] == ',');
    }
    return true;
}

/* LARDER_CONFIG is ours, others are larder's; the rest Kubernetes puts into every pod beside a
 * service named larder. */
static bool is_foreign(const char *name)
{
    static const char *const names[] = {"LARDER_CONFIG", "LARDER_URL", "LARDER_TOKEN",
                                        "LARDER_PORT"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return strncmp(name, "LARDER_PORT_", 12) == 0 || strncmp(name, "LARDER_SERVICE_", 15) == 0;
}

static bool read_environment(struct lar_config *config, const char *const *environment,
                             struct lar_error *err)
{
    for (; environment && *environment; environment++) {
        const char *equals = strchr(*environment, '=');
        if (!equals || strncmp(*environment, "LARDER_", 7) != 0)
            continue;
        size_t n = (size_t)(equals - *environment);
        char name[LAR_KEY_NAME_BYTES];
        snprintf(name, sizeof name, "%.*s", (int)n, *environment);
        if (is_foreign(name))
            continue;
        const struct lar_key *key = lar_key_of_variable(*environment, n);
        if (!key) {
            key = lar_key_nearest(name + strlen("LARDER_"));
            char nearest[LAR_KEY_NAME_BYTES] = "";
            if (key)
                lar_key_variable(key, nearest);
            return lar_fail(err, LAR_ERR_INVALID, "no setting has the variable %s%s%s%s", name,
                            key ? "; did you mean " : "", nearest, key ? "?" : "");
        }
        bool ok = key->type == LAR_KEY_LIST ? set_items(config, key, equals + 1, err)
                                            : lar_key_set(config, key, equals + 1, err);
        if (!ok)
            return lar_error_within(err, "%s", name);
    }
    return true;
}

static bool is_word(const char *arg, size_t length, const char *word)
{
    return strlen(word) == length && strncmp(arg, word, length) == 0;
}

static bool unknown_flag(const char *arg, size_t length, struct lar_error *err)
{
    char name[LAR_KEY_NAME_BYTES], nearest[LAR_KEY_NAME_BYTES] = "";
    snprintf(name, sizeof name, "%.*s", (int)length, arg);
    const struct lar_key *key = lar_key_nearest(name);
    if (key)
        lar_key_flag(key, nearest);
    return lar_fail(err, LAR_ERR_INVALID, "no flag --%s%s%s%s", name,
                    key ? "; did you mean --" : "", nearest, key ? "?" : "");
}

/* Walks the command line. CONFIG NULL: looks only for actions and --config. */
static bool read_flags(struct lar_config *config, struct lar_config_source *source,
                       struct lar_error *err)
{
    bool given[256] = {false};
    for (int i = 1; i < source->argc; i++) {
        const char *arg = source->argv[i];
        if (strncmp(arg, "--", 2) != 0)
            return lar_fail(err, LAR_ERR_INVALID, "'%.64s' is not a flag; see --help", arg);
        arg += 2;
        size_t n = strcspn(arg, "=");
        const char *value = arg[n] == '=' ? arg + n + 1 : NULL;
        enum lar_action action = is_word(arg, n, "check-config")   ? LAR_ACTION_CHECK
                                 : is_word(arg, n, "print-config") ? LAR_ACTION_PRINT
                                 : is_word(arg, n, "version")      ? LAR_ACTION_VERSION
                                 : is_word(arg, n, "help")         ? LAR_ACTION_HELP
                                                                   : LAR_ACTION_RUN;
        if (action != LAR_ACTION_RUN) {
            source->action = action;
            continue;
        }
        const struct lar_key *key = lar_key_of_flag(arg, n);
        bool config_flag = is_word(arg, n, "config");
        if (!key && !config_flag)
            return unknown_flag(arg, n, err);
        if (!value && ++i < source->argc)
            value = source->argv[i];
        if (!value)
            return lar_fail(err, LAR_ERR_INVALID, "--%.*s wants a value", (int)n, arg);
        if (config_flag)
            source->file = value;
        if (!config || !key)
            continue;
        bool *again = &given[key - lar_keys];
        if (!*again)
            lar_key_clear(config, key);
        else if (key->type != LAR_KEY_LIST)
            return lar_fail(err, LAR_ERR_INVALID, "--%.*s is given twice", (int)n, arg);
        *again = true;
        if (!lar_key_set(config, key, value, err))
            return lar_error_within(err, "--%.*s", (int)n, arg);
    }
    return true;
}

static const char *variable(const char *const *environment, const char *name)
{
    size_t n = strlen(name);
    for (; environment && *environment; environment++)
        if (strncmp(*environment, name, n) == 0 && (*environment)[n] == '=')
            return *environment + n + 1;
    return NULL;
}

bool lar_config_load(struct lar_config **ret, struct lar_config_source *source,
                     struct lar_error *err)
{
    source->action = LAR_ACTION_RUN;
    source->file = variable(source->environment, "LARDER_CONFIG");
    struct lar_config *config = new_config(err);
    if (!config)
        return false;
    if (!read_flags(NULL, source, err) ||
        (source->file && *source->file && !read_file(config, source->file, err)) ||
        !read_environment(config, source->environment, err) || !read_flags(config, source, err)) {
        lar_config_free(config);
        return false;
    }
    *ret = config;
    return true;
}
