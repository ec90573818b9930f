/* Trusted proxies and sub-paths, each alone.
 * SPDX-License-Identifier: MIT */
#include "server/base_path.h"
#include "server/networks.h"
#include "tests/check_main.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>

static struct sockaddr_storage address_of(const char *text)
{
    struct sockaddr_storage ret = {.ss_family = AF_UNIX};
    struct sockaddr_in *in = (struct sockaddr_in *)&ret;
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&ret;
    if (inet_pton(AF_INET, text, &in->sin_addr) == 1)
        ret.ss_family = AF_INET;
    else if (inet_pton(AF_INET6, text, &in6->sin6_addr) == 1)
        ret.ss_family = AF_INET6;
    return ret;
}

static struct lar_networks networks_of(const char *const *texts, size_t n)
{
    struct lar_networks ret = {0};
    struct lar_error err = {0};
    for (size_t i = 0; i < n; i++)
        ck_assert_msg(lar_networks_add(&ret, texts[i], &err), "%s: %s", texts[i], err.text);
    return ret;
}

START_TEST(networks_are_read)
{
    static const char *const bad[] = {"",
                                      "a",
                                      "10.0.0.0/",
                                      "10.0.0.0/33",
                                      "10.0.0.1/8",
                                      "::1/129",
                                      "10.0.0.0/-1",
                                      "10.0.0.0/8/8",
                                      "10.0/8",
                                      "10.0.0.0/a",
                                      "2001:db8::1/32",
                                      "10.0.0.0 /8",
                                      "[::1]",
                                      "10.0.0.0/0008"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct lar_networks n = {0};
        struct lar_error err = {0};
        ck_assert_msg(!lar_networks_add(&n, bad[i], &err), "%s", bad[i]);
        ck_assert(strstr(err.text, "trusted_proxies"));
        lar_networks_finish(&n);
    }
    static const char *const good[] = {"10.0.0.0/8", "192.0.2.77", "2001:db8::/32",
                                       "172.16.0.0/12"};
    static const struct {
        const char *address;
        bool held;
    } rows[] = {
        {"10.255.0.1", true},      {"11.0.0.1", false},   {"192.0.2.77", true},
        {"192.0.2.78", false},     {"2001:db8::7", true}, {"2001:db9::7", false},
        {"::ffff:10.1.2.3", true}, {"::10.1.2.3", false}, {"172.31.255.255", true},
        {"172.32.0.0", false},     {"0.0.0.0", false},    {"::", false},
        {"not an address", false},
    };
    struct lar_networks n = networks_of(good, sizeof good / sizeof *good);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sockaddr_storage a = address_of(rows[i].address);
        ck_assert_msg(lar_networks_hold(&n, &a) == rows[i].held, "%s", rows[i].address);
    }
    lar_networks_finish(&n);
    static const char *const all[] = {"0.0.0.0/0", "unix"};
    n = networks_of(all, 2);
    struct sockaddr_storage v4 = address_of("203.0.113.1"), v6 = address_of("2001:db8::1");
    struct sockaddr_storage local = address_of("unix");
    ck_assert(lar_networks_hold(&n, &v4));
    ck_assert(!lar_networks_hold(&n, &v6));
    ck_assert(lar_networks_hold(&n, &local));
    lar_networks_finish(&n);
}
END_TEST

START_TEST(clients_are_named_by_who_is_trusted)
{
    static const char *const trusted[] = {"10.0.0.0/8", "::1"};
    static const struct {
        const char *peer, *forwarded_for, *forwarded, *client; /* NULL: nobody */
    } rows[] = {
        {"10.0.0.1", "192.0.2.1", "", "192.0.2.1"},
        {"10.0.0.1", "", "", NULL},
        {"192.0.2.9", "192.0.2.1", "", NULL},
        {"unix", "192.0.2.1", "", NULL},
        {"10.0.0.1", "1.1.1.1, 192.0.2.1", "", "192.0.2.1"},
        {"10.0.0.1", "1.1.1.1, 192.0.2.1,10.0.0.2 , 10.0.0.3", "", "192.0.2.1"},
        {"10.0.0.1", "10.0.0.3, 10.0.0.2", "", "10.0.0.3"},
        {"10.0.0.1", "evil, 10.0.0.2", "", "10.0.0.2"},
        {"10.0.0.1", "192.0.2.1, unknown", "", NULL},
        {"10.0.0.1", "192.0.2.1,", "", NULL},
        {"10.0.0.1", ",", "", NULL},
        {"10.0.0.1", "192.0.2.1:4711", "", "192.0.2.1"},
        {"10.0.0.1", "2001:db8::1", "", "2001:db8::1"},
        {"10.0.0.1", "[2001:DB8::1]:80", "", "2001:db8::1"},
        {"10.0.0.1", "[2001:db8::1", "", NULL},
        {"::1", "", "for=192.0.2.60;proto=http;by=203.0.113.43", "192.0.2.60"},
        {"::1", "", "For=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17"},
        {"::1", "", "for=192.0.2.43, for=10.0.0.2;by=x", "192.0.2.43"},
        {"::1", "", "for=_hidden", NULL},
        {"::1", "", "by=192.0.2.1", NULL},
        {"::1", "192.0.2.1", "for=192.0.2.2", "192.0.2.1"},
        {"10.0.0.1", "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc:dddd:eeee:ffff:0",
         "", NULL},
    };
    struct lar_networks n = networks_of(trusted, 2);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char client[LAR_PEER_BYTES] = "";
        struct sockaddr_storage peer = address_of(rows[i].peer);
        bool named = lar_networks_client(&n, &peer, lar_span_of(rows[i].forwarded_for),
                                         lar_span_of(rows[i].forwarded), client);
        ck_assert_msg(
            named == (rows[i].client != NULL) && (!named || strcmp(client, rows[i].client) == 0),
            "%s %s %s -> %s", rows[i].peer, rows[i].forwarded_for, rows[i].forwarded, client);
    }
    lar_networks_finish(&n);
}
END_TEST

START_TEST(base_paths_are_checked)
{
    char base[LAR_BASE_PATH_BYTES];
    static const char *const good[] = {"/a", "/a/b.c/d_e/~-9"};
    static const char *const none[] = {"", "/"};
    static const char *const bad[] = {"a",    "/a/",  "//",   "/a//b",      "/a/..",    "/.",
                                      "/a b", "/%20", "/a?b", "/1/2/3/4/5", "/\xc3\xb6"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct lar_error err = {0};
        ck_assert_msg(lar_base_path_init(base, good[i], &err), "%s", good[i]);
        ck_assert_str_eq(base, good[i]);
    }
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        struct lar_error err = {0};
        ck_assert(lar_base_path_init(base, none[i], &err));
        ck_assert_str_eq(base, "");
    }
    ck_assert(lar_base_path_init(base, NULL, &(struct lar_error){0}));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct lar_error err = {0};
        ck_assert_msg(!lar_base_path_init(base, bad[i], &err), "%s", bad[i]);
    }
    char longest[LAR_BASE_PATH_BYTES + 1];
    memset(longest, 'a', sizeof longest);
    longest[0] = '/';
    longest[LAR_BASE_PATH_BYTES] = '\0';
    ck_assert(!lar_base_path_init(base, longest, &(struct lar_error){0}));
    longest[LAR_BASE_PATH_BYTES - 1] = '\0';
    ck_assert(lar_base_path_init(base, longest, &(struct lar_error){0}));
}
END_TEST

START_TEST(base_paths_are_taken_away)
{
    static struct lar_target target;
    static const struct {
        const char *raw, *base, *left; /* NULL: not under it */
    } rows[] = {
        {"/a/b", "/a", "/b"},         {"/a", "/a", "/"},        {"/a/", "/a", "/"},
        {"/ab", "/a", NULL},          {"/", "/a", NULL},        {"/b/a", "/a", NULL},
        {"/a/b/c/d", "/a/b", "/c/d"}, {"/a/b", "/a/b/c", NULL}, {"/%61/b", "/a", "/b"},
        {"/a/a/b", "/a", "/a/b"},     {"/A/b", "/a", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ck_assert_ptr_null(lar_target_parse(&target, rows[i].raw));
        bool under = lar_target_strip(&target, rows[i].base);
        ck_assert_msg(under == (rows[i].left != NULL), "%s %s", rows[i].raw, rows[i].base);
        ck_assert_msg(!under || lar_target_is(&target, rows[i].left), "%s %s", rows[i].raw,
                      rows[i].base);
    }
    ck_assert_ptr_null(lar_target_parse(&target, "/a/1/2/3/4/5/6/7/8/9/10/11/12"));
    ck_assert(lar_target_strip(&target, "/a"));
    ck_assert_uint_gt(target.n, LAR_TARGET_SEGMENTS);
    ck_assert(!lar_target_is(&target, "/a/1"));
    ck_assert_ptr_null(lar_target_parse(&target, "/livez"));
    ck_assert(lar_target_is(&target, "/livez"));
    ck_assert(!lar_target_is(&target, "/live"));
    ck_assert(!lar_target_is(&target, "/livez/x"));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {networks_are_read, clients_are_named_by_who_is_trusted,
                                  base_paths_are_checked, base_paths_are_taken_away, NULL};
    return check_main("networks", tests);
}
