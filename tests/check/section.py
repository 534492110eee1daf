#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: section.py FILE NAME: writes the bytes of a section of a 64-bit ELF file to standard output."""
import struct
import sys

data = open(sys.argv[1], "rb").read()
order = "<" if data[5] == 1 else ">"
(table,) = struct.unpack_from(order + "Q", data, 40)
size, cnt, names = struct.unpack_from(order + "HHH", data, 58)
headers = [struct.unpack_from(order + "IIQQQQ", data, table + i * size) for i in range(cnt)]
for name, _, _, _, offset, length in headers:
    start = headers[names][4] + name
    if data[start : data.index(b"\0", start)].decode() == sys.argv[2]:
        sys.stdout.buffer.write(data[offset : offset + length])
        sys.exit(0)
sys.exit(f"no section {sys.argv[2]}")
