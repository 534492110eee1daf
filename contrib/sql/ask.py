#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Asks a store of snapshots the questions of a file: ask.py STORE QUESTIONS [NUMBER]... Prints each with its time."""
import sqlite3
import sys
import time

store = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
for question in open(sys.argv[2], encoding="utf-8").read().split("\n\n-- ")[1:]:
    title, sql = question.split("\n", 1)
    if sys.argv[3:] and title.split(".")[0] not in sys.argv[3:]:
        continue
    start = time.monotonic()
    rows = store.execute(sql).fetchall()
    print(f"{title} ({(time.monotonic() - start) * 1000:.1f} ms)")
    for row in rows:
        print("   ", *row)
