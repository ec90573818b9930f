/* The tables of commands and options; see command.h.
 * SPDX-License-Identifier: MIT */
#include "cli/command.h"

#include <string.h>

static bool always(const struct lar_call *call)
{
    (void)call;
    return true;
}

#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

const struct lar_option lar_options[] = {
    {"label", LAR_OPTION_TEXT, "LABEL", offsetof(struct lar_options, label), false,
     "push: the new version gets this label; rm: the label goes"},
    {"method", LAR_OPTION_TEXT, "METHOD", offsetof(struct lar_options, method), false,
     "predict_proba, transform, ... instead of the default"},
    {"output", LAR_OPTION_TEXT, "FILE", offsetof(struct lar_options, output), false,
     "of a model FILE: the answer goes here, .csv, .json or .npy"},
    {"format", LAR_OPTION_TEXT, "FORMAT", offsetof(struct lar_options, format), false,
     "of a model FILE: csv, json or npy, whatever the name"},
    {"force", LAR_OPTION_FLAG, NULL, offsetof(struct lar_options, force), false,
     "also a version that labels point to; they go with it"},
    {"yes", LAR_OPTION_FLAG, NULL, offsetof(struct lar_options, yes), false,
     "do not ask; needed where there is no terminal to ask on"},
    {"watch", LAR_OPTION_SECONDS, "[SECONDS]", offsetof(struct lar_options, watch), false,
     "again every 2 (or so many) seconds, until interrupted"},
    {"url", LAR_OPTION_TEXT, "URL", offsetof(struct lar_options, url), true,
     "the server: http://HOST:PORT[/BASE], https://, unix:/PATH"},
    {"token-file", LAR_OPTION_TEXT, "FILE", offsetof(struct lar_options, token_file), true,
     "the server's token is its first line (or: LARDER_TOKEN)"},
    {"ca-file", LAR_OPTION_TEXT, "FILE", offsetof(struct lar_options, ca_file), true,
     "who vouches for https servers (or: LARDER_CA_FILE)"},
    {"json", LAR_OPTION_FLAG, NULL, offsetof(struct lar_options, json), true,
     "JSON to stdout, for programs"},
    {"help", LAR_OPTION_FLAG, NULL, offsetof(struct lar_options, help), true, "this text"},
    {"version", LAR_OPTION_FLAG, NULL, offsetof(struct lar_options, version), true,
     "what larder this is"},
    {0},
};

const struct lar_command lar_commands[] = {
    {"push", "FILE|FOLDER NAME[/VERSION]", "send a model; it serves when this returns", 2, 2,
     NAMES("label"), lar_command_push,
     "Sends a model file, or a folder (a model with companion files or\n"
     "expected.json) as a tar. The server loads and checks it before it is kept;\n"
     "what would not load changes nothing. Without a VERSION it gets the next\n"
     "number. A VERSION that is there with the same content is left alone, so that a\n"
     "push can be repeated; one with other content is never replaced. Hidden files\n"
     "stay behind, links are refused. A digest goes along and is checked.\n\n"
     "Without more, the newest version answers who names none. With --label nothing\n"
     "changes for them, unless LABEL is `default`: where no label `default` decides\n"
     "who answers, it is put on the version that does, and from then on a push\n"
     "changes nothing for them; `larder promote` does. Where another version than the\n"
     "new one answers, it is said which.\n\n"
     "examples\n"
     "  larder push model.joblib iris\n"
     "  larder push model.joblib iris/7 --label canary\n"
     "  larder push build/iris/ iris --url https://models.example --token-file token\n",
     NULL},
    {"pull", "NAME[/VERSION|/LABEL] [FILE]", "fetch a version's original file", 1, 2, NULL,
     lar_command_pull,
     "Fetches the bytes that were pushed, checks their digest and puts them into\n"
     "FILE, which is replaced only when all is there. Without FILE the name is made\n"
     "of the model's, the number and the kind of file (iris-3.joblib); FILE may be a\n"
     "folder to put that into. A version of several files comes as a tar. Without\n"
     "VERSION: the one that answers.\n\n"
     "examples\n"
     "  larder pull iris\n"
     "  larder pull iris/2 old.joblib\n"
     "  larder pull iris/canary /tmp\n",
     NULL},
    {"list", "[NAME]", "models, or the versions of one", 0, 1, NULL, lar_command_list,
     "Without NAME a row for each model: how many of its versions are available,\n"
     "which answers whoever names none, its labels, and what went wrong. With NAME a\n"
     "row for each version. Columns elsewhere than on a terminal, between tabs:\n"
     "  model, answers, available, versions, labels, error\n"
     "  version, state, labels, format, class, bytes, created, sha256, error\n\n"
     "examples\n"
     "  larder list\n"
     "  larder list iris\n"
     "  larder list iris --json | jq '.versions[-1].report'\n"
     "  larder list | awk -F'\\t' '$6 != \"-\"'      # what failed\n",
     NULL},
    {"promote", "NAME VERSION|LABEL [LABEL=default]", "point a label at a version", 2, 3, NULL,
     lar_command_promote,
     "Points the last LABEL at the version, which must be available. Who names no\n"
     "version in a request is answered by the version that the label `default`\n"
     "points to. It counts for every request from now on, and no request fails on\n"
     "the way. LABEL in the middle means: the version that this label points to.\n\n"
     "examples\n"
     "  larder promote iris 3\n"
     "  larder promote iris 3 canary\n"
     "  larder promote iris canary        # what was tried answers everybody\n",
     NULL},
    {"rollback", "NAME [LABEL=default]", "point a label at the version it had before", 1, 2, NULL,
     lar_command_rollback,
     "Undoes the last change of a label: it points again at the last other version\n"
     "that it had, passing over those that are not available any more. A second\n"
     "rollback undoes the first. `default` goes back to who answered before, also\n"
     "without a label, and if that is not known to the highest available version\n"
     "below.\n\n"
     "examples\n"
     "  larder rollback iris\n"
     "  larder rollback iris canary\n",
     NULL},
    {"rm", "NAME[/VERSION]", "delete a version, a label, or a model with all of them", 1, 1,
     NAMES("label", "force", "yes"), lar_command_remove,
     "Deletes a version, or a model with all versions and labels. Requests that it\n"
     "is answering end first. A version that a label points to stays, unless\n"
     "--force. A number that was given is never given again. Asks on a terminal;\n"
     "elsewhere --yes is needed.\n\n"
     "With --label only the label goes, at once, and its version stays; `larder\n"
     "rollback iris canary` puts it back. Without the label `default` the newest\n"
     "version answers who names none.\n\n"
     "examples\n"
     "  larder rm iris/2\n"
     "  larder rm iris/3 --force --yes\n"
     "  larder rm iris\n"
     "  larder rm iris --label canary\n",
     NULL},
    {"validate", "FILE|FOLDER", "would it load? keeps nothing", 1, 1, NULL, lar_command_validate,
     "Has the server do everything that a push does but keep it: the file is read in\n"
     "the sandbox, translated, checked, compared with its expected.json. Says what\n"
     "it is, or why it is refused.\n\n"
     "examples\n"
     "  larder validate model.joblib\n"
     "  larder validate build/iris/ && larder push build/iris/ iris\n",
     NULL},
    {"predict", "NAME[/VERSION|/LABEL]|FILE [ROWS]", "ask a model, on a server or in a file", 1, 2,
     NAMES("method", "output", "format"), lar_command_predict,
     "Asks with ROWS, a file, or with what comes on stdin, and prints a line of JSON\n"
     "for each prediction; with --json the whole answer. What begins with '{' is a\n"
     "body of TensorFlow Serving's :predict or of MLflow's /invocations, sent as it\n"
     "is; what begins with '[' is a list of rows; anything else is CSV.\n\n"
     "CSV's columns are found by the names in its first line; those that the model\n"
     "lacks are passed over. A first line of numbers is a row, and the columns go by\n"
     "position; so do those of a model without names, if none is called as Larder\n"
     "calls them (x0, x1, ...). Where a model's rows are dicts, the names are keys.\n"
     "Values are read as pandas.read_csv() reads them.\n\n"
     "A model FILE of this machine is read in larderd's sandbox and answers in this\n"
     "process, with larderd's numbers and without a server. A FILE begins with / or\n"
     "., or has a . in its name and is there (and --url is not given). For it, rows\n"
     "may also be .npy or .npz, with one matrix, or an array for each column.\n\n"
     "examples\n"
     "  echo '[[5.1, 3.5, 1.4, 0.2]]' | larder predict iris\n"
     "  larder predict iris/canary rows.json --method predict_proba\n"
     "  larder predict iris <<< '{\"signature_name\": \"predict_proba\",\n"
     "      \"instances\": [[5.1, 3.5, 1.4, 0.2]]}'\n"
     "  larder predict iris flowers.csv\n"
     "  larder predict ./model.joblib flowers.csv --output classes.csv\n"
     "  larder predict model.joblib X.npy --method predict_proba --output P.npy\n",
     lar_predict_is_local},
    {"status", "", "what the server is doing, and how fast", 0, 0, NAMES("watch"),
     lar_command_status,
     "A row for each version that is loaded or failed, with its rates: requests,\n"
     "errors and rows a second, and milliseconds a request, as counted between two\n"
     "looks at /metrics a second apart (with --watch: between one table and the\n"
     "next). A - stands where nothing was asked. Columns elsewhere than on a\n"
     "terminal, between tabs:\n"
     "  model, version, state, labels, requests/s, errors/s, rows/s, ms/request,\n"
     "  bytes, error\n"
     "With --json an object on a line of its own for each look.\n\n"
     "examples\n"
     "  larder status\n"
     "  larder status --watch\n"
     "  larder status --watch 10 --json >>status.jsonl\n",
     NULL},
    {"inspect", "FILE|FOLDER...", "what is in a model file, without a server", 1, LAR_OPERANDS,
     NULL, lar_command_inspect,
     "Reads model files in the sandbox that a larderd reads them in, and runs nothing\n"
     "of them. Says whether each can be served, and why not; what wrote it; the\n"
     "estimators in it, each under the one that holds it; inputs, methods and their\n"
     "outputs; how large it is; and for a pickle the names of classes and functions\n"
     "in it: how often, where first, and whether Python's unpickler would do harm by\n"
     "importing and calling them. With --json an object on a line for each file.\n\n"
     "examples\n"
     "  larder inspect model.joblib\n"
     "  larder inspect --json *.pkl | jq -r 'select(.servable | not) | .file'\n\n"
     "exit status (of several files the worst, in the order 0, 1, 3, 4)\n"
     "  0  it can be served\n"
     "  1  it cannot\n"
     "  2  the command line makes no sense\n"
     "  3  it could not be read\n"
     "  4  it names what is dangerous under Python, whether it can be served or not\n",
     always},
    {0},
};

const struct lar_command *lar_command_find(const char *name)
{
    for (const struct lar_command *c = lar_commands; c->name; c++)
        if (strcmp(c->name, name) == 0)
            return c;
    return NULL;
}

const struct lar_option *lar_option_find(const char *name, size_t length)
{
    for (const struct lar_option *o = lar_options; o->name; o++)
        if (strlen(o->name) == length && memcmp(o->name, name, length) == 0)
            return o;
    return NULL;
}

bool lar_command_takes(const struct lar_command *command, const struct lar_option *option)
{
    if (option->everywhere)
        return true;
    for (const char *const *name = command ? command->options : NULL; name && *name; name++)
        if (strcmp(*name, option->name) == 0)
            return true;
    return false;
}
