#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes the snapshots of a fleet that does not exist: fleet_hosts.py DIR COUNT SNAPSHOT...

Writes DIR/ROLE-NUMBER.json.gz for COUNT hosts. They run the kernels of the given probes, the first ones more often, and
differ as real ones do: lockdown, the JIT, loaded modules, the BPF LSM, a probe without privileges. Equal hosts are links to
one file. The same arguments make the same fleet.
"""
import gzip
import json
import os
import random
import sys

ROLES = {"db": [], "web": ["nf_conntrack", "nf_nat"], "lb": ["nf_conntrack", "nf_nat", "tcp_bbr"], "k8s": ["nf_conntrack", "nf_nat", "xfrm_interface"]}
LISTS = "map_types", "link_types", "program_types", "attach_types", "features", "contexts"


def variant(document, lockdown, jit, modules, privileged, lsm):
    """The document of a host with these settings."""
    changed = dict(document)
    environment = changed["environment"] = dict(document["environment"], lockdown=lockdown)
    if environment["jit"] != "none":
        environment["jit"] = jit
    environment["lsm"] = [name for name in environment["lsm"] or [] if lsm or name != "bpf"]
    changed["kfuncs"] = [kfunc for kfunc in document["kfuncs"] if kfunc["module"] == "vmlinux" or kfunc["module"] in modules]
    if not privileged:
        environment["capabilities"] = []
        for key in LISTS:
            changed[key] = [dict(one, state="blocked", errno=1, reason="no CAP_BPF") for one in document[key]]
    for key in "kfuncs", "helpers":
        if not privileged or (key == "kfuncs" and jit == "0"):
            changed[key] = [dict(call, cells={context: "blocked" for context in call["cells"]}) for call in changed[key]]
    if not privileged or jit == "0":
        changed["reasons"] = [{"errno": 1, "line": "no CAP_BPF" if jit != "0" else "the JIT is off", "rule": "policy",
                               "cells": [{"kfuncs": ["*"], "contexts": ["*"], "state": "blocked"}]}]
    return changed


def main():
    directory, count, paths = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    documents = {}
    for path in paths:
        with (gzip.open if path.endswith(".gz") else open)(path) as file:
            documents[path] = json.load(file)
    chance = random.Random(7)
    weights = [8 if at < 4 else 4 if at < 12 else 1 for at in range(len(paths))]
    made = {}
    os.makedirs(directory, exist_ok=True)
    for number in range(count):
        role = chance.choices(list(ROLES), [3, 4, 1, 6])[0]
        modules = set(ROLES[role]) | ({"tcp_bbr"} if chance.random() < .03 else set())
        key = (chance.choices(paths, weights)[0], chance.choices(["none", "integrity", "confidentiality"], [85, 11, 4])[0],
               "0" if chance.random() < .02 else "1", tuple(sorted(modules)), chance.random() > .03, chance.random() < .4)
        path = f"{directory}/{role}-{number:04}.json.gz"
        if key in made:
            os.symlink(os.path.basename(made[key]), path)
            continue
        made[key] = path
        text = json.dumps(variant(documents[key[0]], *key[1:]), separators=(",", ":"))
        with open(path, "wb") as file:
            file.write(gzip.compress(text.encode(), 1))
    print(f"{count} hosts, {len(made)} different ones")


main()
