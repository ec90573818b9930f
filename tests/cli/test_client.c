/* SPDX-License-Identifier: MIT */
#include "cli/client.h"
#include "tests/check_main.h"

#include <string.h>

static bool takes(const char *url, const char *token, struct lar_error *err)
{
    struct lar_client *client = NULL;
    bool ok = lar_client_new(&client, url, token, NULL, err);
    ck_assert_int_eq(ok, client != NULL);
    lar_client_free(client);
    return ok;
}

START_TEST(urls_of_servers)
{
    static const char *const good[] = {"http://127.0.0.1:8080",
                                       "http://h/",
                                       "https://models.example:8443/larder/",
                                       "h:8080",
                                       "localhost",
                                       "HTTP://h",
                                       "http://[::1]:8080",
                                       "unix:/run/s"};
    static const char *const bad[] = {
        "",           "http://",    "ftp://h",          "file:///etc/passwd",
        "unix:s",     "unix:",      "http://u:p@h",     "http://h?q",
        "http://h#f", "http://h h", "http://h\r\nX: y", "http://h\033",
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct lar_error err = {0};
        ck_assert_msg(takes(good[i], NULL, &err), "%s: %s", good[i], err.text);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct lar_error err = {0};
        ck_assert_msg(!takes(bad[i], NULL, &err), "%s", bad[i]);
        ck_assert_int_eq(err.code, LAR_ERR_INVALID);
    }
}
END_TEST

START_TEST(tokens_are_one_word)
{
    struct lar_error err = {0};
    ck_assert(takes("h", "abc.DEF-123_~+/=", &err));
    ck_assert(!takes("h", "abc\r\nX-Evil: 1", &err));
    ck_assert_ptr_null(strstr(err.text, "abc"));
    err = (struct lar_error){0};
    ck_assert(!takes("h", "a b", &err));
}
END_TEST

static enum lar_error_code refusal(long status, const char *body, const char *says)
{
    struct lar_reply reply = {.status = status, .body = (char *)body, .size = strlen(body)};
    struct lar_error err = {0};
    ck_assert(!lar_reply_good(&reply, &err));
    ck_assert_msg(strstr(err.text, says), "%s", err.text);
    return err.code;
}

START_TEST(refusals_keep_the_servers_words)
{
    const struct lar_reply good = {.status = 204};
    struct lar_error err = {0};
    ck_assert(lar_reply_good(&good, &err));
    ck_assert_int_eq(refusal(404, "{\"error\": \"no model 'x'\"}", "status 404: no model 'x'"),
                     LAR_ERR_NOTFOUND);
    ck_assert_int_eq(refusal(400, "{\"error_code\": \"B\", \"message\": \"bad row\"}", "bad row"),
                     LAR_ERR_IO);
    ck_assert_int_eq(refusal(401, "{\"error\": \"a token\"}", "LARDER_TOKEN"), LAR_ERR_DENIED);
    ck_assert_int_eq(refusal(503, "{\"error\": \"full\"}", "again later"), LAR_ERR_BUSY);
    ck_assert_int_eq(refusal(502, "<html>", "says nothing"), LAR_ERR_IO);
    ck_assert_int_eq(refusal(500, "{\"error\": {}}", "says nothing"), LAR_ERR_IO);
    ck_assert_int_eq(refusal(302, "", "status 302"), LAR_ERR_IO);
}
END_TEST

START_TEST(nobody_there)
{
    struct lar_client *client = NULL;
    struct lar_error err = {0};
    ck_assert(lar_client_new(&client, "unix:/nonexistent/socket", NULL, NULL, &err));
    ck_assert_ptr_null(lar_client_get(client, "/v1/models", &err));
    ck_assert_int_eq(err.code, LAR_ERR_UNAVAILABLE);
    ck_assert_ptr_nonnull(strstr(err.text, "no answer from unix:/nonexistent/socket"));
    lar_client_free(client);
}
END_TEST

int main(void)
{
    return check_main("client",
                      (const TTest *[]){urls_of_servers, tokens_are_one_word,
                                        refusals_keep_the_servers_words, nobody_there, NULL});
}
