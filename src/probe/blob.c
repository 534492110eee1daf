/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/blob.h"
#include "util/array.h"

#include <errno.h>
#include <string.h>

#define LOGGED_TRY_CNT 3 /* two of them may fail for another reason */

struct btf_load_attr {
	uint64_t btf, log_buf;
	uint32_t btf_size, log_size, log_level, pad;
};

uint32_t blob_string(struct blob *blob, const char *text)
{
	size_t len = text ? strlen(text) + 1 : 0;

	if (len <= 1)
		return 0;
	if (!blob->string_len)
		blob->string_len = 1;
	if (blob->string_len + len > sizeof(blob->strings)) {
		blob->overflow = true;
		return 0;
	}
	uint32_t offset = blob->string_len;
	memcpy(blob->strings + offset, text, len);
	blob->string_len += (uint32_t)len;
	return offset;
}

void blob_word(struct blob *blob, uint32_t word)
{
	if (blob->word_cnt == ARRAY_SIZE(blob->words))
		blob->overflow = true;
	else
		blob->words[blob->word_cnt++] = word;
}

uint32_t blob_type(struct blob *blob, const char *name, unsigned int kind, uint32_t vlen,
	bool kind_flag, uint32_t size_or_type)
{
	blob_word(blob, blob_string(blob, name));
	blob_word(blob, (uint32_t)kind_flag << 31 | kind << 24 | vlen);
	blob_word(blob, size_or_type);
	return ++blob->type_cnt;
}

uint32_t blob_int(struct blob *blob, const char *name, uint32_t size_bytes, bool is_signed)
{
	uint32_t id = blob_type(blob, name, BTF_KIND_INT, 0, false, size_bytes);

	blob_word(blob, (is_signed ? BTF_INT_SIGNED : 0u) << 24 | size_bytes * 8);
	return id;
}

void blob_member(struct blob *blob, const char *name, uint32_t type_id, uint32_t offset_bytes)
{
	blob_word(blob, blob_string(blob, name));
	blob_word(blob, type_id);
	blob_word(blob, offset_bytes * 8);
}

uint32_t blob_func(struct blob *blob, const char *name, uint32_t return_id, uint32_t linkage)
{
	uint32_t proto = blob_type(blob, NULL, BTF_KIND_FUNC_PROTO, 0, false, return_id);

	return blob_type(blob, name, BTF_KIND_FUNC, linkage, false, proto);
}

/* struct btf_header and the two fields that 7.1 added. These are sent only if they are used. */
struct long_header {
	struct btf_header header;
	uint32_t layout_off, layout_len;
};

/* Header, types, layout and strings in one piece; 0: they do not fit. */
static uint32_t assemble(const struct blob *blob, unsigned char *out, size_t size)
{
	const uint32_t word = sizeof(uint32_t);
	uint32_t type_len = blob->word_cnt * word, layout_len = blob->layout_cnt * word;
	struct long_header header = {
		.header = {.magic = BTF_MAGIC,
			.version = BTF_VERSION,
			.hdr_len =
				layout_len ? sizeof(struct long_header) : sizeof(struct btf_header),
			.type_len = type_len,
			.str_off = type_len + layout_len,
			.str_len = blob->string_len ? blob->string_len : 1},
		.layout_off = type_len,
		.layout_len = layout_len,
	};
	uint32_t header_len = header.header.hdr_len;

	if (blob->overflow || header_len + header.header.str_off + header.header.str_len > size)
		return 0;
	memcpy(out, &header, header_len);
	memcpy(out + header_len, blob->words, type_len);
	memcpy(out + header_len + type_len, blob->layout, layout_len);
	memcpy(out + header_len + header.header.str_off, blob->strings, header.header.str_len);
	return header_len + header.header.str_off + header.header.str_len;
}

int blob_load(struct kit *kit, const struct blob *blob)
{
	unsigned char bytes[sizeof(struct long_header) + sizeof(*blob)];
	struct btf_load_attr attr = {
		.btf = (uintptr_t)bytes, .btf_size = assemble(blob, bytes, sizeof(bytes))};
	const size_t size = offsetof(struct btf_load_attr, pad);

	if (!attr.btf_size)
		return -E2BIG;
	kit->log[0] = '\0';
	int ret = kit_call(kit, BPF_BTF_LOAD, &attr, size);
	if (ret >= 0)
		return ret;
	attr.log_buf = (uintptr_t)kit->log;
	attr.log_size = KIT_LOG_BYTES;
	attr.log_level = 1;
	for (int i = 0; i < LOGGED_TRY_CNT; i++) {
		int again = bpf_call(&kit->sys, BPF_BTF_LOAD, &attr, size);
		kit->log[KIT_LOG_BYTES - 1] = '\0';
		if (again >= 0)
			return again;
		if (again == ret || kit->log[0])
			break;
	}
	return ret;
}

int blob_control(struct kit *kit)
{
	struct blob blob = {0};

	blob_int(&blob, "int", 4, true);
	return kit_only_errno(blob_load(kit, &blob));
}

void blob_judge(struct kit *kit, int ret, struct kit_verdict *verdict)
{
	bool unknown = kit_log_says_unknown(kit);
	char line[200], text[KIT_ERRNO_BYTES];
	const char *name = kit_errno_name(-ret, text);

	kit_close_fd(ret);
	if (ret >= 0) {
		kit_ok(verdict, "%s", "");
		return;
	}
	kit_log_line(kit, line, sizeof(line));
	/* If the header is longer than the kernel's, the load fails with E2BIG, and the log says so. */
	if (!(ret == -E2BIG && unknown) && kit_settle(kit, verdict, ret, "BTF load"))
		return;
	if (kit_control_failed(verdict, ret, blob_control(kit), "minimal BTF"))
		return;
	if (unknown)
		kit_say(verdict, SUPPORT_UNSUPPORTED, -ret, "%s: %s", name, line);
	else
		kit_say(verdict, SUPPORT_UNKNOWN, -ret, "%s with an unrecognised message: %s",
			name, line[0] ? line : "(no log)");
}
