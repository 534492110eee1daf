/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/unread.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "input/container/container.h"
#include "input/kind.h"
#include "util/array.h"
#include "util/decompress.h"

#define BY_DISK "copy its files out with virt-copy-out"

struct format {
	const char *what;
	const char *remedy;
	size_t offset, magic_size;
	const char *magic;
	bool (*holds)(const unsigned char *head,
		size_t size_bytes); /* NULL: the magic number is enough */
};

#define EXT_SUPER 1024u
#define EXT_LOG_BLOCK_SIZE 24
#define EXT_REVISION 76

/* The magic number has two bytes. Blocks have at most 64 KiB, and there are two revisions. */
static bool is_ext(const unsigned char *head, size_t size)
{
	return size >= EXT_SUPER + EXT_REVISION + 4 &&
		container_le32(head + EXT_SUPER + EXT_LOG_BLOCK_SIZE) <= 6 &&
		container_le32(head + EXT_SUPER + EXT_REVISION) <= 1;
}

#define MAGIC(offset, text) offset, sizeof(text) - 1, text

/* Each number is in the definition that is named before it. */
static const struct format formats[] = {
	/* linux fs/squashfs/squashfs_fs.h; the second one is big-endian, of version 3 */
	{"a squashfs file system", "unpack it with unsquashfs", MAGIC(0, "hsqs"), NULL},
	{"a squashfs file system", "unpack it with unsquashfs", MAGIC(0, "sqsh"), NULL},
	/* linux fs/erofs/erofs_fs.h */
	{"an EROFS file system", "unpack it with fsck.erofs --extract",
		MAGIC(1024, "\xe2\xe1\xf5\xe0"), NULL},
	/* linux include/uapi/linux/cramfs_fs.h; the second one behind a boot block */
	{"a cramfs file system", "unpack it with fsck.cramfs --extract",
		MAGIC(0, "\x45\x3d\xcd\x28"), NULL},
	{"a cramfs file system", "unpack it with fsck.cramfs --extract",
		MAGIC(512, "\x45\x3d\xcd\x28"), NULL},
	/* linux fs/ext4/ext4.h, struct ext4_super_block */
	{"an ext2, ext3 or ext4 file system", "copy its files out with debugfs -R 'rdump / DIR'",
		MAGIC(EXT_SUPER + 56, "\x53\xef"), is_ext},
	/* linux fs/f2fs/f2fs.h and include/linux/f2fs_fs.h, fs/xfs/libxfs/xfs_format.h,
	   fs/btrfs/fs.h */
	{"an F2FS file system", BY_DISK, MAGIC(1024, "\x10\x20\xf5\xf2"), NULL},
	{"an XFS file system", BY_DISK, MAGIC(0, "XFSB"), NULL},
	{"a Btrfs file system", "copy its files out with btrfs restore",
		MAGIC(65536 + 64, "_BHRfS_M"), NULL},
	/* qemu docs/interop/qcow2.rst, block/vmdk.c, block/vdi.c, block/vhdx.h, block/vpc.c */
	{"a qcow2 disk", BY_DISK, MAGIC(0, "QFI\xfb"), NULL},
	{"a VMDK disk", BY_DISK, MAGIC(0, "KDMV"), NULL},
	{"a VMDK disk", BY_DISK, MAGIC(0, "# Disk DescriptorFile"), NULL},
	{"a VDI disk", BY_DISK, MAGIC(64, "\x7f\x10\xda\xbe"), NULL},
	{"a VHDX disk", BY_DISK, MAGIC(0, "vhdxfile"), NULL},
	{"a VHD disk", BY_DISK, MAGIC(0, "conectix"), NULL},
	/* UEFI specification, 5.3.2 GPT Header */
	{"a disk with partitions", BY_DISK, MAGIC(512, "EFI PART"), NULL},
	/* Android: system/core/libsparse/sparse_format.h,
	   system/update_engine/update_metadata.proto */
	{"an Android sparse image", "make a plain one of it with simg2img",
		MAGIC(0, "\x3a\xff\x26\xed"), NULL},
	{"an Android update",
		"take boot.img and vendor_boot.img out of it with ota_extractor or payload-dumper-go",
		MAGIC(0, "CrAU"), NULL},
};

static const struct format *format_of(const unsigned char *head, size_t size)
{
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		const struct format *format = &formats[i];
		if (format->offset + format->magic_size <= size &&
			!memcmp(head + format->offset, format->magic, format->magic_size) &&
			(!format->holds || format->holds(head, size)))
			return format;
	}
	return NULL;
}

static const struct format *format_of_packed(
	enum compression compression, const void *head, size_t size)
{
	unsigned char *inner = malloc(INPUT_HEAD_BYTES);

	if (!inner)
		return NULL;
	const struct format *format =
		format_of(inner, decompress_head(compression, head, size, inner, INPUT_HEAD_BYTES));
	free(inner);
	return format;
}

struct error *unread_explain(const char *name, const void *head, size_t size)
{
	enum compression compression = compression_detect(head, size);
	const struct format *format = compression == COMPRESSION_NONE
		? format_of(head, size)
		: format_of_packed(compression, head, size);

	return !format ? NULL
		       : error_create(ERROR_INPUT, NULL, "%s: %s, which is not read: %s%s", name,
				 format->what,
				 compression == COMPRESSION_NONE ? "" : "decompress it, then ",
				 format->remedy);
}
