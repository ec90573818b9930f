/* Stack, marks and memo of the machine, and the instructions that only move items.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/pickle/state.h"

#include <stdlib.h>

enum { FIRST_ROOM = 64 };

/* Memo numbers are dense in every writer's files; a file may use any up to its own length, and
 * small ones in any case. */
enum { MEMO_FREE = 1 << 20 };

/* An array of *ROOM pointers or sizes with room for N: the same one, or a longer copy. */
static void *grown(struct pk_machine *m, void *data, size_t used, size_t *room, size_t n)
{
    if (n <= *room)
        return data;
    size_t more = *room < FIRST_ROOM / 2 ? FIRST_ROOM : *room * 2;
    more = more < n ? n : more;
    void *ret = lar_arena_alloc(m->arena, more, sizeof(void *));
    if (!ret) {
        lar_arena_fail(m->arena, m->err, "the pickle");
        return NULL;
    }
    if (used)
        memcpy(ret, data, used * sizeof(void *));
    *room = more;
    return ret;
}

bool pk_push(struct pk_machine *m, struct pk_node *node)
{
    if (!node)
        return false;
    if (m->n == m->room) {
        struct pk_node **stack = grown(m, m->stack, m->n, &m->room, m->n + 1);
        if (!stack)
            return false;
        m->stack = stack;
    }
    m->stack[m->n++] = node;
    return true;
}

bool pk_push_bytes(struct pk_machine *m, enum pk_kind kind, const void *data, size_t size)
{
    struct pk_node *node = pk_node_new(m, kind);
    if (node)
        node->bytes = (struct pk_bytes){data, size};
    return pk_push(m, node);
}

struct pk_node *pk_top(struct pk_machine *m)
{
    if (m->n > m->fence)
        return m->stack[m->n - 1];
    pk_op_fail(m, LAR_ERR_FORMAT, "the stack is empty");
    return NULL;
}

struct pk_node *pk_pop(struct pk_machine *m)
{
    struct pk_node *node = pk_top(m);
    m->n -= node != NULL;
    return node;
}

static bool mark(struct pk_machine *m)
{
    if (m->n_marks == m->limits.depth)
        return pk_op_fail(m, LAR_ERR_LIMIT, "more than %zu marks are open", m->limits.depth);
    size_t *marks = grown(m, m->marks, m->n_marks, &m->marks_room, m->n_marks + 1);
    if (!marks)
        return false;
    m->marks = marks;
    m->marks[m->n_marks++] = m->fence = m->n;
    return true;
}

bool pk_take_mark(struct pk_machine *m, size_t *ret_base)
{
    if (m->n_marks == 0)
        return pk_op_fail(m, LAR_ERR_FORMAT, "no mark is open");
    *ret_base = m->fence;
    m->n_marks--;
    m->fence = m->n_marks ? m->marks[m->n_marks - 1] : 0;
    return true;
}

bool pk_items_add(struct pk_machine *m, struct pk_items *items, struct pk_node *const *nodes,
                  size_t n)
{
    const struct pk_node **data = grown(m, items->data, items->n, &items->room, items->n + n);
    if (!data && n)
        return false;
    items->data = data;
    for (size_t i = 0; i < n; i++)
        items->data[items->n++] = nodes[i];
    return true;
}

bool pk_items_set(struct pk_machine *m, struct pk_items *items, struct pk_node *const *nodes,
                  size_t n)
{
    *items = (struct pk_items){0};
    if (n == 0)
        return true;
    items->data = lar_arena_alloc_aligned(m->arena, n, sizeof *nodes, sizeof *nodes);
    if (!items->data)
        return lar_arena_fail(m->arena, m->err, "the pickle");
    for (size_t i = 0; i < n; i++)
        items->data[i] = nodes[i];
    items->n = items->room = n;
    return true;
}

static bool store(struct pk_machine *m, uint64_t index)
{
    struct pk_node *node = pk_top(m);
    if (!node)
        return false;
    size_t size = (size_t)(m->in.end - m->in.begin);
    if (index >= size + MEMO_FREE)
        return pk_op_fail(m, LAR_ERR_FORMAT, "memo number %llu is beyond the file's length",
                          (unsigned long long)index);
    if (index >= m->limits.memo)
        return pk_op_fail(m, LAR_ERR_LIMIT, "memo number %llu is over the limit of %zu",
                          (unsigned long long)index, m->limits.memo);
    struct pk_node **memo = grown(m, m->memo, m->memo_room, &m->memo_room, index + 1);
    if (!memo)
        return false;
    m->memo = memo;
    m->memo_count += m->memo[index] == NULL;
    m->memo[index] = node;
    return true;
}

static bool fetch(struct pk_machine *m, uint64_t index)
{
    if (index >= m->memo_room || !m->memo[index])
        return pk_op_fail(m, LAR_ERR_FORMAT, "nothing was stored under memo number %llu",
                          (unsigned long long)index);
    return pk_push(m, m->memo[index]);
}

/* The text argument of PUT and GET. */
static bool memo_number(struct pk_machine *m, uint64_t *ret)
{
    size_t n;
    const char *text = pk_line(m, &n);
    if (!text)
        return false;
    *ret = 0;
    for (size_t i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9' || i == 18)
            return pk_op_fail(m, LAR_ERR_FORMAT, "its argument is not a memo number");
        *ret = *ret * 10 + (uint64_t)(text[i] - '0');
    }
    return n > 0 || pk_op_fail(m, LAR_ERR_FORMAT, "its argument is empty");
}

/* Python lets POP take a mark when nothing lies above it. */
static bool pop(struct pk_machine *m)
{
    size_t base;
    if (m->n_marks && m->n == m->fence)
        return pk_take_mark(m, &base);
    return pk_pop(m) != NULL;
}

bool pk_op_stack(struct pk_machine *m)
{
    uint64_t index;
    size_t base = 0;
    switch (m->op) {
    case PK_OP_MARK: return mark(m);
    case PK_OP_POP: return pop(m);
    case PK_OP_POP_MARK:
        if (!pk_take_mark(m, &base))
            return false;
        m->n = base;
        return true;
    case PK_OP_DUP: return pk_push(m, pk_top(m));
    case PK_OP_PUT: return memo_number(m, &index) && store(m, index);
    case PK_OP_BINPUT: index = lar_cursor_u8(&m->in); return !m->in.bad && store(m, index);
    case PK_OP_LONG_BINPUT: index = lar_cursor_u32(&m->in); return !m->in.bad && store(m, index);
    case PK_OP_MEMOIZE: return store(m, m->memo_count);
    case PK_OP_GET: return memo_number(m, &index) && fetch(m, index);
    case PK_OP_BINGET: index = lar_cursor_u8(&m->in); return !m->in.bad && fetch(m, index);
    default: index = lar_cursor_u32(&m->in); return !m->in.bad && fetch(m, index);
    }
}
