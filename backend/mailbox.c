/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mailbox: one atomic pointer and an eventfd. The collector puts snapshots, the main thread takes the newest.
 */
#include "backend/mailbox.h"

#include "base/array.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct mailbox {
	_Atomic(void *) item;
	int fd;
};

struct mailbox *mailbox_new(void)
{
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (fd < 0)
		return NULL;
	struct mailbox *box = mem_new(1, sizeof *box);
	atomic_init(&box->item, NULL);
	box->fd = fd;
	return box;
}

void mailbox_free(struct mailbox *box, void (*release)(void *item))
{
	if (!box)
		return;
	void *item = atomic_exchange(&box->item, NULL);
	if (item && release)
		release(item);
	close(box->fd);
	free(box);
}

void *mailbox_put(struct mailbox *box, void *item)
{
	void *old = atomic_exchange(&box->item, item);
	/* After the exchange: a reader that is woken finds the item, or somebody has taken it already. */
	ssize_t n = write(box->fd, &(uint64_t){1}, sizeof(uint64_t));
	(void)n;
	return old;
}

void *mailbox_take(struct mailbox *box)
{
	/* Cleared first: what is put from here on makes it readable again. The other order could leave an item
	 * inside and nobody woken. */
	uint64_t count;
	ssize_t n = read(box->fd, &count, sizeof count);
	(void)n;
	return atomic_exchange(&box->item, NULL);
}

int mailbox_fd(const struct mailbox *box)
{
	return box->fd;
}
