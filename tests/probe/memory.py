#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Lets allocations of a program fail, one or two in each run, or one and all after it, and compares with a clean run.

usage: memory.py LIBRARY COUNT COMMAND...     COUNT allocations, evenly spread; 0: each. Prints what is wrong and a
line of figures

A run may end with an error, or say less: "unknown" for any answer. It may not crash, hang, or say anything else.
A store that a command writes (--store FILE, db add FILE) is then that of a clean run, or, after an error, as it was.
Exit status: 0 nothing is wrong; 1 something is.
"""
import json
import os
import subprocess
import sys
import tempfile

library, wanted, command = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
ANSWERS = ("result", "verdict", "state", "status", "load", "attach")
SECONDS = 60
STORE = (command[command.index("--store") + 1] if "--store" in command else
         command[3] if command[1:3] == ["db", "add"] else None)


def content(path):
    """None: no such file."""
    if not os.path.exists(path):
        return None
    with open(path, "rb") as file:
        return file.read()


before = content(STORE) if STORE else None


def put_back():
    if STORE and before is not None:
        with open(STORE, "wb") as file:
            file.write(before)
    elif STORE and os.path.exists(STORE):
        os.unlink(STORE)


def run(**fail):
    with tempfile.NamedTemporaryFile() as count:
        return run_counted(dict({"FAIL_COUNT": count.name}, **fail))


def run_counted(fail):
    environment = dict(os.environ, LD_PRELOAD=library, **fail)
    put_back()
    try:
        done = subprocess.run(command, env=environment, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return None, b"", b""
    return done.returncode, done.stdout, done.stderr


def answers(value, path=""):
    """The answers of a document, by their paths. Elements of lists go by their names."""
    if isinstance(value, dict):
        for key, member in value.items():
            inside = path.rsplit("/", 1)[-1] == "cells"
            if isinstance(member, str) and (key in ANSWERS or inside):
                yield path + "/" + key, member
            else:
                yield from answers(member, path + "/" + key)
    elif isinstance(value, list):
        for i, member in enumerate(value):
            name = member.get("name", member.get("requirement", i)) if isinstance(member, dict) else i
            yield from answers(member, f"{path}/{name}")


def wrong_answer(clean, text):
    try:
        found = dict(answers(json.loads(text)))
    except ValueError as error:
        return f"no JSON: {error}"
    for path, answer in found.items():
        if clean.get(path) != answer and answer != "unknown":
            return f"{path}: {answer}, {clean.get(path)} in a clean run"
    return None


def judge(clean, status, output, message):
    if status is None:
        return f"no end after {SECONDS} s"
    if status < 0 or status > 3:
        return f"ended by {status}"
    if b"Sanitizer" in message or b"runtime error" in message:
        return message.decode(errors="replace").splitlines()[0]
    if STORE and content(STORE) != (before if status == 2 else written):
        return f"status {status}, and the store is another one"
    if status == 2:
        return None if len(message.split()) > 1 else "an error without a message"
    return None if STORE else wrong_answer(clean, output)


with tempfile.NamedTemporaryFile() as count:
    status, output, message = run(FAIL_COUNT=count.name)
    total = int.from_bytes(count.read(), sys.byteorder)
written = content(STORE) if STORE else None
clean = {} if STORE else dict(answers(json.loads(output)))
if status == 2 or not (written or clean) or not total:
    sys.exit(f"the clean run gives no answer: {message.decode(errors='replace')}")
step = max(1, total // wanted) if wanted else 1
runs = errors = bad = 0
for number in range(1, total + 1, step):
    for fail in ({}, {"FAIL_TWICE": "1"}, {"FAIL_ON": "1"}):
        fail = dict(FAIL_AT=str(number), **fail)
        status, output, message = run(**fail)
        complaint = judge(clean, status, output, message)
        runs += 1
        errors += status == 2
        if complaint:
            bad += 1
            print(f"{' '.join(f'{k}={v}' for k, v in fail.items())}: {complaint}")
put_back()
print(f"# {' '.join(command[:3])}: {total} allocations, {runs} runs, {errors} ended with an error, {bad} wrong")
sys.exit(bad > 0)
