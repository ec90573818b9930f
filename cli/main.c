/* The program larder: reads the command line, finds the server and its token, runs the command.
 * SPDX-License-Identifier: MIT */
#include "cli/command.h"
#include "cli/token.h"

#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

static bool find_server(struct lar_call *call, struct lar_error *err)
{
    char token[LAR_TOKEN_TEXT];
    const char *set = getenv("LARDER_URL");
    const char *url = call->options.url ? call->options.url : set && *set ? set : LAR_DEFAULT_URL;
    const char *ca_file = call->options.ca_file ? call->options.ca_file : getenv("LARDER_CA_FILE");
    bool ok = lar_token_read(token, call->options.token_file, err) &&
              lar_client_new(&call->client, url, *token ? token : NULL,
                             ca_file && *ca_file ? ca_file : NULL, err);
    explicit_bzero(token, sizeof token);
    return ok;
}

static int run(struct lar_call *call)
{
    struct lar_error err = {0};
    if (call->command->local && call->command->local(call))
        return call->command->run(call);
    if (!find_server(call, &err))
        return lar_call_end(call, false, &err);
    int ret = call->command->run(call);
    lar_client_free(call->client);
    return ret;
}

/* What was written must have arrived: a full disk is no success. */
static int flush(const struct lar_call *call, int status)
{
    struct lar_error err = {0};
    if (fflush(call->out.file) == 0 && !ferror(call->out.file))
        return status;
    lar_fail_errno(&err, errno, "writing the output");
    return lar_call_end(call, false, &err);
}

int main(int argc, char **argv)
{
    struct lar_call call = {0};
    struct lar_error err = {0};
    setlocale(LC_CTYPE, "C.UTF-8"); /* for the width of characters only */
    lar_screen_init(&call.out, stdout);
    lar_screen_init(&call.err, stderr);
    if (!lar_arguments_read(&call, argc, (const char *const *)argv, &err)) {
        int ret = lar_call_end(&call, false, &err);
        fprintf(stderr,
                call.command ? "larder: try `larder %s --help`\n" : "larder: try `larder --help`\n",
                call.command ? call.command->name : "");
        return ret;
    }
    if (call.options.version)
        puts("larder " LARDER_VERSION);
    else if (call.options.help && call.command)
        lar_help_command(stdout, call.command);
    else if (call.options.help)
        lar_help(stdout);
    else
        return flush(&call, run(&call));
    return flush(&call, LAR_EXIT_OK);
}
