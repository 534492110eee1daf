#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The site of kcompat in one session of headless Chromium.
usage: tests/site/site.py SITE VERDICTS STORED SNAPSHOTS SCREENSHOTS HOSTILE [AXE.js]

VERDICTS is what `kcompat show --json` and `kcompat show` say of some names (tests/site/site.sh). STORED is for
tests/site/types_and_functions.py. SITE loses some of its data at the end. SNAPSHOTS is the
directory of the probed snapshots that SITE was made from, among others. HOSTILE is a site of a snapshot whose texts are
markup, and loses its data. Prints a line for each thing that is wrong; exit status 1 when there is one."""
import gzip
import json
import os
import pathlib
import random
import sys
import time
import urllib.parse

from objects import check_hostile_objects, check_objects
from types_and_functions import check_missing, check_types
from webdriver import Browser, Failed

problems = []


def check(condition, text):
    if not condition:
        problems.append(text)
        print(text)


class Site:
    def __init__(self, browser, directory):
        self.base = pathlib.Path(directory, "index.html").resolve().as_uri()
        self.browser = browser
        self.browser.size(1280, 800)
        self.load()

    def load(self, route=""):
        """Reads all files again."""
        self.browser.open("about:blank")
        self.browser.open(self.base + route)
        self.browser.wait("return document.body.dataset.ready !== undefined", why=f"{route} is not ready")
        self.settle()

    def open(self, route):
        """Follows a link of the site."""
        self.browser.run("if (location.hash === arguments[0]) dispatchEvent(new Event('hashchange'));"
                         "location.hash = arguments[0]", route)
        self.settle()

    def text(self, selector):
        return self.browser.run("return document.querySelector(arguments[0])?.textContent ?? null", selector)

    def names(self):
        return self.browser.run("return [...document.querySelectorAll('.board tbody th')].map((cell) => cell.textContent)")

    def hash(self):
        return self.browser.run("return decodeURIComponent(location.hash.replaceAll('+', ' '))")

    def evidence(self):
        return self.browser.wait("const panel = document.getElementById('evidence');"
                                 "return !panel.hidden && panel.querySelector('section') && panel.innerText", why="no evidence")

    def settle(self):
        """After a change of the address: what it leads to is drawn in the same turn of the browser."""
        self.browser.run_async("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")


def check_log(browser):
    for entry in browser.log("browser"):
        check(entry["level"] not in ("SEVERE", "WARNING"), f"console: {entry['message']}")
    for entry in browser.log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] in ("Network.requestWillBeSent", "Network.webSocketCreated"):
            params = message["params"]
            url = params["request"]["url"] if "request" in params else params["url"]
            check(url.startswith(("file:", "about:", "data:")), f"asks for {url}")


# What a snapshot says of a cell, as docs/schema/snapshot.json has it.
def evidence_of(snapshot, kind, call, context):
    name, state = context["name"], call["cells"][context["name"]]
    own = snapshot.get("evidence", {}).get(f"{kind}/{call['name']}@{name}")
    if own:
        return own
    for reason in snapshot.get("reasons", []):
        for group in reason["cells"]:
            calls, contexts = group.get(kind + "s", []), group["contexts"]
            if ((calls == ["*"] or call["name"] in calls) and (contexts == ["*"] or name in contexts)
                    and group.get("state", state) == state):
                return reason
    return {"errno": 0, "line": None}


STATES = """
const [label, kind, names] = arguments;
const kernel = kcompat.model.kernels.findIndex((one) => one.label === label);
return names.map((name) => Object.fromEntries(kcompat.model.contexts.map((context) =>
    [context.name, kcompat.state(kcompat.find(kind, name), kernel, context.index).word])));
"""
WHY = """
const [label, kind, asked, done] = arguments;
const kernel = kcompat.model.kernels.findIndex((one) => one.label === label);
Promise.all(asked.map(([name, context]) => {
    const at = kcompat.model.contexts.findIndex((one) => one.name === context);
    return kcompat.why(kcompat.cells(kcompat.find(kind, name), kernel)[at], name);
})).then(done);
"""


def check_truth(site, directory):
    """Every state, and some evidence, is what the snapshot says."""
    dice = random.Random(1)
    cells = 0
    for file, label in (("amd64-5.10-cloud", "5.10 amd64 cloud"), ("arm64-6.12", "6.12 arm64 generic"),
                        ("s390x-7.2", "7.2 s390x generic"), ("amd64-7.3-cloud", "7.3 amd64 cloud")):
        with gzip.open(f"{directory}/{file}.json.gz", "rt") as stream:
            snapshot = json.load(stream)
        contexts = {context["name"]: context for context in snapshot["contexts"]}
        for kind in "kfunc", "helper":
            calls = snapshot[kind + "s"]
            names = [call["name"] for call in calls]
            calls = [call for call in calls if names.count(call["name"]) == 1]
            shown = site.browser.run(STATES, label, kind, [call["name"] for call in calls])
            for call, states in zip(calls, shown):
                told = {context: state for context, state in states.items() if state != "none"}
                cells += len(told)
                check(told == call["cells"], f"{label}: the states of {call['name']} are not the snapshot's")
            asked = [(call, contexts[dice.choice(sorted(call["cells"]))]) for call in dice.sample(calls, min(20, len(calls)))]
            answers = site.browser.run_async(WHY, label, kind, [[call["name"], context["name"]] for call, context in asked])
            for (call, context), found in zip(asked, answers):
                wanted = evidence_of(snapshot, kind, call, context)
                check((found["errno"], found.get("line")) == (wanted["errno"], wanted["line"]),
                      f"{label}: {call['name']} in {context['name']}: {found}, not {wanted}")
    check(cells > 100000, f"only {cells} cells were compared")


def check_matrix(site):
    browser = site.browser
    site.open("#/matrix")
    total = browser.run("return kcompat.ofKind('kfunc').filter((one) => "
                        "kcompat.fact(one, kcompat.model.kernels.length - 1).state !== 'absent').length")
    check(total > 100, f"{total} kfuncs on the newest kernel")
    nodes = browser.run("return document.querySelectorAll('*').length")
    check(nodes < 10000, f"{nodes} elements in the document")
    rows = browser.run("return Number(document.querySelector('[role=grid]').getAttribute('aria-rowcount'))")
    check(rows > len(site.names()), "all rows are in the document: nothing was left out of sight")
    # Scrolled to the end, the last row is there and is the last one.
    browser.run("const box = document.querySelector('.board .scroller'); box.scrollTop = box.scrollHeight")
    browser.wait("return document.querySelector(`[aria-rowindex='${arguments[0]}']`) !== null", rows, why="no last row")

    browser.type("input[name=q]", "cpumask")
    names = site.names()
    check(names and all("cpumask" in name for name in names), f"filter cpumask shows {names[:5]}")
    check("q=cpumask" in site.hash(), "the filter is not in the address")
    browser.type("input[name=q]", "bpf_cpumask_?and")
    check(site.names() == [], "a glob is of the whole name")
    browser.type("input[name=q]", "bpf_cpumask_*and")
    check("bpf_cpumask_and" in site.names(), f"a glob finds {site.names()}")
    browser.type("input[name=q]", "no such name")
    check("No row matches" in site.text(".board"), "an empty table says nothing")
    browser.type("input[name=q]", "")

    browser.type("input[name=context]", "xdp")
    heads = browser.run("return [...document.querySelectorAll('.board thead th[data-column]')].map((cell) => cell.title)")
    check(heads and all(head.startswith("xdp:") for head in heads), f"filter xdp shows {heads[:5]}")
    # Rows out of sight count, too.
    count = "return Number(document.querySelector('[role=grid]').getAttribute('aria-rowcount'))"
    before = browser.run(count)
    browser.click("[data-state=ran]")
    ran = browser.run("return [...document.querySelectorAll('.board tbody tr[data-row]')].map((row) => "
                      "row.querySelectorAll('[aria-label=ran]').length)")
    check(ran and all(ran) and browser.run(count) < before, f"filter by state leaves {ran} of {before}")
    check("states=ran" in site.hash(), "the state is not in the address")
    site.open("#/matrix?states=ran&context=xdp")
    check(browser.run("return document.querySelector('[data-state=ran]').ariaPressed") == "true", "a link loses the state")

    site.open("#/matrix?arch=s390x")
    kernels = browser.run("return [...document.querySelectorAll('select[name=kernel] option')].map((one) => one.value)")
    check(kernels and all(" s390x " in name for name in kernels), f"architecture s390x offers {kernels}")
    site.open("#/matrix?flavor=rt")
    kernels = browser.run("return [...document.querySelectorAll('select[name=kernel] option')].map((one) => one.value)")
    check(kernels and all(name.endswith(" rt") for name in kernels), f"flavor rt offers {kernels}")
    site.open("#/matrix?kind=helper&q=bpf_map_lookup_elem")
    check(site.names() == ["bpf_map_lookup_elem"], f"helpers: {site.names()}")
    # Only who asks for them sees the kfuncs for tests, and they are marked.
    site.open("#/matrix?kernel=6.1+amd64+cloud&q=bpf_kfunc_call_test1")
    check(site.names() == [], f"a kfunc for tests is shown: {site.names()}")
    browser.click("input[name=tests]")
    check(site.names() == ["test bpf_kfunc_call_test1"], f"the kfunc for tests: {site.names()}")
    # Other architectures than the usual one are there on request.
    site.open("#/kernels?context=xdp")
    heads = "return [...document.querySelectorAll('.board thead th[data-column]')].map((cell) => cell.textContent)"
    usual = browser.run(heads)
    check(usual and all(" amd64 " in head for head in usual), f"across kernels: {usual}")
    site.open("#/kernels?context=xdp&arch=all")
    check(len(browser.run(heads)) == browser.run("return kcompat.model.kernels.length"), "not all kernels on request")


CELL = "return document.activeElement?.dataset.column + '/' + (document.activeElement?.closest('tr')?.dataset.row ?? 'head')"


def check_keyboard(site):
    browser = site.browser
    site.open("#/matrix?q=bpf_cpumask&fold=0")
    stops = browser.run("return document.querySelectorAll('[role=grid] [tabindex=\"0\"]').length")
    check(stops == 1, f"{stops} cells in the order of Tab")
    browser.run("document.querySelector('input[name=missing]').focus()")
    for _ in range(20):
        browser.keys("Tab")
        if browser.run("return document.activeElement.matches('[role=grid] *')"):
            break
    check(browser.run(CELL) == "0/0", f"Tab leads to {browser.run(CELL)}")
    for keys, wanted in ((["ArrowRight", "ArrowRight", "ArrowDown"], "2/1"), (["Home"], "0/1"), (["ArrowLeft"], "-1/1"),
                         (["ArrowRight", "ArrowUp", "ArrowUp"], "0/head"), (["ArrowDown"], "0/0")):
        browser.keys(*keys)
        check(browser.run(CELL) == wanted, f"{'+'.join(keys)} leads to {browser.run(CELL)}, not {wanted}")
    browser.keys("Control+End")
    last = browser.run("const table = document.querySelector('[role=grid]');"
                       "return (table.ariaColCount - 2) + '/' + (table.ariaRowCount - 2)")
    check(browser.run(CELL) == last, f"Control+End leads to {browser.run(CELL)}, not {last}")
    browser.keys("Control+Home", "ArrowRight", "Enter")
    shown = site.evidence()
    check("bpf_cpumask_acquire" in shown and "derived" in shown, f"Enter shows {shown!r}")
    browser.keys("Escape")
    check(browser.run("return document.getElementById('evidence').hidden"), "Escape leaves the evidence open")
    check(browser.run(CELL) == "1/0", f"Escape leads to {browser.run(CELL)}")
    check("cell=" not in site.hash(), "the address keeps a cell that was closed")
    browser.keys("/")
    check(browser.run("return document.activeElement.name") == "q", "/ does not lead to the filter")


def check_evidence(site, directory):
    browser = site.browser
    site.open("#/matrix?kernel=7.3+amd64+cloud&q=bpf_cpumask_create&context=xdp")
    with gzip.open(f"{directory}/amd64-7.3-cloud.json.gz", "rt") as stream:
        snapshot = json.load(stream)
    call = next(one for one in snapshot["kfuncs"] if one["name"] == "bpf_cpumask_create")
    context = next(one for one in snapshot["contexts"] if one["name"] == "xdp")
    browser.click(".board td[data-column='0']")
    shown = site.evidence()
    wanted = evidence_of(snapshot, "kfunc", call, context)
    for text in call["cells"]["xdp"], wanted["line"], f"({wanted['errno']})", wanted["rule"], "amd64-7.3-cloud", "probed":
        check(text in " ".join(shown.split()), f"evidence lacks {text!r}: {shown!r}")
    check("cell=kfunc/bpf_cpumask_create@xdp@7.3 amd64 cloud" in site.hash(), f"no cell in {site.hash()}")
    source = browser.wait("return document.querySelector('#evidence .example pre')?.textContent", why="no example")
    check("bpf_cpumask_create(" in source and "SEC(" in source, f"the example is {source!r}")
    labels = browser.run("return [...document.querySelectorAll('#evidence h3')].map((one) => one.textContent)")
    check(labels == ["May the program call it?", "Message that decided", "Asked where and how", "Example"], f"the panel is labelled {labels}")
    # That address opened anew shows the same.
    link = browser.run("return location.hash")
    site.load(link)
    check(site.evidence() == shown, f"a link to a cell shows {site.evidence()!r}")
    check(browser.run("return document.querySelectorAll('.board .chosen').length") == 1, "the linked cell is not marked")
    # A kernel that was only scanned.
    site.open("#/kernels?context=xdp&q=bpf_map_lookup_elem&kind=helper")
    label = browser.run("return kcompat.model.kernels.find((one) => one.sources[0][1] === 'predicted').label")
    browser.run("const head = [...document.querySelectorAll('.board thead th')].find((cell) => cell.textContent === arguments[0]);"
                "document.querySelector(`.board td[data-column='${head.dataset.column}']`).click()", label)
    check("predicted" in site.evidence() and label in site.evidence(), f"{label}: {site.evidence()!r}")


def check_links(site):
    browser = site.browser
    site.open("#/matrix?q=bpf_arena_alloc_pages")
    browser.run("document.querySelector('.board tbody th a').click()")
    site.settle()
    check(site.text("h1") == "bpf_arena_alloc_pages", f"a name leads to {site.text('h1')!r}")
    browser.run("history.back()")
    browser.wait("return location.hash.includes('q=bpf_arena_alloc_pages') && document.querySelector('.board') !== null")
    # The kernels of all signatures together are those that have it, each once.
    texts = browser.run("location.hash = '#/kfunc/bpf_arena_alloc_pages'; return null") or browser.wait(
        "return [...document.querySelectorAll('ol.variants')[0]?.querySelectorAll('small') ?? []].map((one) => one.textContent)")
    listed = [f"{version} {place}" for text in texts for part in text.split("; ")
              for version in part[:part.index(" (")].split() for place in part[part.index("(") + 1:-1].split(", ")]
    wanted = browser.run("const subject = kcompat.find('kfunc', 'bpf_arena_alloc_pages'); return kcompat.model.kernels.filter("
                         "(one) => kcompat.fact(subject, one.index).prototype).map((one) => one.label)")
    check(len(texts) > 1 and sorted(listed) == sorted(wanted), f"the signatures are of {texts}")
    for route, wanted in (("helper/bpf_loop", "bpf_loop"), ("program_type/xdp", "xdp"), ("function/vfs_read", "vfs_read"),
                          ("context/iter%2Ftask", "iter/task"), ("map_type/arena", "arena")):
        site.open("#/" + route)
        check(site.text("h1") == wanted, f"{route} shows {site.text('h1')!r}")
        cells = "return document.querySelectorAll('.timeline:not(.calls) td[class*=\"f-\"]').length"
        check(browser.run(cells) == browser.run("return kcompat.model.series.length"), f"{route}: not one row of kernels")
        browser.click("input[name=all]")
        check(browser.run(cells) == browser.run("return kcompat.model.kernels.length"), f"{route}: not every kernel is in the timeline")
    for route, wanted in (
            ("kfunc/bpf_arena_alloc_pages", ["https://docs.ebpf.io/linux/kfuncs/bpf_arena_alloc_pages/",
                                             "https://elixir.bootlin.com/linux/v7.3/A/ident/bpf_arena_alloc_pages",
                                             "https://git.kernel.org/torvalds/c/317460317a02a1af512697e6e964298dedd8a163"]),
            ("helper/bpf_loop", ["https://docs.ebpf.io/linux/helper-function/bpf_loop/",
                                 "https://git.kernel.org/torvalds/c/e6f2dd0f80674e9d5960337b3e9c2a242441b326"]),
            ("program_type/xdp", ["https://docs.ebpf.io/linux/program-type/BPF_PROG_TYPE_XDP/",
                                  "https://elixir.bootlin.com/linux/v7.3/A/ident/BPF_PROG_TYPE_XDP",
                                  "https://git.kernel.org/torvalds/c/6a773a15a1e8874e5eccd2f29190c31085912c95"]),
            ("context/xdp", [])):
        site.open("#/" + route)
        browser.wait("return document.querySelector('.verdict-lines dd') !== null", why="no verdict")
        links = browser.run("return [...document.querySelectorAll('main a')].map((link) => link.getAttribute('href'))"
                            ".filter((href) => !href.startsWith('#'))")
        check(links == wanted, f"{route} links to {links}")
    # Debug information has the line; what is no path below the tree of the kernel is no link.
    site.open("#/")
    browser.run("""
        const newest = kcompat.model.kernels.length - 1, subject = kcompat.find("function", "vfs_read");
        kcompat.model.kernels[newest].build = "#1 SMP Debian 7.2.12-1";
        kcompat.fact(subject, newest).instances = [{ file: "fs/read_write.c", line: 450 }, { file: "/../x", line: 1 }, { unit: "a.c" }];""")
    site.open("#/function/vfs_read")
    browser.wait("return document.querySelector('.verdict-lines dd') !== null", why="no verdict")
    links = browser.run("return [...document.querySelectorAll('.links a')].map((link) => link.href + ' ' + link.textContent)")
    check(links == ["https://elixir.bootlin.com/linux/v7.2.12/source/fs/read_write.c#L450 fs/read_write.c:450 in Linux 7.2.12"],
          f"the line of vfs_read: {links}")
    site.load("#/")
    site.open("#/kfunc/no_such_kfunc")
    check("None of these kernels" in site.text("main"), "a name that nobody has")
    # Every subject has a page that draws.
    broken = browser.run("""
        const broken = [];
        for (const subject of kcompat.model.subjects) {
            try { pages.subject({ ...app, place: (node) => document.createElement("div").append(node) }, subject.kind, subject.name); }
            catch (error) { broken.push(`${subject.kind} ${subject.name}: ${error}`); }
        }
        return broken;""")
    check(broken == [], f"pages that do not draw: {broken[:5]}")


def check_compare(site):
    browser = site.browser
    site.open("#/compare?a=6.1+amd64+cloud&b=6.12+amd64+cloud&q=bpf_arena_alloc_pages&context=syscall")
    cell = browser.run("return document.querySelector('.board td').ariaLabel")
    wanted = browser.run("""
        const subject = kcompat.find('kfunc', 'bpf_arena_alloc_pages');
        const context = kcompat.model.contexts.findIndex((one) => one.name === 'syscall');
        return ['6.1 amd64 cloud', '6.12 amd64 cloud'].map((label) => kcompat.state(subject,
            kcompat.model.kernels.findIndex((one) => one.label === label), context).word).join(', then ');""")
    check(cell == wanted and cell.startswith("absent, then"), f"6.1 against 6.12: {cell}, not {wanted}")
    browser.click(".board td")
    shown = site.evidence()
    check("6.1 amd64 cloud" in shown and "6.12 amd64 cloud" in shown, f"one kernel is missing: {shown!r}")
    site.open("#/compare?a=6.12+amd64+cloud&b=6.12+amd64+cloud")
    check("No row matches" in site.text(".board"), "a kernel differs from itself")


AXE = """
const done = arguments[0];
axe.run({ preload: false }).then((result) => done([result.passes.map((one) => one.id), result.violations.map((one) =>
    [one.impact, one.id, one.nodes.length, one.nodes[0].target.join(" "), one.nodes[0].failureSummary])]));
"""


def check_access(browser, where):
    passes, violations = browser.run_async(AXE)
    check("color-contrast" in passes and len(passes) > 10, f"{where}: axe-core looked at {passes}")
    for violation in violations:
        check(False, f"{where}: axe-core: {violation}")


# Of a letter on its own axe-core does not tell. https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio
CONTRAST = """
const light = (text) => {
    const [r, g, b] = text.match(/[0-9.]+/g).slice(0, 3).map((part) => part / 255)
        .map((part) => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const styles = kcompat.model.states.slice(1).map((state) => "s-" + state.word)
    .concat("present ok absent unsupported blocked unknown".split(" ").map((word) => "f-" + word));
return styles.map((style) => {
    const cell = document.querySelector(".board tbody tr[data-row]").appendChild(element("td", { class: style }, "x"));
    const { color, backgroundColor } = getComputedStyle(cell);
    const [low, high] = [light(color), light(backgroundColor)].sort((a, b) => a - b);
    cell.remove();
    return [style, backgroundColor.includes(", 0)") ? 0 : (high + 0.05) / (low + 0.05)];
});
"""


def check_verdicts(site, path):
    """A page says the words of `kcompat show`, then what it declares, then the rest."""
    browser = site.browser
    for kind, name, lines in json.loads(pathlib.Path(path).read_text()):
        site.open(f"#/{kind}/{name}")
        browser.wait("return document.querySelector('.verdict-lines dd') !== null", why="no verdict")
        text = " ".join(site.text("main").split())
        for line in lines:
            check(line in text, f"{name}: {line!r} is not in {text[:400]!r}")
    site.open("#/kfunc/bpf_arena_alloc_pages")
    order = browser.run("""
        const article = document.querySelector("article");
        return [".verdict-lines", ".prototype", ".timeline", ".where"].map((part) => [...article.querySelectorAll("*")]
            .indexOf(article.querySelector(part)));""")
    check(order == sorted(order) and order[0] >= 0, f"the order of the parts: {order}")


def check_page(site):
    browser = site.browser
    # Every helper has a prototype of its own.
    lacking = browser.run_async("""
        const done = arguments[0], helpers = kcompat.ofKind("helper");
        Promise.all(helpers.map((one) => kcompat.words(one))).then((list) => done(helpers.map((one, at) => [one.name, list[at].prototype])
            .filter(([name, prototype]) => !prototype?.includes(name + "("))));""")
    check(lacking == [], f"helpers without a prototype: {lacking}")
    site.open("#/helper/bpf_map_lookup_elem")
    browser.wait("return document.querySelector('.prototype') !== null", why="no prototype")
    check(site.text(".prototype") == "void *bpf_map_lookup_elem(struct bpf_map *map, const void *key);", f"{site.text('.prototype')!r}")
    # What is pointed at is written out, and stays in sight as the letters do.
    site.open("#/kfunc/bpf_arena_alloc_pages")
    browser.run("document.querySelector('.calls td').dispatchEvent(new Event('mouseover', {bubbles: true}))")
    told = site.text(".told")
    title = browser.run("return document.querySelector('.calls tbody th').title.split(': ')[1]")
    check(title in told and "6.12 amd64 cloud" in told, f"pointing at {title} shows {told!r}")
    places = browser.run("return ['.where .legend', '.told'].map((part) => getComputedStyle(document.querySelector(part)).position)")
    check(places == ["sticky", "sticky"], f"the legend and what is pointed at are {places}")
    site.open("#/kfunc/bpf_kfunc_call_test1")
    check("for tests of the kernel" in site.text("h1"), f"a kfunc for tests: {site.text('h1')!r}")


def check_front(site):
    browser = site.browser
    site.open("#/")
    options = "return [...document.querySelectorAll('[role=option] b')].map((one) => one.textContent)"
    for text, wanted in (("xdp", ["xdp", "xdp"]), ("bpf_prog_type_xdp", ["xdp"]), ("arena_alloc", ["bpf_arena_alloc_pages"]),
                         ("pages alloc", ["bpf_arena_alloc_pages"]), ("vfs_rea", ["vfs_read"]), ("iter/tas", ["iter/task"]), ("no such", [])):
        browser.type("#find", text)
        found = browser.run(options)
        check(found[:len(wanted)] == wanted and bool(found) == bool(wanted), f"{text!r} finds {found}")
    browser.wait("return document.querySelector('.find').textContent.includes('No name')", why="nothing is said when nothing is found")
    browser.type("#find", "bpf_cpumask")
    found = browser.run(options)
    browser.run("document.getElementById('find').focus()")
    browser.keys("ArrowDown", "ArrowDown", "ArrowUp")
    check(browser.run("return document.getElementById(document.getElementById('find').getAttribute('aria-activedescendant')).textContent")
          .startswith(found[1]), "the arrow keys do not choose")
    browser.keys("Enter")
    site.settle()
    check(site.text("h1") == found[1], f"Enter opens {site.text('h1')!r}, not {found[1]!r}")
    browser.keys("/")
    browser.wait("return document.activeElement.id === 'find'", why="/ does not lead to the search box")
    browser.type("#find", "bpf_cpumask")
    browser.wait("return document.querySelector('[role=option]:last-child').textContent.startsWith('Look inside')", why="types are not searched")
    browser.keys("ArrowUp", "ArrowUp", "Enter")
    site.settle()
    check("q=bpf_cpumask" in site.hash() and site.hash().startswith("#/names"), f"the last option leads to {site.hash()}")
    names = browser.run("return [...document.querySelectorAll('.names a')].map((one) => one.textContent)")
    check(names and all("bpf_cpumask" in name for name in names), f"all names with it: {names[:5]}")
    # What is new is what the last kernel has first. The charts count all other names, too.
    site.open("#/")
    wanted = browser.run("return kcompat.model.subjects.filter((one) => !one.isTest && one.before >= 0 && "
                         "one.first === kcompat.model.series.at(-1).index).map((one) => one.name)")
    shown = browser.run("return [...document.querySelectorAll('[aria-label=New] .chips a')].map((one) => one.textContent)")
    check(wanted and shown[:len(wanted)] == wanted, f"new are {shown}, not {wanted}")
    counts = browser.run("return [...document.querySelectorAll('.chart')].map((one) => [one.querySelector('h3').textContent, "
                         "[...one.querySelectorAll('b')].reduce((sum, number) => sum + Number(number.textContent), 0)])")
    for title, number in counts:
        had = browser.run("return kcompat.model.subjects.filter((one) => kcompat.model.kinds[one.kind] + 's' === arguments[0] && "
                          "!one.isTest && one.first >= 0).length", title)
        check(number == had, f"the chart of {title} counts {number}, not {had}")
    check(len(counts) > 5, f"only {len(counts)} charts")
    # A bar leads to as many names as it says.
    bar = browser.run("const bar = document.querySelector('.chart li:last-child a'); location.hash = bar.hash; return bar.querySelector('b').textContent")
    site.settle()
    check(site.text(".status").startswith(bar + " name"), f"{bar} lead to {site.text('.status')!r}")
    site.open("#/names?tests=1")
    check(browser.run("return document.querySelectorAll('.names a').length") == browser.run("return kcompat.model.subjects.length"),
          "not all names are listed")


ROUTES = {
    "front": "#/", "matrix": "#/matrix", "kernels": "#/kernels?context=xdp", "compare": "#/compare?a=6.1+amd64+cloud&b=6.12+amd64+cloud",
    "kfunc": "#/kfunc/bpf_arena_alloc_pages", "helper": "#/helper/bpf_loop", "function": "#/function/vfs_read", "type": "#/program_type/tracing",
    "names": "#/names?q=arena", "states": "#/kernels?states=unknown,conditional&arch=all",
    "cell": "#/matrix?q=cpumask_create&cell=kfunc/bpf_cpumask_create%40xdp%407.3+amd64+cloud",
    "struct": "#/struct/bpf_map", "stored": "#/function/tcp_v4_rcv", "objects": "#/objects",
    "differences": "#/compare?a=6.1+amd64+cloud&b=6.12+amd64+cloud&q=arena&context=xdp&types=1&type=bpf_*"}
# What is looked at for a person, in both colours. The others differ in nothing that these do not have.
PICTURES = {1280: ROUTES.keys(), 360: ("front", "kfunc", "matrix", "cell", "struct", "stored", "differences", "objects"), 1920: ("front", "kfunc", "matrix")}
# axe-core looks at each cell for milliseconds: tables with few of them.
AXE_ROUTES = {
    "front": "#/", "matrix": "#/matrix?q=bpf_cpumask_first&context=xdp", "compare": "#/compare?a=6.1+amd64+cloud&b=6.12+amd64+cloud&q=arena&context=xdp",
    "kfunc": "#/kfunc/bpf_cpumask_first", "type": "#/program_type/xdp", "function": "#/function/vfs_read", "names": "#/names?q=arena",
    "cell": "#/matrix?q=bpf_cpumask_create&context=xdp&cell=kfunc/bpf_cpumask_create%40xdp%407.3+amd64+cloud",
    "struct": "#/struct/bpf_map", "stored": "#/function/tcp_v4_rcv", "objects": "#/objects?q=bio&kernel=cloud",
    "differences": "#/compare?a=6.1+amd64+cloud&b=6.12+amd64+cloud&q=arena&context=xdp&types=1&type=bpf_map*"}
AXE_NARROW = ("front", "kfunc", "struct", "stored", "objects", "cell", "names") # with another layout than on a wide screen


def show(site, name, route):
    site.open(route)
    if "cell=" in route:
        site.evidence()
    if name == "objects":
        site.browser.wait("return document.querySelector('.board td') !== null", why="no objects")
    if name == "differences":
        site.browser.wait("return document.querySelector('.differences details') !== null", why="no differences")
        site.browser.run("document.querySelector('.differences details').open = true")
    if name in ("kfunc", "helper", "type", "function", "struct", "stored"):
        site.browser.wait("return document.querySelector('.verdict-lines dd') !== null", why="no verdict")
    site.settle()


def check_colours(site, screenshots, axe):
    """Contrast and the rest of axe-core's rules, and no sideways scrolling, in both colours and all widths."""
    browser = site.browser
    for scheme in "light", "dark":
        browser.colours(scheme)
        browser.size(1280, 800)
        site.open("#/matrix")
        for style, ratio in browser.run(CONTRAST):
            check(ratio >= 4.5, f"{style}, {scheme}: contrast {ratio:.2f}")
        for width, height in (1280, 800), (360, 740), (1920, 1080):
            browser.size(width, height)
            for name, route in ROUTES.items():
                if name not in PICTURES[width] and scheme == "dark":
                    continue
                show(site, name, route)
                wide = browser.run("return document.documentElement.scrollWidth - innerWidth")
                check(wide <= 0, f"{name}, {width} px, {scheme}: {wide} px too wide")
                if name in PICTURES[width]:
                    browser.screenshot(f"{screenshots}/{name}-{width}-{scheme}.png")
            # At 360 px the colours are those of 1280 px.
            if axe and (width == 1280 or (width == 360 and scheme == "light")):
                browser.run(axe + "; window.axe = axe; return null")
                for name in AXE_ROUTES if width == 1280 else AXE_NARROW:
                    show(site, name, AXE_ROUTES[name])
                    check_access(browser, f"{name}, {width} px, {scheme}")
    browser.size(1280, 800)
    # The search box with its names.
    site.open("#/")
    browser.type("#find", "cpumask")
    if axe:
        check_access(browser, "the search box")
    browser.screenshot(f"{screenshots}/search-1280-dark.png")
    # The switch goes round: as the system has it (dark now), light, dark.
    papers = []
    for _ in range(3):
        papers.append(browser.run("return getComputedStyle(document.body).backgroundColor"))
        browser.run("document.getElementById('theme').click()")
    check(papers[0] == papers[2] != papers[1], f"the switch of colours: {papers}")


def check_speed(site):
    # Other work on the machine makes it slower, so one good time is enough.
    times = []
    while len(times) < 20 and min(times, default=1000) >= 1000:
        site.load()
        times.append(site.browser.run("return performance.now()"))
    check(min(times) < 1000, f"opens in {min(times):.0f} ms")


def check_hostile(browser, directory):
    """A snapshot whose every text is markup that would set window.hacked."""
    site = Site(browser, directory)
    for route in "#/matrix?absent=1&missing=1", "#/kernels?arch=all", "#/compare", "#/names", "#/":
        site.open(route)
    for kind, name in browser.run("return kcompat.model.subjects.map((one) => [one.kind, one.name])"):
        site.open("#/" + kind + "/" + urllib.parse.quote(name, safe=""))
        check(site.text("h1").startswith(name), f"page of {name}: {site.text('h1')!r}")
    name = browser.run("return kcompat.model.subjects.find((one) => one.kind === 'kfunc' && "
                       "kcompat.fact(one, 0).prototype?.includes('onerror')).name")
    site.open(f"#/kfunc/{name}")
    check("</code></pre></script><img" in site.text(".prototype"), f"the prototype is {site.text('.prototype')!r}")
    site.open(f"#/matrix?absent=1&missing=1&fold=0&q={name}")
    check("onerror" in site.text(".status"), f"the release is {site.text('.status')!r}")
    browser.click(".board td[data-column='0']")
    check("</b><script>" in site.evidence(), f"the evidence is {site.evidence()!r}")
    check_hostile_objects(site, check)
    check(browser.run("return window.hacked") is None, "markup of a snapshot was run")
    check(browser.run("return document.querySelectorAll('img, b b').length") == 0, "markup of a snapshot was taken for markup")


def check_broken(browser, directory):
    """What a person reads when files of data/ are missing; the directory loses them."""
    pathlib.Path(directory, "data/evidence.js").unlink()
    pathlib.Path(directory, "data/texts.js").unlink()
    site = Site(browser, directory)
    site.open("#/matrix?absent=1&fold=0")
    browser.run("document.querySelector('.board td:not(.s-absent):not(.s-none)').click()")
    text = browser.wait("return document.querySelector('#evidence [role=alert]')?.textContent", why="no alert")
    check("data/evidence.js could not be read" in text, f"without evidence.js: {text!r}")
    browser.run("location.hash = document.querySelector('.board tbody th a').getAttribute('href')")
    text = browser.wait("return document.querySelector('main [role=alert]')?.textContent", why="no alert")
    check("data/texts.js could not be read" in text, f"without texts.js: {text!r}")
    pathlib.Path(directory, "data/core.js").unlink()
    browser.open("about:blank")
    browser.open(site.base)
    text = browser.wait("return document.querySelector('main [role=alert]')?.textContent", why="no alert")
    check("data/core.js could not be read" in text, f"without core.js: {text!r}")


def main(directory, verdicts, stored, snapshots, screenshots, evil, axe=None):
    browser = Browser(arguments=["--no-sandbox"] if os.geteuid() == 0 else [])
    begin = time.monotonic()
    try:
        site = Site(browser, directory)
        for check_part in (
                lambda: check_front(site), lambda: check_matrix(site), lambda: check_truth(site, snapshots),
                lambda: check_evidence(site, snapshots), lambda: check_keyboard(site), lambda: check_links(site),
                lambda: check_verdicts(site, verdicts), lambda: check_page(site), lambda: check_compare(site),
                lambda: check_types(site, check, stored), lambda: check_objects(site, check, "data/checks"),
                lambda: check_colours(site, screenshots, pathlib.Path(axe).read_text() if axe else None),
                lambda: check_speed(site), lambda: check_hostile(browser, evil)):
            check_part()
            if os.environ.get("KCOMPAT_SITE_TIMES"):
                print(f"{time.monotonic() - begin:.1f} s", file=sys.stderr)
        check_log(browser)
        check_broken(browser, evil)
        check_missing(Site(browser, directory), check, directory)
    except Failed as error:
        check(False, f"the browser: {error}")
    finally:
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
    sys.exit(1 if problems else 0)
