#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Puts files into containers, for the tests of scan: containers.py KIND [ARGUMENT ...] OUTPUT"""
import gzip
import hashlib
import io
import json
import struct
import sys
import tarfile


def read(path):
    with open(path, "rb") as file:
        return file.read()


def pad(data, size):
    return data + bytes(-len(data) % size)


def payload(image):
    """The packed vmlinux of an x86 bzImage, without the length behind it"""
    image = read(image)
    offset, length = struct.unpack_from("<II", image, 0x248)
    start = (image[0x1f1] + 1) * 512 + offset
    return image[start:start + length - 4]


def android(version, kernel, ramdisk):
    """boot.img of that header version; a version behind 4 is what vendors had there before"""
    version, kernel, ramdisk = int(version), read(kernel), read(ramdisk)
    if version in (3, 4):
        page = 4096
        header = struct.pack("<8s4I16xI1536x", b"ANDROID!", len(kernel), len(ramdisk), 0, 1580, version)
    else:
        page = 2048
        header = struct.pack("<8s10I", b"ANDROID!", len(kernel), 0, len(ramdisk), 0, 0, 0, 0, page, version, 0)
        header += bytes(1660 - len(header))
    return pad(header, page) + pad(kernel, page) + pad(ramdisk, page)


def vendor_boot(version, *ramdisks):
    """vendor_boot.img; of version 4 each ramdisk is a fragment"""
    version, page, ramdisks = int(version), 2048, [read(path) for path in ramdisks]
    whole = b"".join(ramdisks)
    dtb = b"\xd0\x0d\xfe\xed" + bytes(60)
    header = struct.pack("<8s5I2048xI16xIIQ", b"VNDRBOOT", version, page, 0, 0, len(whole), 0, 2112, len(dtb), 0)
    table = b""
    if version >= 4:
        at = 0
        for number, ramdisk in enumerate(ramdisks):
            table += struct.pack("<3I32s64x", len(ramdisk), at, 1, b"part%d" % number)
            at += len(ramdisk)
        header += struct.pack("<4I", len(table), len(ramdisks), 108, 0)
    header += bytes(max(0, 2128 - len(header)))
    return pad(header, page) + pad(whole, page) + pad(dtb, page) + pad(table, page)


def uimage(kind, *parts):
    """A legacy image of U-Boot: kind 2 is a kernel, 3 a ramdisk, 4 several files"""
    parts = [read(path) for path in parts]
    data = b"".join(parts)
    if kind == "4":
        sizes = struct.pack(">%dI" % (len(parts) + 1), *map(len, parts), 0)
        data = sizes + b"".join(pad(part, 4) for part in parts)
    return struct.pack(">7I4B32s", 0x27051956, 0, 0, len(data), 0, 0, 0, 5, 22, int(kind), 0, b"Linux") + data


class Tree:
    """A flattened device tree, of which a FIT image is one"""

    def __init__(self):
        self.names, self.body = bytearray(), bytearray()

    def begin(self, name):
        self.body += struct.pack(">I", 1) + pad(name.encode() + b"\0", 4)

    def end(self):
        self.body += struct.pack(">I", 2)

    def put(self, name, value):
        value = struct.pack(">I", value) if isinstance(value, int) else value
        value = value.encode() + b"\0" if isinstance(value, str) else value
        self.body += struct.pack(">3I", 3, len(value), len(self.names)) + pad(value, 4)
        self.names += name.encode() + b"\0"

    def bytes(self):
        body = bytes(self.body) + struct.pack(">I", 9)
        names = 56 + len(body)
        size = names + len(self.names)
        return struct.pack(">10I16x", 0xd00dfeed, size, 56, names, 40, 17, 16, 0, len(self.names), len(body)) + \
            body + bytes(self.names)


def fit(style, kernel, ramdisk):
    """A FIT image of U-Boot with its data inside, behind the tree (external), or at a position"""
    tree, outside = Tree(), b""
    tree.begin("")
    tree.put("description", "test")
    tree.begin("images")
    for name, kind, data in (("fdt-1", "flat_dt", bytes(100)), ("kernel-1", "kernel", read(kernel)),
                             ("ramdisk-1", "ramdisk", read(ramdisk))):
        tree.begin(name)
        tree.put("type", kind)
        if style == "inline":
            tree.put("data", data)
        else:
            tree.put("data-size", len(data))
            tree.put("data-offset" if style == "external" else "data-position",
                     len(outside) + (0 if style == "external" else 4096))
            outside = pad(outside + data, 4)
        tree.end()
    tree.end()
    tree.end()
    whole = pad(tree.bytes(), 4)
    return whole + outside if style != "position" else whole + bytes(4096 - len(whole)) + outside


def newc(*members):
    """An archive of an initramfs: NAME=FILE ..."""
    data = b""
    for number, member in enumerate(members + ("TRAILER!!!=",)):
        name, path = member.split("=", 1)
        content = read(path) if path else b""
        header = [number + 1, 0o100644 if path else 0, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name) + 1, 0]
        data += b"070701" + b"".join(b"%08X" % field for field in header)
        data = pad(data + name.encode() + b"\0", 4)
        data = pad(data + content, 4)
    return pad(data, 512)


def tar_of(files):
    """A tar of {name: bytes}"""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def blob_name(data):
    return "blobs/sha256/" + hashlib.sha256(data).hexdigest()


def containers_image(style, kernel, module, stale):
    """An image of three layers. The upper ones hide each other kernel of the lowest one. style: docker for what
    `docker save` writes, docker-old for that of old versions, oci for an archive of an OCI image layout"""
    kernel, module, stale = read(kernel), read(module), read(stale)
    layers = [
        tar_of({"boot/vmlinuz": stale, "old/vmlinuz": stale, "gone/boot/vmlinuz": stale, "link/vmlinuz": stale}),
        tar_of({"old/.wh.vmlinuz": b"", "gone/.wh.boot": b"", "drivers/a.ko": module,
                "opaque/vmlinuz": stale}),
        tar_of({"boot/vmlinuz": kernel, "opaque/.wh..wh..opq": b"", "link": b"a file"}),
    ]
    if style == "oci":
        layers[1] = gzip.compress(layers[1])
        kinds = ["tar", "tar+gzip", "tar"]
        descriptors = [{"mediaType": "application/vnd.oci.image.layer.v1." + kind, "size": len(layer),
                        "digest": "sha256:" + hashlib.sha256(layer).hexdigest()}
                       for kind, layer in zip(kinds, layers)]
        manifest = json.dumps({"schemaVersion": 2, "layers": descriptors}).encode()
        index = {"manifests": [{"digest": "sha256:" + hashlib.sha256(manifest).hexdigest()}]}
        files = {blob_name(data): data for data in reversed(layers + [manifest])}
        files["index.json"] = json.dumps(index).encode()
        files["oci-layout"] = b'{"imageLayoutVersion": "1.0.0"}'
        return tar_of(files)
    names = [blob_name(layer) if style == "docker" else hashlib.sha256(layer).hexdigest() + "/layer.tar"
             for layer in layers]
    files = dict(reversed(list(zip(names, layers))))
    files["manifest.json"] = json.dumps([{"Config": "x", "RepoTags": None, "Layers": names}]).encode()
    return tar_of(files)


def main():
    kinds = {"payload": payload, "android": android, "vendor_boot": vendor_boot, "uimage": uimage, "fit": fit, "newc": newc, "image": containers_image}
    kind, *arguments, output = sys.argv[1:]
    with open(output, "wb") as file:
        file.write(kinds[kind](*arguments))


main()
