/* Writes valid blocks for fuzz_flat: seed_flat FILE FILE.
 * SPDX-License-Identifier: MIT */
#include "tests/graph/tiny.h"

#include <stdio.h>

static bool write_block(const char *path, struct lar_draft *draft)
{
    struct lar_error err = {0};
    size_t size;
    void *block = tiny_block(draft, "{}", &size, &err);
    FILE *file = fopen(path, "wb");
    bool ok = block && file && fwrite(block, 1, size, file) == size;
    if (file && fclose(file) != 0)
        ok = false;
    free(block);
    if (!ok)
        fprintf(stderr, "%s: cannot be written: %s\n", path, err.text);
    return ok;
}

int main(int argc, char **argv)
{
    struct lar_error err = {0};
    return argc == 3 && write_block(argv[1], tiny_draft(&err)) &&
                   write_block(argv[2], tiny_plain_draft(&err))
               ? EXIT_SUCCESS
               : EXIT_FAILURE;
}
