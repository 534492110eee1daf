#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Prints requirements of all kinds that the snapshots SNAPSHOT... can answer, evenly chosen: at most 2,200."""
import gzip
import json
import sys

LISTS = {"prog": "program_types", "map": "map_types", "attach": "attach_types", "link": "link_types", "feature": "features",
         "func": "functions", "context": "contexts"}
lines = {"?cap:CAP_BPF", "?active-lsm:bpf", "?sysctl:net.core.bpf_jit_enable", "?tag:percpu_kptr", "?map:ringbuf(65536)",
         "?kfunc:bpf_nothing", "?helper:bpf_lop@xdp", "?attach:fentry/vfs_read", "?context:lsm/file_open",
         "?config:CONFIG_NOTHING", "?func:nf_conntrack_in"}
for path in sys.argv[1:]:
    with gzip.open(path) as file:
        snapshot = json.load(file)
    for kind in "kfunc", "helper":
        for at, call in enumerate(snapshot[kind + "s"]):
            contexts = sorted(call["cells"])
            lines |= {f"?{kind}:{call['name']}@{context}" for context in contexts[at % 37::37]}
            lines.add(f"?{kind}:{call['name']}")
    for kind, key in LISTS.items():
        lines |= {f"?{kind}:{one['name']}" for one in snapshot[key]}
    lines |= {f"?config:{option}" for option in sorted(snapshot["config"])[::97]}
ordered = sorted(lines)
step = max(1, -(-len(ordered) // 2200))
print("\n".join(ordered[::step]))
