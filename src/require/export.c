/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers for programs that collect facts of hosts: Prometheus' node exporter, Kubernetes' NFD. */
#include <string.h>

#include "require/matrix.h"
#include "util/escape.h"

#define NFD_KEY_MAX 63
#define NFD_FILE_MAX_BYTES (64u * 1024)
#define NFD_PREFIX "kcompat"

/* An unknown is no zero: an alert for "== 0" is about what is really missing. */
static int sample_of(enum tristate value)
{
	static const int samples[] = {
		[TRISTATE_YES] = 1, [TRISTATE_NO] = 0, [TRISTATE_UNKNOWN] = -1};

	return samples[value];
}

/* `before` is '{' or ','. */
static void put_label(struct buf *out, char before, const char *name, const char *text)
{
	_cleanup_buf_ struct buf safe = {0};

	escape_text(&safe, text ? text : "");
	buf_printf(out, "%c%s=\"", before, name);
	for (const char *c = buf_text(&safe); *c; c++) {
		if (*c == '"' || *c == '\\')
			buf_putc(out, '\\');
		buf_putc(out, *c);
	}
	buf_putc(out, '"');
	out->failed |= safe.failed;
}

static void put_name_label(struct buf *out, const char *flag)
{
	_cleanup_buf_ struct buf name = {0};

	for (const char *c = flag + strlen(REQUIRE_FLAG_PREFIX); *c; c++)
		buf_putc(&name, *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c);
	put_label(out, ',', "name", buf_text(&name));
	out->failed |= name.failed;
}

static void put_metric(struct buf *out, const char *name, const char *help)
{
	buf_printf(out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

static void put_samples(const struct require_matrix *matrix, size_t kernel, struct buf *out)
{
	for (size_t i = 0; i < matrix->list->cnt; i++) {
		const struct requirement *requirement = &matrix->list->list[i];
		/* A series that is there twice makes the file invalid. */
		if (require_is_repeated(matrix->list, i))
			continue;
		buf_puts(out, "kcompat_requirement");
		put_label(out, '{', "kernel", matrix->kernels[kernel].name);
		put_name_label(out, requirement->flag);
		put_label(out, ',', "requirement", requirement->root->text);
		put_label(out, ',', "optional", requirement->optional ? "true" : "false");
		buf_printf(
			out, "} %d\n", sample_of(require_matrix_verdict(matrix, kernel, i)->value));
	}
}

static void put_info(const struct require_kernel *kernel, struct buf *out)
{
	const struct snapshot *snapshot = kernel->scope.snapshot;

	buf_puts(out, "kcompat_kernel_info");
	put_label(out, '{', "kernel", kernel->name);
	put_label(out, ',', "release", snapshot->kernel.release);
	put_label(out, ',', "arch", kernel->arch);
	put_label(out, ',', "source", kernel->scope.kernel ? "running" : snapshot->source_kind);
	buf_puts(out, "} 1\n");
}

void render_matrix_prometheus(const struct require_matrix *matrix, struct buf *out)
{
	put_metric(out, "kcompat_requirement",
		"Does the kernel have what is required? 1: yes, 0: no, -1: unknown.");
	for (size_t i = 0; i < matrix->cnt; i++)
		put_samples(matrix, i, out);
	put_metric(out, "kcompat_verdict",
		"Does the kernel have all that is required and not optional? 1: yes, 0: no, -1: unknown.");
	for (size_t i = 0; i < matrix->cnt; i++) {
		buf_puts(out, "kcompat_verdict");
		put_label(out, '{', "kernel", matrix->kernels[i].name);
		buf_printf(out, "} %d\n", sample_of(matrix->kernels[i].settled));
	}
	put_metric(out, "kcompat_kernel_info", "The kernel that was asked.");
	for (size_t i = 0; i < matrix->cnt; i++)
		put_info(&matrix->kernels[i], out);
}

/* KCOMPAT_PERCPU_KPTR is the label kcompat-percpu-kptr. */
static struct error *put_nfd_label(
	const struct requirement *requirement, enum tristate value, struct buf *out)
{
	_cleanup_buf_ struct buf key = {0};

	buf_puts(&key, NFD_PREFIX "-");
	for (const char *c = requirement->flag + strlen(REQUIRE_FLAG_PREFIX); *c; c++)
		buf_putc(&key,
			*c == '_'                        ? '-'
				: *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a')
							 : *c);
	if (key.failed)
		return error_no_memory();
	/* A label ends with a letter or digit. */
	if (key.len > NFD_KEY_MAX || key.data[key.len - 1] == '-')
		return error_create(ERROR_USAGE, "give it a shorter name: NAME = ...",
			"%s: %s is no label of Kubernetes, which has at most %d characters and ends with a "
			"letter or a digit",
			requirement->root->text, buf_text(&key), NFD_KEY_MAX);
	buf_printf(out, "%s=%s\n", buf_text(&key), require_value_word(value));
	return NULL;
}

struct error *render_matrix_nfd(const struct require_matrix *matrix, struct buf *out)
{
	const struct require_kernel *kernel = &matrix->kernels[0];
	struct error *error = NULL;

	buf_printf(out, NFD_PREFIX "=%s\n", require_settled_word(kernel->settled));
	for (size_t i = 0; i < matrix->list->cnt && !error; i++) {
		if (!require_is_repeated(matrix->list, i))
			error = put_nfd_label(&matrix->list->list[i],
				require_matrix_verdict(matrix, 0, i)->value, out);
	}
	if (!error && out->len > NFD_FILE_MAX_BYTES)
		error = error_create(ERROR_USAGE, "split the file of requirements",
			"%zu labels: NFD reads files of at most 64 KiB", matrix->list->cnt + 1);
	return error;
}
