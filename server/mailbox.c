/* Messages to one thread; see mailbox.h.
 * SPDX-License-Identifier: MIT */
#include "server/mailbox.h"

#include <errno.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

bool lar_mailbox_init(struct lar_mailbox *box, struct lar_error *err)
{
    atomic_init(&box->newest, NULL);
    box->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return box->fd >= 0 || lar_fail_errno(err, errno, "eventfd");
}

void lar_mailbox_finish(struct lar_mailbox *box)
{
    if (box->fd >= 0)
        close(box->fd);
    box->fd = -1;
}

void lar_mailbox_wake(struct lar_mailbox *box)
{
    uint64_t one = 1;
    /* Only a full counter can fail this, and then the receiver is awake. */
    if (write(box->fd, &one, sizeof one) < 0)
        return;
}

void lar_mailbox_send(struct lar_mailbox *box, struct lar_mail *mail)
{
    struct lar_mail *newest = atomic_load_explicit(&box->newest, memory_order_relaxed);
    do
        mail->next = newest;
    while (!atomic_compare_exchange_weak_explicit(&box->newest, &newest, mail, memory_order_release,
                                                  memory_order_relaxed));
    if (!newest)
        lar_mailbox_wake(box);
}

struct lar_mail *lar_mailbox_take(struct lar_mailbox *box)
{
    uint64_t count;
    /* Before the exchange: what is sent after it wakes the next poll(). */
    if (read(box->fd, &count, sizeof count) < 0 && errno != EAGAIN)
        return NULL;
    struct lar_mail *newest = atomic_exchange_explicit(&box->newest, NULL, memory_order_acquire);
    struct lar_mail *oldest = NULL;
    while (newest) {
        struct lar_mail *next = newest->next;
        newest->next = oldest;
        oldest = newest;
        newest = next;
    }
    return oldest;
}
