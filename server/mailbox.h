/* Messages from any thread to one thread, which sleeps in poll().
 *
 * Senders push without locks; the receiver takes everything at once, in the order of sending, and
 * is woken through an eventfd. A message is memory of the sender's that holds a struct lar_mail; it
 * may lie in one mailbox at a time.
 * SPDX-License-Identifier: MIT */
#ifndef SERVER_MAILBOX_H
#define SERVER_MAILBOX_H

#include "base/error.h"

#include <stdatomic.h>

struct lar_mail {
    struct lar_mail *next;
};

struct lar_mailbox {
    _Atomic(struct lar_mail *) newest;
    int fd; /* an eventfd: readable when mail may be there */
};

bool lar_mailbox_init(struct lar_mailbox *box, struct lar_error *err);
void lar_mailbox_finish(struct lar_mailbox *box);

void lar_mailbox_send(struct lar_mailbox *box, struct lar_mail *mail);
void lar_mailbox_wake(struct lar_mailbox *box); /* without a message */

/* The receiver: everything sent since, oldest first; NULL: nothing. Also makes FD unreadable. */
struct lar_mail *lar_mailbox_take(struct lar_mailbox *box);

#endif
