# SPDX-License-Identifier: GPL-2.0-or-later
"""The tables of BPF objects in the site (tests/site/site.py), against the documents that they were made from."""
import gzip
import json
import pathlib

WORDS = """
const done = arguments[0];
Promise.all(kcompat.model.checks.map((_, number) => kcompat.readCheck(number))).then((list) => done(list.map((check) =>
    objects.rowsOf(check).map((row) => [row.object, row.name, row.cells.map((cell) => objects.stateOf(cell).word)]))));
"""


def word_of(cell):
    if cell["load"] == "met":
        return {"met": "ok", "unmet": "no attach"}.get(cell["attach"], "loads")
    return {"unmet": "fails", "conditional": "depends"}.get(cell["load"], cell["load"])


def check_objects(site, check, directory):
    browser = site.browser
    files = sorted(pathlib.Path(directory).glob("*.json.gz"))
    documents = [json.loads(gzip.decompress(file.read_bytes())) for file in files]
    titles = browser.run("return kcompat.model.checks.map((one) => one.title)")
    check(files and titles == [file.name.removesuffix(".json.gz") for file in files], f"the site has the objects {titles}")
    for file, shown, document in zip(files, browser.run_async(WORDS), documents):
        wanted = [[one["name"], program["name"], [word_of(cell) for cell in program["kernels"]]]
                  for one in document["objects"] for program in one["programs"]]
        check(len(wanted) > 300 and shown == wanted, f"{file.name}: other states than those of the document")
    site.open("#/")
    browser.run("[...document.querySelectorAll('.tables a')].find((link) => link.hash === '#/objects').click()")
    browser.wait("return document.querySelector('.board td') !== null", why="no table of objects")
    check(browser.run("return document.querySelector('[data-view=objects]').ariaCurrent") == "page", "the table is not the current view")
    rows = browser.run("return Number(document.querySelector('[role=grid]').getAttribute('aria-rowcount')) - 1")
    check(rows == sum(len(one["programs"]) for one in documents[0]["objects"]), f"{rows} programs")
    browser.click("[data-state=fails]")
    words = browser.run("return [...document.querySelectorAll('.board tbody tr[data-row]')].map((row) => row.querySelectorAll('[aria-label=fails]').length)")
    check(words and all(words), "the filter leaves programs that do not fail")
    # The panel has the words of the need that fails.
    label, name, kernel = browser.run("""
        const cell = document.querySelector(".board td[aria-label=fails]"), row = cell.closest("tr").querySelector("th");
        const head = document.querySelectorAll(".board thead th[data-column]")[cell.dataset.column].getAttribute("aria-label");
        cell.click();
        return [row.textContent, row.textContent.split(" ").at(-1), head];""")
    shown = " ".join(site.evidence().split())
    at = next(number for number, one in enumerate(documents[0]["kernels"]) if one["name"] == kernel)
    program = next(one for entry in documents[0]["objects"] for one in entry["programs"] if one["name"] == name
                   and label.startswith(entry["name"].split("-libbpf")[0]) and one["kernels"][at]["load"] == "unmet")
    need = next(one for one in program["kernels"][at]["needs"] if one["state"] == "unmet")
    for text in need["name"], need["reason"], program["section"], kernel:
        check(" ".join(text.split()) in shown, f"{label} on {kernel}: {text!r} is not in {shown!r}")
    browser.keys("Escape")
    site.open("#/objects?q=opensnoop&kernel=6.12")
    browser.wait("return document.querySelector('.board td') !== null", why="no table of opensnoop")
    names = site.names()
    heads = browser.run("return [...document.querySelectorAll('.board thead th[data-column]')].map((cell) => cell.getAttribute('aria-label'))")
    check(names and all("opensnoop" in one for one in names) and heads and all("6.12" in one for one in heads), f"the filters leave {names}, {heads}")


def check_hostile_objects(site, check):
    """Every text of the document is markup."""
    site.open("#/objects")
    site.browser.wait("return document.querySelector('.board td') !== null", why="no hostile table")
    site.browser.click(".board td")
    check("<img" in site.evidence() and "<img" in site.text(".board"), "the names are not shown")
    check(site.browser.run("return window.hacked") is None, "markup of a result of check was run")
    site.browser.run("document.querySelector('#evidence .close').click()")
