/* The command line, read by the tables of cli/commands.c.
 * SPDX-License-Identifier: MIT */
#include "cli/command.h"

#include <stdlib.h>
#include <string.h>

enum { SECONDS_MOST = 86400, WATCH_SECONDS = 2, DIGITS = 5 };

struct reading {
    struct lar_call *call;
    int argc, at;
    const char *const *argv;
    bool operands_only; /* "--" was met */
};

static bool read_seconds(const char *text, unsigned *ret)
{
    size_t n = strspn(text, "0123456789");
    if (n == 0 || n > DIGITS || text[n])
        return false;
    *ret = (unsigned)strtoul(text, NULL, 10);
    return *ret >= 1 && *ret <= SECONDS_MOST;
}

/* An argument that starts like an option; the value is what stands behind '=', or NULL. */
static bool set_option(struct reading *r, const struct lar_option *option, const char *value,
                       struct lar_error *err)
{
    char *field = (char *)&r->call->options + option->offset;
    const char *next = r->at + 1 < r->argc ? r->argv[r->at + 1] : NULL;
    switch (option->kind) {
    case LAR_OPTION_FLAG:
        *(bool *)field = true;
        return !value || lar_fail(err, LAR_ERR_INVALID, "--%s takes no value", option->name);
    case LAR_OPTION_TEXT:
        if (!value && next)
            r->at++;
        value = value ? value : next;
        if (!value || !*value)
            return lar_fail(err, LAR_ERR_INVALID, "--%s wants a value: --%s %s", option->name,
                            option->name, option->value);
        *(const char **)field = value;
        return true;
    case LAR_OPTION_SECONDS:
        *(unsigned *)field = WATCH_SECONDS;
        if (value)
            return read_seconds(value, (unsigned *)field) ||
                   lar_fail(err, LAR_ERR_INVALID, "--%s wants 1 to %d seconds, not '%.40s'",
                            option->name, SECONDS_MOST, value);
        if (next && read_seconds(next, (unsigned *)field))
            r->at++;
        return true;
    }
    return true;
}

static bool read_option(struct reading *r, const char *text, struct lar_error *err)
{
    const struct lar_command *command = r->call->command;
    size_t n = strcspn(text, "=");
    const struct lar_option *option = lar_option_find(text, n);
    if (!option && n >= 5 && strncmp(text, "token", 5) == 0)
        return lar_fail(err, LAR_ERR_INVALID,
                        "a token on the command line can be read by everyone on this machine: put "
                        "it into LARDER_TOKEN, or into a file for --token-file");
    if (!option)
        return lar_fail(err, LAR_ERR_INVALID, "no option --%.*s is known", n < 60 ? (int)n : 60,
                        text);
    if (!option->everywhere && !command)
        return lar_fail(err, LAR_ERR_INVALID, "--%s stands behind the command that it is for",
                        option->name);
    if (!option->everywhere && !lar_command_takes(command, option))
        return lar_fail(err, LAR_ERR_INVALID, "larder %s takes no --%s", command->name,
                        option->name);
    return set_option(r, option, text[n] ? text + n + 1 : NULL, err);
}

static bool read_operand(struct reading *r, const char *text, struct lar_error *err)
{
    struct lar_call *call = r->call;
    if (!call->command) {
        if (strcmp(text, "help") == 0) {
            call->options.help = true;
            return true;
        }
        call->command = lar_command_find(text);
        return call->command || lar_fail(err, LAR_ERR_INVALID, "no command '%.60s' is known", text);
    }
    if (call->n_operands == call->command->most)
        return lar_fail(err, LAR_ERR_INVALID, "'%.60s' is too much: larder %s %s", text,
                        call->command->name, call->command->operands);
    call->operands[call->n_operands++] = text;
    return true;
}

static bool read_one(struct reading *r, struct lar_error *err)
{
    const char *text = r->argv[r->at];
    if (r->operands_only || text[0] != '-' || !text[1])
        return read_operand(r, text, err);
    if (strcmp(text, "--") == 0) {
        r->operands_only = true;
        return true;
    }
    if (strcmp(text, "-h") == 0)
        text = "--help";
    if (text[1] != '-')
        return lar_fail(err, LAR_ERR_INVALID, "no option %.60s is known", text);
    return read_option(r, text + 2, err);
}

bool lar_arguments_read(struct lar_call *ret, int argc, const char *const *argv,
                        struct lar_error *err)
{
    struct reading r = {.call = ret, .argc = argc, .argv = argv, .at = 1};
    for (; r.at < argc; r.at++)
        if (!read_one(&r, err))
            return false;
    if (ret->options.help || ret->options.version)
        return true;
    if (!ret->command)
        return lar_fail(err, LAR_ERR_INVALID, "a command is missing");
    return ret->n_operands >= ret->command->least ||
           lar_fail(err, LAR_ERR_INVALID, "something is missing: larder %s %s", ret->command->name,
                    ret->command->operands);
}
