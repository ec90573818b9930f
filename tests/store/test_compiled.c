/* The cache of compiled forms.
 * SPDX-License-Identifier: MIT */
#include "persistence/store/compiled.h"
#include "tests/check_main.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static bool uses_a(const void *context, const char *key)
{
    (void)context;
    return strcmp(key, A) == 0;
}

START_TEST(a_sweep_spares_what_is_used_or_young)
{
    char dir[] = "/tmp/larder-compiled.XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(dir));
    struct lar_store store = {.compiled = open(dir, O_RDONLY | O_DIRECTORY)};
    ck_assert_int_ge(store.compiled, 0);
    struct timespec now;
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    const struct timespec later = {now.tv_sec + 3600, 0};
    for (int i = 0; i < 2; i++) {
        struct lar_error err = {0};
        int fd = lar_compiled_new(&store, &err);
        ck_assert_msg(fd >= 0, "%s", err.text);
        ck_assert_int_eq(write(fd, "x", 1), 1);
        ck_assert(lar_compiled_keep(&store, fd, i ? B : A));
        close(fd);
    }
    lar_compiled_sweep(&store, &now, uses_a, NULL);
    ck_assert_int_eq(faccessat(store.compiled, A, F_OK, 0), 0);
    ck_assert_int_eq(faccessat(store.compiled, B, F_OK, 0), 0);
    lar_compiled_sweep(&store, &later, uses_a, NULL);
    ck_assert_int_eq(faccessat(store.compiled, A, F_OK, 0), 0);
    ck_assert_int_ne(faccessat(store.compiled, B, F_OK, 0), 0);
    lar_compiled_drop(&store, A);
    close(store.compiled);
    ck_assert_int_eq(rmdir(dir), 0);
}
END_TEST

int main(void)
{
    return check_main("compiled", (const TTest *[]){a_sweep_spares_what_is_used_or_young, NULL});
}
