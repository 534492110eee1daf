/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A guest's console. What is reported is what was said: no stream beyond the limit, no end from
 * nowhere. */
#include "lab/console.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_buf_ struct buf tail = {0};
	struct lab_report report;
	struct error *error = lab_console_parse("MARK", (const char *)data, size, &report);
	bool marked = memmem(data, size, "MARK", 4) != NULL;

	if (!marked && (error || report.started || report.done || report.end != LAB_END_NONE))
		abort();
	for (size_t i = 0; i < LAB_STREAM_CNT; i++) {
		if (report.streams[i].len > LAB_STREAM_MAX_BYTES ||
			(!report.sent[i] && report.streams[i].len))
			abort();
	}
	lab_console_tail("MARK", (const char *)data, size, 10, &tail);
	if (memmem(buf_text(&tail), tail.len, "\033", 1))
		abort();
	error_free(error);
	lab_report_deinit(&report);
	return 0;
}
