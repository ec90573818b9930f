/* SPDX-License-Identifier: MIT */
#include "cli/token.h"
#include "tests/check_main.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool reads(const char *content, char token[LAR_TOKEN_TEXT], struct lar_error *err)
{
    char path[] = "/tmp/larder-token-XXXXXX";
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, content, strlen(content)), (ssize_t)strlen(content));
    close(fd);
    bool ok = lar_token_read(token, path, err);
    unlink(path);
    return ok;
}

START_TEST(the_first_word_that_is_no_comment)
{
    static const struct {
        const char *content, *token;
    } rows[] = {
        {"abc", "abc"},
        {"abc\n", "abc"},
        {"abc deploys from the build server\nxyz\n", "abc"},
        {"# a comment\n\n  \t abc\r\n", "abc"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char token[LAR_TOKEN_TEXT];
        struct lar_error err = {0};
        ck_assert(reads(rows[i].content, token, &err));
        ck_assert_str_eq(token, rows[i].token);
    }
}
END_TEST

START_TEST(the_file_counts_before_the_variable)
{
    char token[LAR_TOKEN_TEXT];
    struct lar_error err = {0};
    unsetenv("LARDER_TOKEN");
    ck_assert(lar_token_read(token, NULL, &err));
    ck_assert_str_eq(token, "");
    setenv("LARDER_TOKEN", "from-outside", 1);
    ck_assert(lar_token_read(token, NULL, &err));
    ck_assert_str_eq(token, "from-outside");
    ck_assert(reads("from-file", token, &err));
    ck_assert_str_eq(token, "from-file");
    ck_assert(!reads("# nothing\n", token, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "no token"));
    err = (struct lar_error){0};
    ck_assert(!lar_token_read(token, "/nonexistent/token", &err));
    ck_assert_int_eq(err.code, LAR_ERR_NOTFOUND);
}
END_TEST

int main(void)
{
    return check_main("token", (const TTest *[]){the_first_word_that_is_no_comment,
                                                 the_file_counts_before_the_variable, NULL});
}
