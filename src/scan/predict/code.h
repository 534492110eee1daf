/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connects a prediction with the code of an image. */
#ifndef KCOMPAT_SCAN_PREDICT_CODE_H
#define KCOMPAT_SCAN_PREDICT_CODE_H

#include "image/image.h"
#include "kfunc/verdicts.h"
#include "scan/predict/predict.h"

/* Sets the callbacks; `verdicts` is borrowed. NULL removes them. */
void predict_ask_code(struct predict_source *source, struct kfunc_verdicts *verdicts);
/* The same for helpers. */
void predict_ask_helpers(struct predict_source *source, struct helper_verdicts *verdicts);
/* The same for the texts of an image. */
void predict_ask_texts(struct predict_source *source, const struct image *image);

#endif
