#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Is a report of requirements what its consumer reads? The rules are those of the consumer's own parser or schema.
usage: formats.py FORMAT FACTS <REPORT; FACTS is the matrix of the same question as JSON (kcompat/matrix/1)"""

import csv
import io
import json
import re
import sys
import urllib.parse
import xml.etree.ElementTree

TEXT = sys.stdin.buffer.read().decode()
MATRIX = json.load(open(sys.argv[2], encoding="utf-8"))
KERNELS = {kernel["kernel"]["name"]: kernel for kernel in MATRIX["kernels"]}
COUNTS = MATRIX["verdict"] != "satisfied"
HIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def outcome(kernel, answer):
    """What a test case of JUnit has for the answer; None: it has passed."""
    if answer["result"] == "yes":
        return None
    if answer["optional"] or not COUNTS or kernel.get("accepted"):
        return "skipped"
    return "failure" if answer["result"] == "no" else "error"


def troubles():
    """(requirement, result, counts, names of kernels) for each annotation that is expected."""
    seen = set()
    for at, first in enumerate(next(iter(KERNELS.values()))["requirements"]):
        key = (first["requirement"], first["flag"], first["optional"])
        if key in seen:
            continue
        seen.add(key)
        for result in ("no", "unknown"):
            names = [name for name, kernel in KERNELS.items() if kernel["requirements"][at]["result"] == result]
            counts = any(outcome(KERNELS[name], KERNELS[name]["requirements"][at]) != "skipped" for name in names)
            if names:
                yield first["requirement"], result, counts, names


def check_junit():
    """Ant's schema: attributes and the order of elements; and the counts that Jenkins adds up."""
    root = xml.etree.ElementTree.fromstring(TEXT)
    assert root.tag == "testsuites"
    assert len(root) == len(KERNELS)
    for at, (suite, kernel) in enumerate(zip(root, KERNELS.values())):
        assert set(suite.attrib) == set("name id package timestamp hostname tests failures errors skipped time".split())
        assert suite.get("id") == str(at)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.get("timestamp"))
        cases = suite.findall("testcase")
        assert [child.tag for child in suite] == ["properties"] + ["testcase"] * len(cases) + ["system-out", "system-err"]
        assert len(cases) == int(suite.get("tests")) == len(kernel["requirements"])
        for word, attribute in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
            assert len(suite.findall("testcase/" + word)) == int(suite.get(attribute)), word
        for case, answer in zip(cases, kernel["requirements"]):
            assert set(case.attrib) == {"name", "classname", "time"}
            found = [child.tag for child in case]
            assert found == [word for word in [outcome(kernel, answer)] if word], (found, answer)
            for child in case:
                assert child.get("message")
                if child.tag != "skipped":
                    assert child.get("type") in ("missing", "unknown") and child.text == child.get("message")


def check_sarif():
    """What SARIF 2.1.0 demands of the parts that are used."""
    document = json.loads(TEXT)
    assert document["version"] == "2.1.0" and document["$schema"].startswith("https://")
    assert set(document) == {"$schema", "version", "runs"}
    (run,) = document["runs"]
    driver = run["tool"]["driver"]
    ids = [rule["id"] for rule in driver["rules"]]
    assert driver["name"] and len(set(ids)) == len(ids)
    assert run["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints")
    assert len(run["results"]) == len(list(troubles()))
    for result, (requirement, answer, counts, names) in zip(run["results"], troubles()):
        assert ids[result["ruleIndex"]] == result["ruleId"] == ("missing" if answer == "no" else "unknown")
        assert result["level"] == ("note" if not counts else "error" if answer == "no" else "warning")
        assert result["message"]["text"].startswith(requirement[:20]) or HIDDEN.search(requirement)
        assert result["properties"]["kernels"] == names
        assert all(isinstance(value, str) for value in result["partialFingerprints"].values())
        for location in result["locations"]:
            place = location["physicalLocation"]
            assert place["region"]["startLine"] >= 1
            uri = place["artifactLocation"]["uri"]
            assert re.fullmatch(r"(file://)?[A-Za-z0-9._~/%-]+", uri), uri
            assert ("uriBaseId" in place["artifactLocation"]) == (not uri.startswith("file:"))
    prints = [json.dumps(result["partialFingerprints"]) for result in run["results"]]
    assert len(set(prints)) == len(prints)


def unescape(text):
    return urllib.parse.unquote(text)


def check_github():
    """actions/runner: a line is '::COMMAND PROPERTIES::MESSAGE'. It shows ten of a kind in a step."""
    kinds = {"error": [], "warning": [], "notice": []}
    for line in TEXT.splitlines():
        match = re.fullmatch(r"::(error|warning|notice) ([^:]*)::(.+)", line)
        assert match, line
        properties = dict(part.split("=", 1) for part in match[2].split(","))
        assert set(properties) in ({"file", "line", "title"}, {"title"}), properties
        assert int(properties.get("line", 1)) >= 1
        kinds[match[1]].append((unescape(properties["title"]), unescape(match[3])))
    expected = {"error": 0, "warning": 0, "notice": 0}
    for _, answer, counts, _ in troubles():
        expected["notice" if not counts else "error" if answer == "no" else "warning"] += 1
    for kind, lines in kinds.items():
        assert len(lines) == min(expected[kind], 10), (kind, len(lines), expected[kind])
        if expected[kind] > 10:
            assert lines[-1][1].startswith(f"{expected[kind] - 9} more")


def check_prometheus():
    """The text format: metrics in groups, no series twice, and values of the answers."""
    series = {}
    metrics = []
    for line in TEXT.splitlines():
        if line.startswith("# TYPE "):
            metrics.append(line.split()[2])
            assert line.split()[3] == "gauge"
        elif not line.startswith("# HELP "):
            match = re.fullmatch(r'([a-z_]+)\{((?:[a-z]+="(?:[^"\\\n]|\\["\\n])*",?)+)\} (-?[01])', line)
            assert match and match[1] == metrics[-1], line
            assert line.rsplit(" ", 1)[0] not in series, line
            series[line.rsplit(" ", 1)[0]] = int(match[3])
    assert metrics == ["kcompat_requirement", "kcompat_verdict", "kcompat_kernel_info"]
    values = {"satisfied": 1, "missing": 0, "unknown": -1}
    assert [value for name, value in series.items() if name.startswith("kcompat_verdict{")] == [
        values[kernel["verdict"]] for kernel in KERNELS.values()]


def check_csv():
    """RFC 4180: all lines have the fields of the first one."""
    rows = list(csv.reader(io.StringIO(TEXT), strict=True))
    assert all(len(row) == len(rows[0]) for row in rows)
    found = [[row[4], row[6], row[7]] for row in rows[1:]]
    expected = [[str(bool(kernel.get("accepted"))).lower(), str(answer["optional"]).lower(), answer["result"]]
                for kernel in KERNELS.values() for answer in kernel["requirements"]]
    assert found == expected
    assert not any(field[:1] in "=+-@" for row in rows for field in row if field)


def check_md():
    """A table: all lines have the cells of the first one."""
    table = TEXT.split("\n\n")[0].splitlines()
    cells = [len(re.findall(r"(?<!\\)\|", line)) for line in table]
    assert len(table) == len(KERNELS) + 2 and len(set(cells)) == 1, cells


def check_nfd():
    """Labels of Kubernetes, in a file that NFD reads."""
    name = "[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
    (kernel,) = KERNELS.values()
    labels = {}
    for line in TEXT.splitlines():
        key, value = line.split("=", 1)
        assert re.fullmatch(name, key) and re.fullmatch(name, value), line
        assert key not in labels, line
        labels[key] = value
    assert labels.pop("kcompat") == kernel["verdict"]
    assert list(labels.values()) == [answer["result"] for answer in kernel["requirements"]]
    assert len(TEXT.encode()) <= 64 * 1024


assert not HIDDEN.search(TEXT), HIDDEN.search(TEXT)
{"junit": check_junit, "sarif": check_sarif, "github": check_github, "prometheus": check_prometheus, "csv": check_csv,
 "md": check_md, "nfd": check_nfd}[sys.argv[1]]()
