#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Prints a store of snapshots as SQL of PostgreSQL, with the same tables and views: to_postgresql.py fleet.db | psql kcompat"""
import re
import sqlite3
import sys


def field(value):
    """A value in the text form of COPY."""
    if value is None:
        return r"\N"
    return re.sub(r"[\\\n\r\t]", lambda found: {"\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t"}[found[0]], str(value))


store = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
objects = store.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid").fetchall()
sys.stdout.reconfigure(encoding="utf-8")
print("BEGIN;\nSET client_encoding = 'UTF8';")
for kind, name, sql in objects:
    if kind != "table":
        continue
    print(sql.replace(" WITHOUT ROWID", "").replace("INTEGER", "BIGINT") + ";")
    print(f"COPY {name} FROM stdin;")
    for row in store.execute(f"SELECT * FROM {name}"):
        print("\t".join(map(field, row)))
    print(r"\.")
for kind, name, sql in objects:
    if kind != "table":
        print(sql.replace("unicode(", "ascii(") + ";")
print("COMMIT;\nANALYZE;")
