# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes objects of BPF programs that ask for much work, of less than a mebibyte each."""
import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
from bpf_object import EXIT, ZERO, call, elf, helper  # noqa: E402


def one(code):
    """One program."""
    return elf([("raw_tp", code), ("license", b"GPL\0")], [("program", 1, 0, len(code))])


def helpers():
    """Calls of very many helpers."""
    return one(b"".join(helper(i) for i in range(1, 120000)) + EXIT)


def contexts():
    """Many programs, each of which calls all helpers."""
    code = b"".join(helper(i) for i in range(1, 212)) + EXIT
    names = ["xdp", "tc", "kprobe", "perf_event", "raw_tp", "cgroup/connect4", "sockops", "sk_skb", "sk_msg",
             "lwt_in", "lwt_out", "lwt_xmit", "socket", "iter/task", "syscall", "sk_lookup", "flow_dissector"]
    sections = [(names[i % len(names)] if i < len(names) else f"tp_btf/target_{i}", code) for i in range(550)]
    functions = [(f"p{i}", i + 1, 0, len(code)) for i in range(len(sections))]
    return elf(sections + [("license", b"GPL\0")], functions)


def targets():
    """Very many targets, each a question of its own."""
    code = ZERO + EXIT
    sections = [(f"fentry/function_{i}", code) for i in range(6500)]
    functions = [(f"p{i}", i + 1, 0, len(code)) for i in range(len(sections))]
    return elf(sections + [("license", b"GPL\0")], functions)


def chain():
    """Each program calls the next one, so each has all after it."""
    cnt = 12000
    code = (call(1) + EXIT) * cnt + ZERO + EXIT
    functions = [(f"p{i}", 1, 16 * i, 16) for i in range(cnt + 1)]
    return elf([("raw_tp", code), ("license", b"GPL\0")], functions)


def branches():
    """A branch at each instruction, on what nobody knows."""
    jump = struct.pack("<BBhi", 0x15, 1, 1, 7)
    store = struct.pack("<BBhi", 0x07, 2, 0, 1)
    return one((jump + store) * 60000 + ZERO + EXIT)


def loop():
    """A loop with a counter."""
    body = struct.pack("<BBhi", 0xB7, 1, 0, 0) + struct.pack("<BBhi", 0x07, 1, 0, 1) + helper(5)
    back = struct.pack("<BBhi", 0xA5, 1, -3, 0x7FFFFFFF)
    return one((body + back) * 25000 + ZERO + EXIT)


MAKERS = {"helpers.o": helpers, "contexts.o": contexts, "targets.o": targets, "chain.o": chain, "branches.o": branches,
          "loop.o": loop}
