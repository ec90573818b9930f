/* A terminal or none; see screen.h.
 * SPDX-License-Identifier: MIT */
#include "cli/screen.h"
#include "cli/escape.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { COLUMNS = 80, COLUMNS_LEAST = 40 };

void lar_screen_init(struct lar_screen *screen, FILE *file)
{
    struct winsize size;
    const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");
    *screen = (struct lar_screen){.file = file, .columns = COLUMNS};
    screen->terminal = isatty(fileno(file)) == 1;
    screen->bold =
        screen->terminal && !(no_color && *no_color) && term && *term && strcmp(term, "dumb") != 0;
    if (screen->terminal && ioctl(fileno(file), TIOCGWINSZ, &size) == 0 &&
        size.ws_col >= COLUMNS_LEAST)
        screen->columns = size.ws_col;
}

void lar_screen_answer(const struct lar_screen *screen, const char *bytes, size_t n)
{
    if (screen->terminal)
        lar_escape(screen->file, bytes, n, true);
    else
        fwrite(bytes, 1, n, screen->file);
    if (n == 0 || bytes[n - 1] != '\n')
        fputc('\n', screen->file);
}

const char *lar_size_text(double bytes, char to[LAR_SIZE_TEXT])
{
    static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB"};
    size_t unit = 0;
    for (; bytes >= 999.5 && unit + 1 < sizeof units / sizeof *units; unit++)
        bytes /= 1000;
    snprintf(to, LAR_SIZE_TEXT, unit && bytes < 99.95 ? "%.1f %s" : "%.0f %s", bytes, units[unit]);
    return to;
}
