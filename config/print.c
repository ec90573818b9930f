/* Settings for people: the file that gives them again, the help, what differs.
 * SPDX-License-Identifier: MIT */
#include "config/keys.h"

#include <string.h>

/* A text in double quotes, as YAML has it; values hold no control characters. */
static void print_quoted(const char *text, FILE *out)
{
    fputc('"', out);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            fputc('\\', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

void lar_config_print(const struct lar_config *config, FILE *out)
{
    for (size_t i = 0; i < lar_n_keys; i++) {
        const struct lar_key *key = &lar_keys[i];
        char value[LAR_TEXT_BYTES];
        fprintf(out, "%s# %s%s\n%s:", i ? "\n" : "", key->help, key->restart ? " (restart)" : "",
                key->name);
        if (key->type == LAR_KEY_LIST) {
            const struct lar_strings *list = lar_key_list(config, key);
            fputs(list->n ? "\n" : " []\n", out);
            for (size_t k = 0; k < list->n; k++) {
                fputs("  - ", out);
                print_quoted(list->items[k], out);
                fputc('\n', out);
            }
            continue;
        }
        lar_key_print(config, key, 0, value, sizeof value);
        fputc(' ', out);
        if (key->type == LAR_KEY_TEXT)
            print_quoted(value, out);
        else
            fputs(value, out);
        fputc('\n', out);
    }
}

void lar_config_print_help(FILE *out)
{
    fputs("usage: larderd [--config FILE] [--KEY VALUE]...\n\n"
          "  --config FILE\n        settings (also LARDER_CONFIG)\n"
          "  --check-config\n        read all settings, say what is wrong, exit\n"
          "  --print-config\n        print all settings as they are, exit\n"
          "  --version\n  --help\n\n",
          out);
    for (size_t i = 0; i < lar_n_keys; i++) {
        const struct lar_key *key = &lar_keys[i];
        char flag[LAR_KEY_NAME_BYTES];
        lar_key_flag(key, flag);
        fprintf(out, "  --%s%s\n        %s", flag,
                key->type == LAR_KEY_LIST ? " TEXT, repeatable" : "", key->help);
        if (key->fallback)
            fprintf(out, " [%s]", key->fallback);
        fputc('\n', out);
    }
    fputs("\nA flag --a-b-c is the key a.b_c in the file and the variable LARDER_A_B_C.\n", out);
}

static bool same(const struct lar_config *a, const struct lar_config *b, const struct lar_key *key)
{
    if (key->type == LAR_KEY_LIST) {
        const struct lar_strings *x = lar_key_list(a, key), *y = lar_key_list(b, key);
        bool equal = x->n == y->n;
        for (size_t i = 0; equal && i < x->n; i++)
            equal = strcmp(x->items[i], y->items[i]) == 0;
        return equal;
    }
    char x[LAR_TEXT_BYTES], y[LAR_TEXT_BYTES];
    lar_key_print(a, key, 0, x, sizeof x);
    lar_key_print(b, key, 0, y, sizeof y);
    return strcmp(x, y) == 0;
}

void lar_config_compare(const struct lar_config *a, const struct lar_config *b,
                        void (*fn)(void *context, const char *key, bool restart), void *context)
{
    for (size_t i = 0; i < lar_n_keys; i++)
        if (!same(a, b, &lar_keys[i]))
            fn(context, lar_keys[i].name, lar_keys[i].restart);
}
