/* What the fixtures show of each class, collected while they are compared: the test's own summary,
 * and docs/sklearn.md.
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_FORMATS_SKLEARN_TABLE_H
#define TESTS_FORMATS_SKLEARN_TABLE_H

#include <stdbool.h>
#include <stddef.h>

enum { TABLE_METHODS = 24, TABLE_RELEASES = 24, TABLE_NAME = 64 };

/* One class, as the outermost of a model. */
struct line {
    char class[TABLE_NAME];
    size_t fixtures, failures, labels; /* labels that differ where they may */
    double worst;                      /* error in units of the tolerance */
    double worst_float32;              /* the same of what scikit-learn computes in float32 */
    bool float32;                      /* there is such a fixture */
    struct {
        char name[TABLE_NAME];
        bool exact; /* in every fixture */
    } methods[TABLE_METHODS];
    size_t n_methods;
    bool releases[TABLE_RELEASES];
};

/* The line of a dotted class name; a new one if it is the first time. */
struct line *table_line(const char *dotted);

/* That METHOD was compared, bit by bit where EXACT, in the fixture PATH ("1.5.2/Ridge.json"). */
void table_note(struct line *line, const char *path, const char *method, bool exact);

/* For people who run the test. */
void table_print(size_t failures);

/* TEMPLATE, a file's path, with the table in the place of its line "@table@", and in that of
 * "@inside@" the classes that are read but are outermost in no fixture. False: there is no such
 * file. */
bool table_write(const char *template);

/* How many fixtures there were. */
size_t table_fixtures(void);

#endif
