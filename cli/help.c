/* Help, written from the tables of cli/commands.c.
 * SPDX-License-Identifier: MIT */
#include "cli/command.h"

#include <string.h>

enum { FLAG_BYTES = 64 };

static void put_option(FILE *to, const struct lar_option *option)
{
    char flag[FLAG_BYTES];
    snprintf(flag, sizeof flag, "--%s%s%s", option->name, option->value ? " " : "",
             option->value ? option->value : "");
    fprintf(to, "  %-19s %s\n", flag, option->help);
}

static void put_common(FILE *to)
{
    for (const struct lar_option *o = lar_options; o->name; o++)
        if (o->everywhere)
            put_option(to, o);
}

void lar_help(FILE *to)
{
    fputs("usage: larder COMMAND [ARGUMENTS] [OPTIONS]\n\n"
          "Manages the models that a larderd serves: here, or wherever --url leads; and\n"
          "looks into model files.\n\n",
          to);
    for (const struct lar_command *c = lar_commands; c->name; c++)
        fprintf(to, "  %-9s %s\n", c->name, c->brief);
    fputs("\n`larder COMMAND --help` explains one, with examples.\n\noptions of every command\n",
          to);
    put_common(to);
    fputs("\na first round\n"
          "  larder validate model.joblib    would it load? Nothing is kept\n"
          "  larder push model.joblib iris   sent, checked, serving: version 1\n"
          "  echo '[[5.1, 3.5, 1.4, 0.2]]' | larder predict iris\n"
          "  larder push better.joblib iris --label canary\n"
          "                                  version 2, for who asks for iris/canary\n"
          "  larder promote iris canary      version 2 answers whoever names none\n"
          "  larder rollback iris            ... and not any more\n"
          "\nenvironment\n"
          "  LARDER_URL      the server, without --url [" LAR_DEFAULT_URL "]\n"
          "  LARDER_TOKEN    the token, without --token-file, where one is wanted\n"
          "  LARDER_CA_FILE  certificates in PEM, without --ca-file [the system's]\n"
          "  NO_COLOR        no bold titles\n"
          "\noutput\n"
          "  A table on a terminal; elsewhere a line for each row with tabs between its\n"
          "  cells and no titles, or with --json what the server answered. Messages go to\n"
          "  stderr.\n"
          "\nexit status\n"
          "  0  done\n"
          "  1  refused: by the server, whose message is on stderr, or by a file that\n"
          "     cannot be read or written\n"
          "  2  the command line makes no sense\n"
          "  3  the server could not be reached\n",
          to);
}

void lar_help_command(FILE *to, const struct lar_command *command)
{
    fprintf(to, "usage: larder %s%s%s [OPTIONS]\n\n%s\n", command->name,
            *command->operands ? " " : "", command->operands, command->help);
    if (command->options)
        fputs("options\n", to);
    for (const char *const *name = command->options; name && *name; name++)
        put_option(to, lar_option_find(*name, strlen(*name)));
    fputs(command->options ? "\noptions of every command\n" : "options of every command\n", to);
    put_common(to);
}
