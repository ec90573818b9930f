/* JSON numbers against bare <charconv>, in one run, as ratios: 17-digit doubles in rows of 16 read
 * to a tensor and written back, with all that JSON asks for, and the same numbers converted by
 * std::from_chars and std::to_chars alone. Rounds alternate; the median of the pairs' ratios is
 * printed. Usage: bench_json [ROUNDS]
 * SPDX-License-Identifier: MIT */
extern "C" {
#include "dialects/json_tensor.h"
}

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <time.h>
#include <vector>

namespace
{

constexpr int rows = 10000, columns = 16, count = rows * columns;

/* The thread's own time: others on the machine do not count. */
double seconds()
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

struct numbers {
    std::vector<double> values;
    std::string plain; /* "a,b,c,": for from_chars */
    std::string json;  /* "[[a,b],[c,d]]" */
};

numbers make_numbers()
{
    numbers n;
    std::mt19937_64 random(1);
    std::uniform_real_distribution<double> uniform(-10, 10);
    char text[32];
    n.json = "[";
    while (n.values.size() < count) {
        double v = uniform(random);
        size_t length = static_cast<size_t>(snprintf(text, sizeof text, "%.17g", v));
        if (n.values.size() % columns == 0)
            n.json += n.values.empty() ? "[" : "],[";
        else
            n.json += ',';
        n.json.append(text, length);
        n.plain.append(text, length);
        n.plain += ',';
        n.values.push_back(v);
    }
    n.json += "]]";
    return n;
}

void require(bool condition, const char *what)
{
    if (condition)
        return;
    fprintf(stderr, "%s\n", what);
    exit(1);
}

double bare_read(const numbers &n, std::vector<double> &to)
{
    double start = seconds();
    const char *p = n.plain.data(), *end = p + n.plain.size();
    for (double &v : to)
        p = std::from_chars(p, end, v).ptr + 1;
    double ret = seconds() - start;
    require(to == n.values, "from_chars reads other numbers");
    return ret;
}

double json_read(const numbers &n, struct lar_scratch *scratch)
{
    struct lar_error err = {};
    struct lar_json js;
    struct lar_cells cells;
    int64_t dims[2] = {-1, columns};
    lar_scratch_reset(scratch);
    double start = seconds();
    lar_json_init(&js, n.json.data(), n.json.size(), scratch);
    lar_cells_init(&cells, LAR_TYPE_F64, LAR_TYPE_F64);
    bool ok = lar_cells_read_nested(&cells, &js, 2, dims, &err) && lar_json_end(&js, &err);
    double ret = seconds() - start;
    require(ok && cells.count == count &&
                std::equal(n.values.begin(), n.values.end(), static_cast<double *>(cells.data)),
            "the JSON reader reads other numbers");
    return ret;
}

double bare_write(const numbers &n, std::vector<char> &to)
{
    double start = seconds();
    char *p = to.data(), *end = p + to.size();
    for (double v : n.values) {
        p = std::to_chars(p, end, v).ptr;
        *p++ = ',';
    }
    return seconds() - start;
}

double json_write(numbers &n, std::vector<char> &to)
{
    struct lar_tensor t = {};
    t.type = LAR_TYPE_F64;
    t.layout = LAR_LAYOUT_DENSE;
    t.shape.rank = 2;
    t.shape.dims[0] = rows;
    t.shape.dims[1] = columns;
    t.data = n.values.data();
    struct lar_text text;
    struct lar_json_style style = {LAR_JSON_NULLS, false};
    lar_text_init(&text, to.data(), to.size(), to.size());
    double start = seconds();
    lar_json_write(&text, &t, style);
    double ret = seconds() - start;
    require(text.failure == LAR_ERR_NONE && !text.heap, "the answer did not fit");
    return ret;
}

double median(std::vector<double> v)
{
    std::sort(v.begin(), v.end());
    return v[v.size() / 2];
}

} // namespace

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? static_cast<int>(strtol(argv[1], nullptr, 10)) : 41;
    require(rounds > 0, "usage: bench_json [ROUNDS]");
    struct lar_error err = {};
    struct lar_scratch *scratch = lar_scratch_new(64 << 20, 64 << 20, &err);
    require(scratch != nullptr, "out of memory");
    numbers n = make_numbers();
    std::vector<double> values(count), read, write, bare_reads, bare_writes;
    std::vector<char> text(count * 40);
    for (int i = 0; i < rounds; i++) {
        double a = bare_read(n, values), b = json_read(n, scratch);
        double c = bare_write(n, text), d = json_write(n, text);
        if (i == 0)
            continue; /* caches and pages are cold */
        read.push_back(a / b);
        write.push_back(c / d);
        bare_reads.push_back(a);
        bare_writes.push_back(c);
    }
    if (read.empty())
        return 0;
    printf("read:  %.2f of from_chars (which takes %.1f ns a number)\n", median(read),
           median(bare_reads) / count * 1e9);
    printf("write: %.2f of to_chars (which takes %.1f ns a number)\n", median(write),
           median(bare_writes) / count * 1e9);
    lar_scratch_free(scratch);
}
