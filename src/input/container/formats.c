/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/container/container.h"

#include "util/array.h"

static const struct {
	const char *format;
	bool (*recognise)(const unsigned char *head, size_t size);
	struct error *(*read)(struct container *container, const unsigned char *data, size_t size);
} formats[] = {
	{"Android boot image", android_recognise, android_read},
	{"Android vendor boot image", vendor_boot_recognise, vendor_boot_read},
	{"U-Boot image", uimage_recognise, uimage_read},
	{"FIT image", fit_recognise, fit_read},
};

bool container_recognised(const void *head, size_t size)
{
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		if (formats[i].recognise(head, size))
			return true;
	}
	return false;
}

struct error *container_read(struct container *container, const void *data, size_t size)
{
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		if (!formats[i].recognise(data, size))
			continue;
		container->format = formats[i].format;
		return error_prefix(formats[i].read(container, data, size), "%s", formats[i].format);
	}
	return error_create(ERROR_INPUT, NULL, "not a boot image");
}
