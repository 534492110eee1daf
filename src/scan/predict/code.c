/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/predict/code.h"

static struct error *filter_refuses(void *code, uint64_t filter_address, uint32_t kfunc_id,
	const struct kfunc_place *place, enum tristate *ret)
{
	return kfunc_filter_refuses(code, filter_address, kfunc_id, place, ret);
}

static struct error *is_device_bound(void *code, uint32_t kfunc_id, enum tristate *ret)
{
	return kfunc_is_device_bound(code, kfunc_id, ret);
}

static struct error *can_sleep(
	void *code, uint32_t prog_type, uint32_t attach_type, enum tristate *ret)
{
	return kfunc_can_sleep(code, prog_type, attach_type, ret);
}

static struct error *ops_accepts(void *code, const struct kfunc_struct_ops *ops, uint32_t type_id,
	uint32_t index, bool sleepable, enum tristate *ret)
{
	return kfunc_ops_accepts(code, ops, type_id, index, sleepable, ret);
}

static struct error *sleeps_with_map(void *code, uint32_t map_type, enum tristate *ret)
{
	return kfunc_sleeps_with_map(code, map_type, ret);
}

static struct error *traces_with_field(void *code, const char *field_type, enum tristate *ret)
{
	return kfunc_traces_with_field(code, field_type, ret);
}

static struct error *writes_packets(void *code, uint32_t prog_type, enum tristate *ret)
{
	return kfunc_writes_packets(code, prog_type, ret);
}

void predict_ask_code(struct predict_source *source, struct kfunc_verdicts *verdicts)
{
	source->code = verdicts;
	source->filter_refuses = verdicts ? filter_refuses : NULL;
	source->is_device_bound = verdicts ? is_device_bound : NULL;
	source->can_sleep = verdicts ? can_sleep : NULL;
	source->ops_accepts = verdicts ? ops_accepts : NULL;
	source->sleeps_with_map = verdicts ? sleeps_with_map : NULL;
	source->traces_with_field = verdicts ? traces_with_field : NULL;
	source->writes_packets = verdicts ? writes_packets : NULL;
}

static struct error *ask_helper(void *code, uint32_t func_id, const struct helper_place *place,
	struct helper_verdict *ret)
{
	return helper_verdict_ask(code, func_id, place, ret);
}

void predict_ask_helpers(struct predict_source *source, struct helper_verdicts *verdicts)
{
	source->helper_code = verdicts;
	source->ask_helper = verdicts ? ask_helper : NULL;
}

static bool has_text(const void *texts, const char *text)
{
	const struct image *image = texts;

	for (size_t i = 0; i < image->segment_cnt; i++) {
		const struct image_segment *segment = &image->segments[i];
		if (memmem(segment->data, segment->size_bytes, text, strlen(text) + 1))
			return true;
	}
	return false;
}

void predict_ask_texts(struct predict_source *source, const struct image *image)
{
	source->texts = image;
	source->has_text = image ? has_text : NULL;
}
