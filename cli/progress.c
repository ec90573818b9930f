/* The bar; see progress.h.
 * SPDX-License-Identifier: MIT */
#include "cli/progress.h"

#include "base/clock.h"

#include <string.h>

enum { NUMBERS = 48 /* columns for what stands behind the bar */, BAR_MOST = 60 };

static const double first = 0.5, between = 0.1; /* seconds */

static double now(void)
{
    return (double)lar_now_ns() / 1e9;
}

void lar_progress_begin(struct lar_progress *progress, const struct lar_screen *screen,
                        const char *waiting)
{
    *progress = (struct lar_progress){.screen = screen, .waiting = waiting, .begun = now()};
}

void lar_progress_line(char to[LAR_PROGRESS_LINE], unsigned columns, double done, double total,
                       double seconds)
{
    char of[LAR_SIZE_TEXT], all[LAR_SIZE_TEXT], rate[LAR_SIZE_TEXT], bar[BAR_MOST + 1];
    unsigned width = columns > NUMBERS + 10 ? columns - NUMBERS : 10;
    double part = total > 0 && done < total ? done / total : 1;
    width = width < BAR_MOST ? width : BAR_MOST;
    lar_size_text(done, of);
    lar_size_text(seconds > 0 ? done / seconds : 0, rate);
    if (total <= 0) {
        snprintf(to, LAR_PROGRESS_LINE, "%s  %s/s", of, rate);
        return;
    }
    size_t filled = (size_t)(part * width);
    memset(bar, '#', filled);
    memset(bar + filled, '.', width - filled);
    bar[width] = '\0';
    snprintf(to, LAR_PROGRESS_LINE, "[%s] %3.0f %%  %s of %s  %s/s", bar, 100 * part, of,
             lar_size_text(total, all), rate);
}

void lar_progress_step(struct lar_progress *progress, double done, double total)
{
    double at = now();
    char line[LAR_PROGRESS_LINE];
    if (!progress->screen->terminal || at - progress->begun < first ||
        at - progress->drawn < between)
        return;
    progress->drawn = at;
    progress->shown = true;
    lar_progress_line(line, progress->screen->columns, done, total, at - progress->begun);
    bool through = progress->waiting && total > 0 && done >= total;
    fprintf(progress->screen->file, "\r\033[K%s", through ? progress->waiting : line);
    fflush(progress->screen->file);
}

void lar_progress_end(struct lar_progress *progress)
{
    if (progress->shown)
        fputs("\r\033[K", progress->screen->file);
    progress->shown = false;
}
