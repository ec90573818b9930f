/* SPDX-License-Identifier: MIT */
#include "tests/formats/sklearn_table.h"

#include "persistence/formats/sklearn/estimator.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CLASSES = 400 };

static struct line lines[CLASSES];
static size_t n_lines;
static char releases[TABLE_RELEASES][TABLE_NAME]; /* in the order of their numbers */
static size_t n_releases;

struct line *table_line(const char *dotted)
{
    const char *name = strrchr(dotted, '.') + 1;
    for (size_t i = 0; i < n_lines; i++)
        if (strcmp(lines[i].class, name) == 0)
            return &lines[i];
    assert(n_lines < CLASSES);
    snprintf(lines[n_lines].class, sizeof lines->class, "%s", name);
    return &lines[n_lines++];
}

/* "0.22" of "0.22.2.post1/Ridge.json"; fixtures are walked in the order of their folders. */
static size_t release_of(const char *path)
{
    char name[TABLE_NAME];
    size_t n = strcspn(path, ".");
    n += n < strlen(path) ? 1 + strcspn(path + n + 1, "./") : 0;
    snprintf(name, sizeof name, "%.*s", (int)n, path);
    for (size_t i = 0; i < n_releases; i++)
        if (strcmp(releases[i], name) == 0)
            return i;
    assert(n_releases < TABLE_RELEASES);
    memcpy(releases[n_releases], name, sizeof name);
    return n_releases++;
}

void table_note(struct line *line, const char *path, const char *method, bool exact)
{
    char name[TABLE_NAME];
    snprintf(name, sizeof name, "%s", method);
    size_t n = strlen(name);
    while (n && isdigit((unsigned char)name[n - 1])) /* predict_proba_0: of the first target */
        n--;
    if (n && name[n] && name[n - 1] == '_')
        name[n - 1] = '\0';
    if (isdigit((unsigned char)*path)) /* not of odd/ */
        line->releases[release_of(path)] = true;
    for (size_t i = 0; i < line->n_methods; i++)
        if (strcmp(line->methods[i].name, name) == 0) {
            line->methods[i].exact &= exact;
            return;
        }
    assert(line->n_methods < TABLE_METHODS);
    memcpy(line->methods[line->n_methods].name, name, sizeof name);
    line->methods[line->n_methods++].exact = exact;
}

size_t table_fixtures(void)
{
    size_t ret = 0;
    for (size_t i = 0; i < n_lines; i++)
        ret += lines[i].fixtures;
    return ret;
}

void table_print(size_t failures)
{
    printf("%-26s %8s %8s %12s %12s %14s\n", "class", "fixtures", "failures", "worst error",
           "of float32", "labels differ");
    for (size_t i = 0; i < n_lines; i++)
        printf("%-26s %8zu %8zu %12.3g %12.3g %14zu\n", lines[i].class, lines[i].fixtures,
               lines[i].failures, lines[i].worst, lines[i].worst_float32, lines[i].labels);
    printf("%zu fixtures, %zu failures; errors in units of the tolerance\n", table_fixtures(),
           failures);
}

/* ---- Markdown ---- */

static int by_class(const void *a, const void *b)
{
    const struct line *const *x = a, *const *y = b;
    return strcmp((*x)->class, (*y)->class);
}

static void write_methods(const struct line *line)
{
    for (size_t i = 0; i < line->n_methods; i++) {
        const char *mark = line->methods[i].exact ? "" : "*";
        printf("%s%s%s%s", i ? ", " : "", mark, line->methods[i].name, mark);
    }
}

/* Runs of releases: "all", "0.24 to 1.9", "0.20, 1.0 to 1.9". */
static void write_releases(const struct line *line)
{
    size_t n = 0;
    for (size_t i = 0; i < n_releases; i++)
        n += line->releases[i];
    if (n == 0) { /* only in odd/ */
        printf("old ones");
        return;
    }
    if (n == n_releases) {
        printf("all");
        return;
    }
    const char *comma = "";
    for (size_t i = 0; i < n_releases; i++) {
        size_t last = i;
        if (!line->releases[i])
            continue;
        while (last + 1 < n_releases && line->releases[last + 1])
            last++;
        printf("%s%s", comma, releases[i]);
        if (last > i)
            printf("%s%s", last == i + 1 ? ", " : " to ", releases[last]);
        comma = ", ";
        i = last;
    }
}

static void write_tolerance(const struct line *line)
{
    bool scores = false, probabilities = false;
    for (size_t i = 0; i < line->n_methods; i++) {
        bool probability = strstr(line->methods[i].name, "proba") != NULL;
        scores |= !line->methods[i].exact && !probability;
        probabilities |= !line->methods[i].exact && probability;
    }
    printf("%s%s%s",
           !scores && !probabilities ? "the same bits"
           : scores                  ? "1e-12 S"
                                     : "",
           scores && probabilities ? ", " : "", probabilities ? "1e-12 (1 + S)" : "");
    if (line->float32)
        printf("; 1e-6 for 1e-12 where fitted on float32");
}

/* The power of ten that the worst error is below: its digits differ from machine to machine. */
static void write_worst(double worst)
{
    if (worst == 0) {
        printf("0");
        return;
    }
    int power = 0;
    for (double bound = 1; power > -9 && worst < bound / 10; power--)
        bound /= 10;
    if (power == 0)
        printf("< 1");
    else
        printf("< 1e%d", power);
}

static void write_table(void)
{
    const struct line *sorted[CLASSES];
    size_t n = 0;
    for (size_t i = 0; i < n_lines; i++)
        if (lines[i].n_methods)
            sorted[n++] = &lines[i];
    qsort(sorted, n, sizeof *sorted, by_class);
    printf("| class | methods | releases | fixtures | tolerance | worst error | other labels |\n"
           "|---|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < n; i++) {
        printf("| %s | ", sorted[i]->class);
        write_methods(sorted[i]);
        printf(" | ");
        write_releases(sorted[i]);
        printf(" | %zu | ", sorted[i]->fixtures);
        write_tolerance(sorted[i]);
        printf(" | ");
        write_worst(sorted[i]->worst);
        if (sorted[i]->float32) {
            printf("; ");
            write_worst(sorted[i]->worst_float32);
        }
        printf(" | %zu |\n", sorted[i]->labels);
    }
}

static void write_inside(void)
{
    const char *comma = "";
    for (const struct sk_class *row = sk_classes; row->package; row++) {
        bool found = false;
        for (size_t i = 0; i < n_lines && !found; i++)
            found = lines[i].n_methods && strcmp(lines[i].class, row->name) == 0;
        if (!found)
            printf("%s%s", comma, row->name);
        comma = found ? comma : ", ";
    }
    printf("%s.\n", *comma ? "" : "none");
}

bool table_write(const char *template)
{
    char text[4096];
    FILE *f = fopen(template, "r");
    while (f && fgets(text, sizeof text, f)) {
        if (strcmp(text, "@table@\n") == 0)
            write_table();
        else if (strcmp(text, "@inside@\n") == 0)
            write_inside();
        else if (strstr(text, "@releases@"))
            printf("%.*s%zu%s", (int)(strstr(text, "@releases@") - text), text, n_releases,
                   strstr(text, "@releases@") + 10);
        else
            fputs(text, stdout);
    }
    if (f)
        fclose(f);
    return f != NULL;
}
