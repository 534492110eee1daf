/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/stats.h"

#include <inttypes.h>
#include <sys/resource.h>

void render_stats(const struct probe_stats *stats, struct buf *out)
{
	double cells = stats->cell_cnt ? (double)stats->cell_cnt : 1;
	double threads = stats->threads ? stats->threads : 1;
	struct rusage usage = {0};

	getrusage(RUSAGE_SELF, &usage);
	buf_printf(out, "cells %zu\n", stats->cell_cnt);
	buf_printf(out, "bpf_calls %" PRIu64 "\n", stats->call_cnt);
	buf_printf(out, "threads %u\n", stats->threads);
	buf_printf(out, "cells_wall %.3f s\n", (double)stats->cells_wall_ns / 1e9);
	buf_printf(out, "cells_cpu %.3f s\n", (double)stats->cells_cpu_ns / 1e9);
	buf_printf(out, "wall_per_cell %.2f us\n", (double)stats->cells_wall_ns / 1e3 / cells);
	buf_printf(out, "cpu_per_cell %.2f us\n", (double)stats->cells_cpu_ns / 1e3 / cells);
	buf_printf(out, "real_calls %zu\n", stats->real_call_cnt);
	buf_printf(out, "real_calls_wall %.3f s\n", (double)stats->calls_wall_ns / 1e9);
	/* A part of the threads' wall time. The rest is spent in kcompat. */
	if (stats->cells_wall_ns)
		buf_printf(out, "inside_bpf %.1f %%\n",
			100.0 * (double)stats->inside_ns /
				((double)stats->cells_wall_ns * threads + (double)stats->calls_wall_ns));
	buf_printf(out, "inside_seconds %.3f s\n", (double)stats->inside_ns / 1e9);
	buf_printf(out, "peak_memory %.1f MiB\n", (double)usage.ru_maxrss / 1024);
}
