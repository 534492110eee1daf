/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of its messages the verifier of an image has. */
#include "scan/predict/parts.h"
#include "util/buf.h"

/* Every verifier has this text. An image without it gives no answer about others. */
#define KNOWN_TEXT "R%d !read_ok"

bool predict_verifier_says(struct predict *predict, const char *text)
{
	const struct predict_source *source = predict->source;
	_cleanup_buf_ struct buf line = {0};

	if (!text || !source->has_text)
		return false;
	buf_printf(&line, "%s\n", text);
	predict->no_memory |= line.failed;
	return source->has_text(source->texts, buf_text(&line));
}

bool predict_texts_are_known(struct predict *predict)
{
	return predict_verifier_says(predict, KNOWN_TEXT);
}
