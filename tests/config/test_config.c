/* SPDX-License-Identifier: MIT */
#include "config/config.h"
#include "config/keys.h"
#include "tests/check_main.h"

#include <string.h>
#include <unistd.h>

static struct lar_error err;

static struct lar_config *parse(const char *text)
{
    struct lar_config *config = NULL;
    err = (struct lar_error){0};
    lar_config_parse(&config, "f.yaml", text, strlen(text), &err);
    return config;
}

static struct lar_config *load(const char *const *argv, const char *const *environment,
                               struct lar_config_source *source)
{
    int argc = 0;
    while (argv[argc])
        argc++;
    *source = (struct lar_config_source){.argc = argc, .argv = argv, .environment = environment};
    struct lar_config *config = NULL;
    err = (struct lar_error){0};
    lar_config_load(&config, source, &err);
    return config;
}

START_TEST(defaults)
{
    struct lar_config *c = parse("");
    ck_assert_msg(c != NULL, "%s", err.text);
    ck_assert_uint_eq(c->listen.n, 1);
    ck_assert_str_eq(c->listen.items[0], "127.0.0.1:8080");
    ck_assert_int_eq(c->settle_ms, 1000);
    ck_assert_int_eq(c->idle_time, 75000);
    ck_assert_int_eq(c->body_limit, 64 << 20);
    ck_assert_int_eq(c->management, LAR_MANAGEMENT_LOCAL);
    ck_assert_ptr_null(c->tokens_file);
    lar_config_free(c);
}
END_TEST

START_TEST(file_values)
{
    struct lar_config *c = parse("listen: [unix:/run/l, '[::1]:80']\nlimits: {body: 2G}\n"
                                 "limits.upload: 512k\ndrain_delay: 5m\nmanagement: off\n"
                                 "management.tokens_file: /t\nmodel: a=b\nlog: {level: debug}\n");
    ck_assert_msg(c != NULL, "%s", err.text);
    ck_assert_uint_eq(c->listen.n, 2);
    ck_assert_str_eq(c->listen.items[1], "[::1]:80");
    ck_assert_int_eq(c->body_limit, INT64_C(2) << 30);
    ck_assert_int_eq(c->upload_limit, 512 << 10);
    ck_assert_int_eq(c->drain_delay, 300000);
    ck_assert_int_eq(c->management, LAR_MANAGEMENT_OFF);
    ck_assert_str_eq(c->tokens_file, "/t");
    ck_assert_str_eq(c->model.items[0], "a=b");
    ck_assert_int_eq(c->log_level, 3);
    lar_config_free(c);
}
END_TEST

static const struct {
    const char *text, *error;
} refused[] = {
    {"setle_ms: 1\n", "f.yaml:1:1: no key 'setle_ms'; did you mean 'settle_ms'?"},
    {"limits:\n  bodi: 1\n", "f.yaml:2:3: no key 'limits.bodi'; did you mean 'limits.body'?"},
    {"body: 1\n", "f.yaml:1:1: no key 'body'; did you mean 'limits.body'?"},
    {"colour: 1\n", "f.yaml:1:1: no key 'colour'"},
    {"limits:\n  x: 1\n", "f.yaml:2:3: no key 'limits.x'"},
    {"zzzzzzzzzzzzzz: 1\n", "f.yaml:1:1: no key 'zzzzzzzzzzzzzz'"},
    {"settle_ms: soon\n", "f.yaml:1:12: 'settle_ms' wants a whole number, not 'soon'"},
    {"settle_ms: '5'\n", "f.yaml:1:12: 'settle_ms' wants a whole number, not a text in quotes"},
    {"settle_ms: [5]\n", "f.yaml:1:12: 'settle_ms' wants a whole number, not a list"},
    {"settle_ms: -5\n", "f.yaml:1:12: 'settle_ms' wants a whole number, not '-5'"},
    {"settle_ms: 600001\n", "f.yaml:1:12: 'settle_ms' goes from 0 to 600000, not 600001"},
    {"settle_ms: 99999999999999999999\n", "f.yaml:1:12: 'settle_ms' goes from 0 to 600000"},
    {"limits.body: 5T\n", "f.yaml:1:14: 'limits.body' wants a size"},
    {"limits.body: 9999999999G\n", "f.yaml:1:14: 'limits.body' goes from 1k to 4G"},
    {"drain_delay: 5\n", "f.yaml:1:14: 'drain_delay' wants a duration"},
    {"management: maybe\n", "f.yaml:1:13: 'management' is one of local, open, off, not 'maybe'"},
    {"settle_ms: 1\nsettle_ms: 2\n", "f.yaml:2:1: 'settle_ms' is given twice"},
    {"limits.body: 1M\nlimits: {body: 2M}\n", "f.yaml:2:10: 'limits.body' is given twice"},
    {"listen: *a\n", "f.yaml:1:9: aliases are not supported"},
    {"listen: [[a]]\n", "f.yaml:1:10: 'listen' wants a list of texts"},
    {"models: \"a\\nb\"\n", "f.yaml:1:9: 'models' holds a control character"},
    {"- a\n", "f.yaml:1:1: wants keys and values"},
};

START_TEST(mistakes_name_their_place)
{
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        ck_assert_ptr_null(parse(refused[i].text));
        ck_assert_msg(strncmp(err.text, refused[i].error, strlen(refused[i].error)) == 0, "%s",
                      err.text);
        bool meant = strstr(refused[i].error, "did you mean") != NULL;
        ck_assert_msg(meant == (strstr(err.text, "did you mean") != NULL), "%s", err.text);
    }
}
END_TEST

START_TEST(flag_over_variable_over_file_over_default)
{
    char path[] = "/tmp/larder-test-config-XXXXXX";
    int fd = mkstemp(path);
    static const char text[] = "settle_ms: 1\nqueue: 1\ninline_us: 1\nlisten: [a:1, b:2]\n";
    ck_assert_int_eq(write(fd, text, sizeof text - 1), sizeof text - 1);
    close(fd);
    const char *argv[] = {"larderd", "--config", path,  "--settle-ms=3",  "--listen",
                          "c:3",     "--listen", "d:4", "--print-config", NULL};
    const char *environment[] = {"LARDER_SETTLE_MS=2",    "LARDER_QUEUE=2", "LARDER_MODEL=a=x,b=y",
                                 "LARDER_SERVICE_HOST=1", "PATH=/",         NULL};
    struct lar_config_source source;
    struct lar_config *c = load(argv, environment, &source);
    ck_assert_msg(c != NULL, "%s", err.text);
    ck_assert_int_eq(source.action, LAR_ACTION_PRINT);
    ck_assert_int_eq(c->settle_ms, 3);
    ck_assert_int_eq(c->queue, 2);
    ck_assert_int_eq(c->inline_us, 1);
    ck_assert_int_eq(c->workers, 0);
    ck_assert_uint_eq(c->listen.n, 2);
    ck_assert_str_eq(c->listen.items[0], "c:3");
    ck_assert_uint_eq(c->model.n, 2);
    ck_assert_str_eq(c->model.items[1], "b=y");
    lar_config_free(c);
    unlink(path);
}
END_TEST

START_TEST(flags_and_variables_are_checked)
{
    struct lar_config_source source;
    const char *none[] = {NULL};
    const char *unknown[] = {"larderd", "--setle-ms", "3", NULL};
    ck_assert_ptr_null(load(unknown, none, &source));
    ck_assert_str_eq(err.text, "no flag --setle-ms; did you mean --settle-ms?");
    const char *twice[] = {"larderd", "--queue=1", "--queue=2", NULL};
    ck_assert_ptr_null(load(twice, none, &source));
    ck_assert_str_eq(err.text, "--queue is given twice");
    const char *missing[] = {"larderd", "--queue", NULL};
    ck_assert_ptr_null(load(missing, none, &source));
    ck_assert_str_eq(err.text, "--queue wants a value");
    const char *word[] = {"larderd", "queue", NULL};
    ck_assert_ptr_null(load(word, none, &source));
    const char *file[] = {"larderd", "--config=/nowhere/x.yaml", NULL};
    ck_assert_ptr_null(load(file, none, &source));
    ck_assert_ptr_nonnull(strstr(err.text, "/nowhere/x.yaml: No such file"));
    const char *plain[] = {"larderd", NULL};
    const char *variable[] = {"LARDER_QEUE=1", NULL};
    ck_assert_ptr_null(load(plain, variable, &source));
    ck_assert_str_eq(err.text, "no setting has the variable LARDER_QEUE; did you mean "
                               "LARDER_QUEUE?");
    const char *others[] = {"LARDER_URL=http://h", "LARDER_TOKEN=x", "LARDER_PORT=tcp://h:1", NULL};
    struct lar_config *c = load(plain, others, &source);
    ck_assert_ptr_nonnull(c);
    lar_config_free(c);
    const char *bad[] = {"LARDER_QUEUE=x", NULL};
    ck_assert_ptr_null(load(plain, bad, &source));
    ck_assert_ptr_nonnull(strstr(err.text, "LARDER_QUEUE: 'queue' wants"));
}
END_TEST

static void count(void *context, const char *key, bool restart)
{
    (void)key;
    (void)restart;
    ++*(int *)context;
}

START_TEST(printed_settings_read_back)
{
    struct lar_config *a = parse("listen: ['a\"b:1', 'c\\d:2']\nmodels: \"x: y # z\"\n"
                                 "limits.body: 3M\ndrain_delay: 90s\nlog.format: json\n");
    ck_assert_msg(a != NULL, "%s", err.text);
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    lar_config_print(a, out);
    fclose(out);
    struct lar_config *b = parse(text);
    ck_assert_msg(b != NULL, "%s\n%s", err.text, text);
    int differences = 0;
    lar_config_compare(a, b, count, &differences);
    ck_assert_int_eq(differences, 0);
    struct lar_config *plain = parse("");
    lar_config_compare(a, plain, count, &differences);
    ck_assert_int_eq(differences, 5);
    lar_config_free(plain);
    lar_config_free(a);
    lar_config_free(b);
    free(text);
}
END_TEST

START_TEST(shipped_file_is_the_defaults_with_every_key)
{
    char text[16384];
    FILE *in = fopen(getenv("LARDER_YAML"), "r");
    ck_assert_ptr_nonnull(in);
    text[fread(text, 1, sizeof text - 1, in)] = '\0';
    fclose(in);
    struct lar_config *shipped = parse(text), *plain = parse("");
    ck_assert_msg(shipped != NULL, "%s", err.text);
    int differences = 0;
    lar_config_compare(shipped, plain, count, &differences);
    ck_assert_int_eq(differences, 0);
    for (size_t i = 0; i < lar_n_keys; i++) {
        char member[80], comment[80];
        snprintf(member, sizeof member, "\n%s:", lar_keys[i].name);
        snprintf(comment, sizeof comment, "\n#%s:", lar_keys[i].name);
        ck_assert_msg(strstr(text, member) || strstr(text, comment), "%s", lar_keys[i].name);
    }
    lar_config_free(shipped);
    lar_config_free(plain);
}
END_TEST

START_TEST(flags_are_unambiguous)
{
    for (size_t i = 0; i < lar_n_keys; i++) {
        char flag[LAR_KEY_NAME_BYTES], variable[LAR_KEY_NAME_BYTES];
        lar_key_flag(&lar_keys[i], flag);
        lar_key_variable(&lar_keys[i], variable);
        ck_assert_ptr_eq(lar_key_of_flag(flag, strlen(flag)), &lar_keys[i]);
        ck_assert_ptr_eq(lar_key_of_variable(variable, strlen(variable)), &lar_keys[i]);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {defaults,
                                  file_values,
                                  mistakes_name_their_place,
                                  flag_over_variable_over_file_over_default,
                                  flags_and_variables_are_checked,
                                  printed_settings_read_back,
                                  shipped_file_is_the_defaults_with_every_key,
                                  flags_are_unambiguous,
                                  NULL};
    return check_main("config", tests);
}
