/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A box for one pointer, latest wins, with an eventfd for the reader. One writer thread, one reader thread.
 */
#ifndef BACKEND_MAILBOX_H
#define BACKEND_MAILBOX_H

struct mailbox;

struct mailbox *mailbox_new(void); /* NULL only when the process has no descriptors left */
void mailbox_free(struct mailbox *box, void (*release)(void *item));

/* Puts `item` (ownership to the box) and returns the one it replaced for the caller to free, or NULL. */
void *mailbox_put(struct mailbox *box, void *item);
/* Takes what is there (ownership to the caller), or NULL. Clears the descriptor. */
void *mailbox_take(struct mailbox *box);
/* Readable while something is inside. A take that races a put may leave it readable once with an empty box. */
int mailbox_fd(const struct mailbox *box);

#endif
