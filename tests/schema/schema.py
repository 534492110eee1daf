#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Validates JSON documents against a JSON Schema: schema.py [--as-published] SCHEMA FILE...

The schemas are published for readers: they take what a later version adds. Without --as-published, they are made
strict first: objects have no other keys than those that are listed, and nothing is of a later version.

A FILE that ends in .jsonl holds one document a line; "-" is the standard input. Exit status: 0 all
valid, 1 some not (each mistake is told with its place), 2 wrong use or a file that cannot be read.
"""
import json
import sys

MISTAKES_SHOWN = 10
VALUE_SHOWN = 200

try:
    import jsonschema
except ImportError:
    print("schema.py: no module jsonschema (apt-get install python3-jsonschema)", file=sys.stderr)
    sys.exit(2)


def fail(message):
    print("schema.py: " + message, file=sys.stderr)
    sys.exit(2)


def unique(pairs):
    """JSON objects with a key twice lose one silently: a writer's mistake."""
    result = dict(pairs)
    if len(result) != len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError("key twice: " + next(key for key in keys if keys.count(key) > 1))
    return result


def strict(schema):
    """The same schema, for the output of this version."""
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("$ref", "").startswith("#/$defs/later"):
        return False
    result = {key: strict(part) for key, part in schema.items()}
    if "properties" in schema and "object" in schema.get("type", []):
        result.setdefault("additionalProperties", False)
    return result


def documents(path):
    """Yields (name, document)."""
    with sys.stdin if path == "-" else open(path, encoding="utf-8") as file:
        text = file.read()
    if not path.endswith(".jsonl"):
        yield path, json.loads(text, object_pairs_hook=unique)
        return
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        raise ValueError("no document in it")
    for number, line in enumerate(lines, 1):
        yield f"{path}:{number}", json.loads(line, object_pairs_hook=unique)


def place(error):
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.path) or "."


def check(validator, name, document):
    errors = sorted(validator.iter_errors(document), key=lambda error: [str(part) for part in error.path])
    for error in errors[:MISTAKES_SHOWN]:
        message = error.message
        if len(message) > VALUE_SHOWN:
            message = message[:VALUE_SHOWN] + "..."
        print(f"{name}: {place(error)}: {message}", file=sys.stderr)
    if len(errors) > MISTAKES_SHOWN:
        print(f"{name}: and {len(errors) - MISTAKES_SHOWN} more", file=sys.stderr)
    return not errors


def main():
    arguments = sys.argv[1:]
    as_published = arguments[:1] == ["--as-published"]
    if as_published:
        del arguments[0]
    if len(arguments) < 2:
        fail("usage: schema.py [--as-published] SCHEMA FILE...")
    try:
        with open(arguments[0], encoding="utf-8") as file:
            schema = json.load(file, object_pairs_hook=unique)
        jsonschema.Draft202012Validator.check_schema(schema)
    except (OSError, ValueError, jsonschema.SchemaError) as error:
        fail(f"{arguments[0]}: {getattr(error, 'message', None) or getattr(error, 'strerror', None) or error}")
    validator = jsonschema.Draft202012Validator(schema if as_published else strict(schema))
    valid = True
    for path in arguments[1:]:
        try:
            for name, document in documents(path):
                valid = check(validator, name, document) and valid
        except OSError as error:
            fail(f"{path}: {error.strerror}")
        except ValueError as error:
            print(f"{path}: no JSON: {error}", file=sys.stderr)
            valid = False
    sys.exit(0 if valid else 1)


main()
