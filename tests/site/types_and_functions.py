# SPDX-License-Identifier: GPL-2.0-or-later
"""Types and functions of stored kernels in the site (tests/site/site.py). STORED is what `kcompat show` and
`kcompat diff` say of some of them (tests/site/site.sh)."""
import json
import pathlib
import urllib.parse

OPTIONS = "return [...document.querySelectorAll('[role=option]')].map((one) => one.querySelector('b')?.textContent ?? one.textContent)"
READY = "return document.querySelector('article .verdict-lines dd, article .note') !== null"
LISTED = """
return Object.fromEntries([...document.querySelectorAll('.names section')].map((section) => [section.querySelector('h2').textContent,
    [...section.querySelectorAll('a')].map((link) => decodeURIComponent(link.hash))]));
"""
DIFFERENCES = """
const [a, b, done] = arguments, kernel = (label) => kcompat.model.kernels.find((one) => one.label === label);
kcompat.allNames().then((all) => {
    const found = types.differences(all, kernel(a), kernel(b), () => true);
    done(Object.entries(found).flatMap(([kind, outcomes]) => Object.entries(outcomes).flatMap(([outcome, items]) =>
        items.map((item) => [kind, item.name, outcome]))));
});
"""


def open_page(site, kind, name, query=""):
    site.open(f"#/{kind}/{urllib.parse.quote(name, safe='')}{query}")
    site.browser.wait(READY, why=f"{kind} {name} is not read")


def check_search(site, check):
    browser = site.browser
    site.open("#/")
    for text, wanted in (("task_str", "task_struct"), ("TASK_STRUCT", "task_struct"), ("sched_switch", "sched_switch"),
                         ("vfs_unlin", "vfs_unlink"), ("task_struct.__st", "task_struct")):
        browser.type("#find", text)
        browser.wait(OPTIONS + f".slice(0, 1).includes({json.dumps(wanted)})", why=f"{text} does not find {wanted}")
    browser.keys("Enter")
    browser.wait(READY, why="no page of task_struct")
    check("part=__st" in site.hash() and site.text("h1") == "task_struct", f"the member leads to {site.hash()}")
    rows = browser.run("return [...document.querySelectorAll('[role=region][aria-label^=members] tbody tr')].map((row) => row.textContent)")
    check(rows and all("__st" in row for row in rows) and any("unsigned int __state" in row for row in rows), f"its members are {rows}")
    # Small letters find large ones, and nothing is said to be missing before it was looked for.
    browser.run("location.hash = '#/'")
    site.settle()
    browser.type("#find", "no_such_name_anywhere")
    browser.wait("return document.querySelector('.find [role=status]').textContent.includes('No name')", why="nothing is said")
    found = browser.run(OPTIONS)
    check(len(found) == 1 and found[0].startswith("Look inside of all"), f"what nobody has is offered {found}")


def check_pages(site, check, shows):
    """Each line that `show` says stands in the page."""
    for kind, name, lines in shows:
        open_page(site, kind, name)
        text = "".join(site.text("main").split())
        check(len(lines) > 2, f"show says of {name} only {lines}")
        missing = [line for line in lines if "".join(line.split()) not in text]
        check(missing == [], f"{kind} {name}: {missing[:5]} are not in {text[:500]!r}")
    # One row of kernels, and the others for who asks.
    open_page(site, "struct", "bpf_map")
    rows = "return document.querySelectorAll('.timeline tbody tr[data-row]').length"
    check(site.browser.run(rows) == 1, "the timeline of a struct has more than one row")
    site.browser.click("input[name=all]")
    site.browser.wait(READY, why="no page of bpf_map")
    check(site.browser.run(rows) > 5, "other architectures are not in the timeline")
    # BTF has a type of it since 6.1; 5.10 has it as data.
    open_page(site, "variable", "runqueues")
    marks = site.browser.run("return [...document.querySelectorAll('.timeline td')].map((cell) => cell.ariaLabel)")
    check(len(marks) > 8 and set(marks) == {"has it"}, f"the timeline of runqueues is {marks}")
    open_page(site, "struct", "no_such_struct")
    check("None of the kernels" in site.text("main"), "a struct that nobody has")
    open_page(site, "struct", "sched_switch")
    check("tracepoint sched_switch" in site.text("main"), "another kind of that name is not named")


def check_lists(site, check, lists):
    """The names that a glob of `show` matches."""
    for query, glob, matches, subjects in lists:
        site.open("#/names?" + query)
        site.browser.wait("return document.querySelector('.names h2') !== null && !document.querySelector('.names [role=status]')", why=f"no list of {query}")
        found = {link for links in site.browser.run(LISTED).values() for link in links}
        wanted = {f"#/{kind}/{name}" for kind, name in matches}
        # `show` lists the functions among kfuncs and watched functions as such.
        found = {link for link in found if link.split("/")[1] in {kind for kind, _ in matches}}
        other = {link for link in found ^ wanted if link.split("/")[2] not in subjects}
        check(wanted and wanted <= found and not other, f"{query} lists other than {glob}: {sorted(other)[:5]}")


def check_differences(site, check, diffs):
    browser = site.browser
    for a, b, summary, listed in diffs:
        found = {tuple(one) for one in browser.run_async(DIFFERENCES, a, b)}
        wanted = {(one["kind"], one["name"], one["outcome"]) for one in listed}
        # `diff` lists the functions that snapshots watch among other subjects, and counts them here.
        watched = set(browser.run("return kcompat.ofKind('function').map((one) => one.name)"))
        other = {one for one in found ^ wanted if one[0] != "function" or one[1] not in watched}
        # `diff` says nothing of a variable that only one kernel types. Here, data without a type is the variable, too.
        other = {one for one in other if one[0] != "variable" or one[2] == "changed"}
        check(wanted and not other, f"{a} and {b} differ in other names than diff says: {sorted(other)[:5]}")
        site.open("#/compare?" + urllib.parse.urlencode({"a": a, "b": b, "types": 1}))
        rows = browser.wait("const rows = [...document.querySelectorAll('.differences tbody tr')]; return rows.length && rows.map((row) =>"
                            "[...row.children].map((cell) => cell.textContent))", why="no differences of types")
        shown = {row[0]: [int(cell.replace(",", "")) for cell in row[1:]] for row in rows}
        for kind, noun in (("struct", "structs"), ("function", "functions"), ("lsm_hook", "LSM hooks")):
            counts = [summary[kind][outcome] for outcome in ("added", "removed", "changed")]
            check(shown[noun] == counts, f"{a} and {b}: {noun} {shown[noun]}, not {counts}")
    browser.type("input[name=type]", "bpf_lpm_*")
    shown = browser.run("return [...document.querySelectorAll('.differences .chips a')].map((link) => link.textContent)")
    check(shown and all(name.startswith("bpf_lpm_") for name in shown), f"a glob leaves {shown[:5]}")
    # armhf has no BTF: nothing is said of its types.
    site.open("#/compare?a=6.1+armhf+generic&b=6.1+amd64+cloud&types=1")
    text = browser.wait("return document.querySelector('.differences tbody')?.textContent", why="no differences of types")
    check("unknown" in text, f"types of a kernel without BTF: {text!r}")


def check_types(site, check, path):
    stored = json.loads(pathlib.Path(path).read_text())
    check_search(site, check)
    check_pages(site, check, stored["shows"])
    check_lists(site, check, stored["lists"])
    check_differences(site, check, stored["diffs"])


def check_missing(site, check, directory):
    """What a person reads when a file is missing; the directory loses it."""
    for file in pathlib.Path(directory, "data").glob("about-*.js"):
        file.unlink()
    site.open("#/struct/task_struct")
    text = site.browser.wait("return document.querySelector('main [role=alert]')?.textContent", why="no alert")
    check("could not be read" in text and "data/about-" in text, f"without a file of types: {text!r}")
