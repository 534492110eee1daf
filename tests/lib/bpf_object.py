# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes ELF files as clang writes objects of BPF programs (elf(5))."""
import struct

PROGBITS, SYMBOLS, STRINGS, RELOCATIONS = 1, 2, 3, 9
DATA = ("license", ".maps", ".BTF", ".BTF.ext")
EXIT = struct.pack("<BBhi", 0x95, 0, 0, 0)
ZERO = struct.pack("<BBhi", 0xB7, 0, 0, 0)


def helper(number):
    return struct.pack("<BBhi", 0x85, 0, 0, number)


def call(distance):
    return struct.pack("<BBhi", 0x85, 0x10, 0, distance)


class Strings:
    def __init__(self):
        self.bytes = bytearray(b"\0")

    def add(self, text):
        text = text if isinstance(text, bytes) else text.encode()
        self.bytes += text + b"\0"
        return len(self.bytes) - len(text) - 1


def elf(sections, functions, relocations=None):
    """`sections`: (name, bytes), numbered from 1; `functions`: (name, section, offset, size), numbered from 1, section 0
    for an extern; `relocations`: by section, (offset, number of a function)."""
    names, symbol_names = Strings(), Strings()
    symbols = bytearray(24)
    for name, section, offset, size in functions:
        symbols += struct.pack("<IBBHQQ", symbol_names.add(name), 0x12 if section else 0x10, 0, section, offset, size)
    # Name, type, flags, data, link, info, size of an entry. The data of the last one is the names.
    rows = [(names.add(name), PROGBITS, 2 if name in DATA else 6, data, 0, 0, 0)
            for name, data in sections]
    table = len(rows) + 1
    rows.append((names.add(".symtab"), SYMBOLS, 0, bytes(symbols), table + 1, 1, 24))
    rows.append((names.add(".strtab"), STRINGS, 0, bytes(symbol_names.bytes), 0, 0, 0))
    for section, entries in (relocations or {}).items():
        data = b"".join(struct.pack("<QQ", offset, symbol << 32 | 10) for offset, symbol in entries)
        rows.append((names.add(".rel"), RELOCATIONS, 0, data, table, section, 16))
    rows.append((names.add(".shstrtab"), STRINGS, 0, None, 0, 0, 0))
    body, headers = bytearray(), bytearray(64)
    for name, kind, flags, data, link, info, entry in rows:
        data = bytes(names.bytes) if data is None else data
        headers += struct.pack("<IIQQQQIIQQ", name, kind, flags, 0, 64 + len(body), len(data), link, info, 8, entry)
        body += data + bytes(-len(data) % 8)
    head = b"\x7fELF\2\1\1" + bytes(9) + struct.pack(
        "<HHIQQQIHHHHHH", 1, 247, 1, 0, 0, 64 + len(body), 0, 64, 0, 0, 64, len(rows) + 1, len(rows))
    return head + bytes(body) + bytes(headers)
