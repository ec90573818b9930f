/* load_file LOADER FILE TIMES: translates FILE so many times as larderd does (spawner, sandbox,
 * loader) and prints the milliseconds from the request to the loader's end: "median p99 max".
 * SPDX-License-Identifier: MIT */
#include "base/bundle.h"
#include "spawner/spawner.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int bundle_of(const char *path, struct lar_error *err)
{
    struct stat st;
    int in = open(path, O_RDONLY | O_CLOEXEC), out = lar_memfd("bundle", err);
    if (in < 0 || out < 0 || fstat(in, &st))
        return -1;
    struct lar_bundle_member member = {.name = "model", .size = (uint64_t)st.st_size};
    char *bytes = malloc(member.size);
    bool ok = bytes && read(in, bytes, member.size) == st.st_size &&
              lar_bundle_begin(out, &member, 1, "", err) &&
              pwrite(out, bytes, member.size, (off_t)member.offset) == st.st_size;
    free(bytes);
    close(in);
    return ok ? out : -1;
}

int main(int argc, char **argv)
{
    static const struct lar_load_limits limits = {
        .memory = (size_t)2 << 30, .cpu_seconds = 60, .wall_seconds = 60};
    struct lar_spawner *spawner;
    struct lar_error err = {0};
    size_t n = argc == 4 ? strtoul(argv[3], NULL, 10) : 0;
    double *took = n ? calloc(n, sizeof *took) : NULL;
    if (!took) {
        fputs("usage: load_file LOADER FILE TIMES\n", stderr);
        return 2;
    }
    int source = bundle_of(argv[2], &err);
    bool ok = source >= 0 && lar_spawner_start(&spawner, argv[1], &err);
    for (size_t i = 0; ok && i < n; i++) {
        int result = lar_memfd("flat", &err), report = lar_memfd("report", &err);
        double begun = now_ms();
        ok = lar_spawner_load(spawner, source, result, report, &limits, &err);
        took[i] = now_ms() - begun;
        close(result);
        close(report);
    }
    if (!ok) {
        fprintf(stderr, "load_file: %s\n", err.text);
        return 1;
    }
    qsort(took, n, sizeof *took, by_value);
    printf("%.2f %.2f %.2f\n", took[n / 2], took[n * 99 / 100], took[n - 1]);
    free(took);
    return 0;
}
