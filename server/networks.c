/* Trusted proxies; see networks.h.
 * SPDX-License-Identifier: MIT */
#include "server/networks.h"
#include "server/accept.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

enum { MAPPED_BITS = 96, ALL_BITS = 128 };

static const uint8_t mapped[12] = {[10] = 0xFF, 0xFF};

/* TEXT as an IPv6 address; *RET_FIRST: where its own bits begin. */
static bool parse_address(const char *text, uint8_t ret[static 16], unsigned *ret_first)
{
    memcpy(ret, mapped, sizeof mapped);
    *ret_first = MAPPED_BITS;
    if (inet_pton(AF_INET, text, ret + sizeof mapped) == 1)
        return true;
    *ret_first = 0;
    return inet_pton(AF_INET6, text, ret) == 1;
}

/* Whether the first BITS of A and B are the same. */
static bool same_bits(const uint8_t *a, const uint8_t *b, unsigned bits)
{
    unsigned bytes = bits / 8, rest = bits % 8;
    return memcmp(a, b, bytes) == 0 && (rest == 0 || (a[bytes] ^ b[bytes]) >> (8 - rest) == 0);
}

static bool parse_network(const char *text, struct lar_network *ret)
{
    char address[LAR_PEER_BYTES];
    unsigned first;
    size_t n = strcspn(text, "/");
    if (n >= sizeof address)
        return false;
    snprintf(address, sizeof address, "%.*s", (int)n, text);
    if (!parse_address(address, ret->address, &first))
        return false;
    ret->bits = ALL_BITS;
    if (text[n] == '\0')
        return true;
    const char *digits = text + n + 1;
    size_t length = strspn(digits, "0123456789");
    if (length == 0 || length > 3 || digits[length])
        return false;
    ret->bits = first + (unsigned)strtoul(digits, NULL, 10);
    static const uint8_t zero[16];
    if (ret->bits > ALL_BITS)
        return false;
    /* Bits beyond the prefix are a slip of the pen, as likely as not in the prefix. */
    uint8_t rest[16];
    memcpy(rest, ret->address, sizeof rest);
    for (unsigned bit = 0; bit < ret->bits; bit++)
        rest[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
    return memcmp(rest, zero, sizeof rest) == 0;
}

bool lar_networks_add(struct lar_networks *networks, const char *text, struct lar_error *err)
{
    struct lar_network network;
    if (strcmp(text, "unix") == 0)
        return networks->unix_sockets = true;
    if (!parse_network(text, &network))
        return lar_fail(err, LAR_ERR_INVALID,
                        "trusted_proxies wants addresses, networks such as 10.0.0.0/8, or unix, "
                        "not '%.200s'",
                        text);
    struct lar_network *items = realloc(networks->items, (networks->n + 1) * sizeof *items);
    if (!items)
        return lar_fail(err, LAR_ERR_NOMEM, "settings");
    networks->items = items;
    items[networks->n++] = network;
    return true;
}

void lar_networks_finish(struct lar_networks *networks)
{
    free(networks->items);
    *networks = (struct lar_networks){0};
}

static bool holds(const struct lar_networks *networks, const uint8_t address[static 16])
{
    for (size_t i = 0; i < networks->n; i++)
        if (same_bits(networks->items[i].address, address, networks->items[i].bits))
            return true;
    return false;
}

bool lar_networks_hold(const struct lar_networks *networks, const struct sockaddr_storage *address)
{
    uint8_t bytes[16];
    if (address->ss_family == AF_INET6) {
        memcpy(bytes, &((const struct sockaddr_in6 *)address)->sin6_addr, sizeof bytes);
        return holds(networks, bytes);
    }
    if (address->ss_family != AF_INET)
        return networks->unix_sockets;
    memcpy(bytes, mapped, sizeof mapped);
    memcpy(bytes + sizeof mapped, &((const struct sockaddr_in *)address)->sin_addr, 4);
    return holds(networks, bytes);
}

/* "192.0.2.1", "192.0.2.1:80", "2001:db8::1", "[2001:db8::1]:80", each perhaps quoted, as an
 * address and as text without a port. */
static bool read_node(struct lar_span node, uint8_t address[static 16],
                      char ret[static LAR_PEER_BYTES])
{
    char text[LAR_PEER_BYTES];
    unsigned first;
    if (node.size >= 2 && *node.at == '"' && node.at[node.size - 1] == '"')
        node = (struct lar_span){node.at + 1, node.size - 2};
    if (node.size == 0 || node.size >= sizeof text)
        return false;
    const char *colon = memchr(node.at, ':', node.size);
    if (*node.at == '[') {
        const char *end = memchr(node.at, ']', node.size);
        if (!end)
            return false;
        node = (struct lar_span){node.at + 1, (size_t)(end - node.at) - 1};
    } else if (colon && memchr(node.at, '.', (size_t)(colon - node.at))) {
        node.size = (size_t)(colon - node.at); /* IPv4 and a port */
    }
    snprintf(text, sizeof text, "%.*s", (int)node.size, node.at);
    if (!parse_address(text, address, &first))
        return false;
    const void *shown = first ? address + sizeof mapped : address;
    return inet_ntop(first ? AF_INET : AF_INET6, shown, ret, LAR_PEER_BYTES) != NULL;
}

/* What `for` is in one element of Forwarded; at NULL: not there. */
static struct lar_span for_of(struct lar_span element)
{
    while (element.size) {
        struct lar_span value, pair = lar_span_part(element, ';', &element);
        struct lar_span name = lar_span_part(pair, '=', &value);
        if (lar_span_like(name, "for"))
            return lar_span_part(value, '\0', &(struct lar_span){0});
    }
    return (struct lar_span){0};
}

/* The part after the last comma, taken off LIST. */
static struct lar_span last_of(struct lar_span *list)
{
    size_t start = list->size;
    while (start && list->at[start - 1] != ',')
        start--;
    struct lar_span part = {list->at + start, list->size - start};
    list->size = start ? start - 1 : 0;
    return lar_span_part(part, '\0', &(struct lar_span){0});
}

bool lar_networks_client(const struct lar_networks *networks, const struct sockaddr_storage *peer,
                         struct lar_span forwarded_for, struct lar_span forwarded,
                         char ret[static LAR_PEER_BYTES])
{
    bool found = false;
    bool plain = forwarded_for.size > 0;
    struct lar_span list = plain ? forwarded_for : forwarded;
    if (!list.size || !lar_networks_hold(networks, peer))
        return false;
    while (list.size) {
        uint8_t address[16];
        char text[LAR_PEER_BYTES];
        struct lar_span element = last_of(&list);
        if (!read_node(plain ? element : for_of(element), address, text))
            break;
        memcpy(ret, text, LAR_PEER_BYTES);
        found = true;
        if (!holds(networks, address))
            break;
    }
    return found;
}
