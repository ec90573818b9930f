/* SPDX-License-Identifier: MIT */
#include "base/map.h"
#include "spawner/spawner.h"
#include "tests/check_main.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct lar_load_limits limits = {
    .memory = 1 << 30, .cpu_seconds = 10, .wall_seconds = 20};

static struct lar_spawner *start(void)
{
    struct lar_spawner *spawner;
    struct lar_error err = {0};
    ck_assert_msg(lar_spawner_start(&spawner, FAKE_LOADER, &err), "%s", err.text);
    return spawner;
}

/* What the loader wrote to its result goes to RET. */
static bool load(struct lar_spawner *spawner, const char *say, const struct lar_load_limits *l,
                 char ret[64], struct lar_error *err)
{
    int fds[3];
    for (int i = 0; i < 3; i++)
        fds[i] = lar_memfd("test", err);
    ck_assert(lar_write_all(fds[0], say, strlen(say), err));
    lseek(fds[0], 0, SEEK_SET);
    bool ok = lar_spawner_load(spawner, fds[0], fds[1], fds[2], l, err);
    ssize_t n = pread(fds[1], ret, 63, 0);
    ret[n > 0 ? n : 0] = '\0';
    for (int i = 0; i < 3; i++)
        close(fds[i]);
    return ok;
}

START_TEST(success_refusal_and_death_are_told_apart)
{
    struct lar_spawner *spawner = start();
    struct lar_error err = {0};
    char out[64];
    ck_assert_uint_eq(strlen(lar_spawner_build_id(spawner)), 64);
    ck_assert_msg(load(spawner, "translate", &limits, out, &err), "%s", err.text);
    ck_assert_str_eq(out, "translated 1073741824");

    ck_assert(!load(spawner, "refuse", &limits, out, &err));
    ck_assert_int_eq(err.code, LAR_ERR_UNSUPPORTED);
    ck_assert_str_eq(err.text, "steps[1]: no such thing");

    lar_error_clear(&err);
    ck_assert(!load(spawner, "crash", &limits, out, &err));
    ck_assert_int_eq(err.code, LAR_ERR_DIED);
    ck_assert_str_eq(err.text, "the loader died with SIGABRT");

    lar_error_clear(&err);
    ck_assert(!load(spawner, "nonsense", &limits, out, &err));
    ck_assert_int_eq(err.code, LAR_ERR_INTERNAL);
    ck_assert_str_eq(err.text, "the loader gave up without saying why");

    lar_error_clear(&err);
    const struct lar_load_limits brief = {.memory = 1 << 30, .cpu_seconds = 10, .wall_seconds = 1};
    ck_assert(!load(spawner, "hang", &brief, out, &err));
    ck_assert_int_eq(err.code, LAR_ERR_DIED);
    ck_assert_str_eq(err.text, "the loader took longer than 1 s");
    lar_spawner_stop(spawner);
}
END_TEST

START_TEST(nothing_else_is_inherited)
{
    struct lar_spawner *spawner = start();
    struct lar_error err = {0};
    char out[64];
    int pipes[2];
    ck_assert_int_eq(pipe(pipes), 0); /* neither close-on-exec nor the loader's business */
    ck_assert_msg(load(spawner, "descriptors", &limits, out, &err), "%s", err.text);
    for (char *p = out; *p; p++)
        ck_assert_msg(*p <= '2', "descriptor %c came along", *p);
    lar_spawner_stop(spawner);
}
END_TEST

static void *load_some(void *spawner)
{
    char out[64];
    for (int i = 0; i < 20; i++) {
        struct lar_error err = {0};
        bool refuse = i % 3 == 0;
        ck_assert(load(spawner, refuse ? "refuse" : "translate", &limits, out, &err) == !refuse);
        ck_assert_str_eq(out, refuse ? "" : "translated 1073741824");
    }
    return NULL;
}

START_TEST(threads_load_side_by_side)
{
    struct lar_spawner *spawner = start();
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, load_some, spawner), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    lar_spawner_stop(spawner);
}
END_TEST

START_TEST(few_descriptors_are_enough)
{
    struct rlimit before, few;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
    few = (struct rlimit){.rlim_cur = 48, .rlim_max = before.rlim_max};
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
    struct lar_spawner *spawner = start();
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
    struct lar_error err = {0};
    char out[64];
    ck_assert_msg(load(spawner, "translate", &limits, out, &err), "%s", err.text);
    lar_spawner_stop(spawner);
}
END_TEST

START_TEST(a_dead_spawner_makes_loads_busy)
{
    struct lar_spawner *spawner = start();
    struct lar_error err = {0};
    char out[64], path[64];
    ck_assert(lar_spawner_alive(spawner));
    /* The spawner is this process's only child. */
    (void)snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    FILE *f = fopen(path, "r");
    int pid = 0;
    ck_assert_int_eq(fscanf(f, "%d", &pid), 1);
    fclose(f);
    ck_assert_int_eq(kill(pid, SIGKILL), 0);
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
    ck_assert(!lar_spawner_alive(spawner));
    ck_assert(!load(spawner, "translate", &limits, out, &err));
    ck_assert_int_eq(err.code, LAR_ERR_BUSY);
    lar_spawner_stop(spawner);
}
END_TEST

START_TEST(the_spawner_ends_with_its_socket_and_ignores_signals)
{
    struct lar_spawner *spawner = start();
    struct lar_error err = {0};
    char out[64];
    ck_assert_int_eq(signal(SIGTERM, SIG_IGN) == SIG_ERR, 0);
    ck_assert_int_eq(kill(0, SIGTERM), 0); /* the whole group */
    ck_assert_msg(load(spawner, "translate", &limits, out, &err), "%s", err.text);
    lar_spawner_stop(spawner);
    ck_assert_int_gt(wait(NULL), 0);
}
END_TEST

START_TEST(a_missing_program_is_named)
{
    struct lar_spawner *spawner;
    struct lar_error err = {0};
    ck_assert(!lar_spawner_start(&spawner, "/nonexistent/larder-loader", &err));
    ck_assert_int_eq(err.code, LAR_ERR_NOTFOUND);
    ck_assert_ptr_nonnull(strstr(err.text, "/nonexistent/larder-loader"));
}
END_TEST

int main(void)
{
    return check_main("spawner",
                      (const TTest *[]){success_refusal_and_death_are_told_apart,
                                        nothing_else_is_inherited, threads_load_side_by_side,
                                        few_descriptors_are_enough, a_dead_spawner_makes_loads_busy,
                                        the_spawner_ends_with_its_socket_and_ignores_signals,
                                        a_missing_program_is_named, NULL});
}
