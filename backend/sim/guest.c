/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How simulated guests write. Pure.
 */
#include "backend/sim/guest.h"

#include "backend/sim/draw.h"

static bool is_busy(const struct sim_writer *writer, int64_t now_ms)
{
	return !writer->period_ms || now_ms % writer->period_ms < writer->busy_ms;
}

static uint64_t next_page(struct sim_writer *writer, uint64_t *chance)
{
	switch (writer->pattern) {
	case SIM_SWEEP: writer->cursor = (writer->cursor + 1) % writer->n_pages; return writer->first + writer->cursor;
	case SIM_HOT:
		if (writer->n_pages >= 8 && sim_draw_below(chance, 10) < 9)
			return writer->first + sim_draw_below(chance, writer->n_pages / 8);
		break;
	case SIM_RANDOM: break;
	}
	return writer->first + sim_draw_below(chance, writer->n_pages);
}

void sim_guest_write(struct sim_guest *guest, int64_t now_ms, double dt_ms, double speed, sim_touch *touch,
		     void *context)
{
	for (size_t i = 0; i < guest->n_writers; i++) {
		struct sim_writer *writer = &guest->writer[i];
		if (!is_busy(writer, now_ms))
			continue;
		writer->owed += writer->pages_per_ms * dt_ms * speed;
		while (writer->owed >= 1) {
			if (!touch(context, next_page(writer, &guest->chance))) {
				writer->owed = 0; /* it waited: that time does not come back */
				break;
			}
			writer->owed -= 1;
		}
	}
}

void sim_guest_read(struct sim_guest *guest, unsigned n, sim_touch *touch, void *context)
{
	for (unsigned i = 0; i < n && guest->n_used; i++)
		if (!touch(context, sim_draw_below(&guest->chance, guest->n_used)))
			return;
}
