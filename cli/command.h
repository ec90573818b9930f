/* The commands of larder. One table (cli/commands.c) holds their names, options, help and
 * functions; arguments are read by it and help is written from it. SPDX-License-Identifier: MIT */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "base/error.h"
#include "cli/client.h"
#include "cli/screen.h"

#define LAR_DEFAULT_URL "http://127.0.0.1:8080"

enum lar_exit {
    LAR_EXIT_OK,
    LAR_EXIT_REFUSED,     /* the server refused, or a file could not be read or written */
    LAR_EXIT_USAGE,       /* the command line makes no sense */
    LAR_EXIT_UNREACHABLE, /* no answer from the server; inspect: the file cannot be read */
    LAR_EXIT_DANGEROUS,   /* inspect: the file names what is dangerous under Python */
};

/* What options say. A command that does not list an option finds it zero. */
struct lar_options {
    const char *url, *token_file, *ca_file, *label;
    const char *method, *output, *format;
    unsigned watch; /* seconds; 0: once */
    bool json, force, yes, help, version;
};

enum lar_option_kind {
    LAR_OPTION_FLAG,    /* bool */
    LAR_OPTION_TEXT,    /* const char *: the rest of the argument behind '=', or the next one */
    LAR_OPTION_SECONDS, /* unsigned; the number may be missing */
};

struct lar_option {
    const char *name; /* "token-file" */
    enum lar_option_kind kind;
    const char *value; /* its name in help */
    size_t offset;     /* in struct lar_options */
    bool everywhere;   /* every command has it */
    const char *help;
};

enum { LAR_OPERANDS = 256 };

/* One call of one command. */
struct lar_call {
    const struct lar_command *command; /* NULL: none was named */
    struct lar_options options;
    const char *operands[LAR_OPERANDS];
    unsigned n_operands;
    struct lar_screen out, err;
    struct lar_client *client;
};

struct lar_command {
    const char *name, *operands, *brief;
    unsigned least, most;              /* operands */
    const char *const *options;        /* names of those that are its own; ended by NULL, or NULL */
    int (*run)(struct lar_call *call); /* returns an enum lar_exit; has said what went wrong */
    const char *help;                  /* the long text, with examples */
    bool (*local)(const struct lar_call *call); /* whether it asks no server; NULL: it asks one */
};

/* Both end with a row without a name. */
extern const struct lar_command lar_commands[];
extern const struct lar_option lar_options[];

/* NULL: there is none. */
const struct lar_command *lar_command_find(const char *name);
const struct lar_option *lar_option_find(const char *name, size_t length);
/* Whether COMMAND (NULL: none yet) takes OPTION. */
bool lar_command_takes(const struct lar_command *command, const struct lar_option *option);

/* Reads ARGV, which must outlive RET; touches nothing but command, options and operands.
 * LAR_ERR_INVALID: it makes no sense. "help X" is read as "X --help". */
bool lar_arguments_read(struct lar_call *ret, int argc, const char *const *argv,
                        struct lar_error *err);

void lar_help(FILE *to);
void lar_help_command(FILE *to, const struct lar_command *command);

/* Says what went wrong, unless OK, and returns the exit status that follows. LAR_ERR_INVALID is the
 * command line's fault, LAR_ERR_UNAVAILABLE means that no server was reached. */
int lar_call_end(const struct lar_call *call, bool ok, const struct lar_error *err);

int lar_command_push(struct lar_call *call);
int lar_command_pull(struct lar_call *call);
int lar_command_list(struct lar_call *call);
int lar_command_promote(struct lar_call *call);
int lar_command_rollback(struct lar_call *call);
int lar_command_remove(struct lar_call *call);
int lar_command_validate(struct lar_call *call);
int lar_command_predict(struct lar_call *call);
int lar_command_status(struct lar_call *call);
int lar_command_inspect(struct lar_call *call);
/* Whether predict is called for a model file of this machine; cli/predict_local.c. */
bool lar_predict_is_local(const struct lar_call *call);

#endif
