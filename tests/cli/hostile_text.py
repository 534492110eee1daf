#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Hostile names through every output of every command: no character of them steers a terminal, turns the order of a line
around, or starts a line of its own. Needs kcompat in PATH. usage: hostile_text.py SCRATCH"""

import csv
import io
import itertools
import json
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tarfile

sys.path.insert(0, "tests/lib")
import bpf_object  # noqa: E402

FIXTURES = pathlib.Path("tests/fixtures/snapshots")
SCRATCH = pathlib.Path(sys.argv[1])
FORGED = b"FORGED"
# What a name starts a line with, after what ends the line before it.
ENDS = [b"\n", b"\r", b"\r\n", b"\x0b", b"\x0c", b"\x1c", b"\x1d", b"\x1e", "\x85".encode(), "\u2028".encode(),
        "\u2029".encode()]
NAMES = [b"n" + end + FORGED + b": absent" for end in ENDS] + [b"n" + text for text in [
    b"\x1b[2J\x1b[31m", b"\x1b]0;owned\x07", b"\x08\x08\x08yes", b"\x7f\x7f", b"\x01\x1f", "\x9b31m".encode(),
    "\x9d0;owned\x9c".encode(), "\x80\x9f".encode(), b"\x9b31m", b"\x85" + FORGED, b"\xff\xfe", b"\xc0\x8a" + FORGED,
    b"\xed\xa0\x80", b"\xe2\x80", b"\xf5\x80\x80\x80", "\u202eabc".encode(), "\u202a\u202b\u202d\u202c".encode(),
    "\u2066\u2067\u2068\u2069".encode(), "\u200e\u200f\u061c".encode(), "\ufeff\ufff9\ufffb".encode(),
    "\U000e0041\U000e007f".encode(), b"</script><script>alert(1)</script>", b"`](javascript:alert)|*_#",
    b'",=cmd,"', b"*/ #define X 1", b"\n<!-- [/KFUNC_DEF] -->\n" + FORGED, b"\n\n# " + FORGED, b"\n```\n" + FORGED,
    b"|" + FORGED + b"=1;0", b"\t" + FORGED, b"%s%n%x"]]
# Files cannot have a '/' in their names, and lines of the kernel's lists no newline.
FILE_NAMES = [name.replace(b"/", b"%") for name in NAMES]
LINE_NAMES = [name for name in NAMES if not set(name) & set(b"\n\0")]
NO_UTF8 = [name for name in NAMES if not name.decode("utf-8", "ignore").encode() == name]
TEXTS = [name.decode() for name in NAMES if name not in NO_UTF8]
HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb"
                    "\U000e0000-\U000e007f]")
# The start of a line. Deeper in it is the text of a column, which may be wrapped at a space of a name.
START = re.compile(rb"[ \t\"'#|>`-]{0,8}" + FORGED)
# Some names for each kernel, where a command takes one name.
shares = itertools.cycle([NAMES[i::7] for i in range(7)])
bad = 0
runs = 0


def complain(what, why, found=b""):
    global bad
    bad += 1
    if bad <= 60:
        print(f"{what}: {why}: {found[:300]!r}", flush=True)


def check(what, data, kept=()):
    """`kept`: lines that were in a page before, which kcompat keeps byte by byte."""
    for line in data.split(b"\n"):
        if line in kept:
            continue
        try:
            text = line.decode()
        except UnicodeDecodeError:
            complain(what, "not UTF-8", line)
            continue
        if HIDDEN.search(text):
            complain(what, "a raw character", line)
        if START.match(line):
            complain(what, "a forged line", line)


def check_form(what, words, data):
    try:
        if "--json" in words or "--format=jsonl" in words:
            text = data.decode()
            while text := text.lstrip("\n"):
                text = text[json.JSONDecoder().raw_decode(text)[1]:]
        elif "--format=csv" in words:
            if len({len(row) for row in csv.reader(io.StringIO(data.decode()))}) != 1:
                complain(what, "rows of different lengths")
    except ValueError as why:
        complain(what, f"no {words[-1]}: {why}", data)


def run(*words, kept=()):
    """A command line, and the same into a file."""
    global runs
    what = " ".join(os.fsdecode(word)[:80] for word in words)
    runs += 1
    done = subprocess.run(["kcompat", *words], stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False)
    if done.returncode not in (0, 1, 2, 3):
        complain(what, f"exit status {done.returncode}", done.stderr)
    check(what + " (output)", done.stdout, kept)
    check(what + " (errors)", done.stderr)
    if done.stdout:
        check_form(what, words, done.stdout)
    return done


def run_both(*words):
    done = run(*words)
    path = SCRATCH / "written"
    path.unlink(missing_ok=True)
    subprocess.run(["kcompat", *words, "-o", path], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if path.exists():
        check(f"{words} -o", path.read_bytes())
    return done


# BTF: each name is a kfunc, a function, a struct, its member, and a parameter (include/uapi/linux/btf.h).
class Btf:
    def __init__(self, base=None):
        self.strings = bytearray(b"\0") if base is None else bytearray()
        self.start = 0 if base is None else len(base.strings)
        self.types = bytearray()
        self.cnt = 0 if base is None else base.cnt

    def string(self, name):
        at = self.start + len(self.strings)
        self.strings += name + b"\0"
        return at

    def add(self, name, kind, size, vlen=0, rest=b""):
        self.types += struct.pack("<III", self.string(name) if name else 0, kind << 24 | vlen, size) + rest
        self.cnt += 1
        return self.cnt

    def add_names(self, names, integer):
        for i, name in enumerate(names):
            shape = self.add(name, 4, 4, 1, struct.pack("<III", self.string(name), integer, 0))
            pointer = self.add(b"", 2, shape)
            prototype = self.add(b"", 13, integer, 1, struct.pack("<II", self.string(name), pointer))
            function = self.add(name, 12, prototype, 1)
            if i % 2 == 0:
                self.add(b"bpf_kfunc", 17, function, 0, struct.pack("<i", -1))

    def data(self):
        return struct.pack("<HBBIIIII", 0xEB9F, 1, 0, 24, 0, len(self.types), len(self.types),
                           len(self.strings)) + self.types + self.strings


def make_btf(path, module_path=None, names=NAMES):
    btf = Btf()
    integer = btf.add(b"int", 1, 4, 0, struct.pack("<I", 1 << 24 | 32))
    # The function that tells the BTF of a whole kernel.
    btf.add(b"bpf_check", 12, btf.add(b"", 13, integer), 1)
    btf.add_names(names, integer)
    path.write_bytes(btf.data())
    if module_path:
        module = Btf(btf)
        module.add_names(NAMES[:3], integer)
        for name in FILE_NAMES:
            (module_path / os.fsdecode(name)).write_bytes(module.data())


def put(path, *lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(line + b"\n" for line in lines))


def symbols(names):
    yield b"ffffffff81000000 T _text"
    for i, name in enumerate(names):
        yield b"%x T %s" % (0xFFFFFFFF81000010 + 16 * i, name)


def make_root(root):
    """What --root reads, and in every file of it a name."""
    hostile = LINE_NAMES[8]
    modules = root / "sys/kernel/btf"
    modules.mkdir(parents=True)
    make_btf(modules / "vmlinux", modules)
    put(root / "proc/kallsyms", *symbols(LINE_NAMES),
        *(b"ffffffffc0000000 t f%d [%s]" % (i, name) for i, name in enumerate(LINE_NAMES)))
    for at in ["osrelease", "version", "arch", "kptr_restrict", "unprivileged_bpf_disabled", "perf_event_paranoid"]:
        put(root / "proc/sys/kernel" / at, NAMES[0] + hostile)
    put(root / "proc/sys/net/core/bpf_jit_enable", hostile)
    put(root / "proc/self/status", b"CapEff:\t" + hostile, b"Seccomp:\t" + hostile)
    put(root / "proc/self/uid_map", hostile)
    put(root / "proc/self/mounts", *(name + b" /sys/" + name + b" sysfs rw 0 0" for name in LINE_NAMES))
    put(root / "proc/self/cgroup", *(b"0::/docker/" + name for name in LINE_NAMES))
    put(root / "proc/1/environ", b"container=" + NAMES[0] + hostile + b"\0")
    put(root / "run/systemd/container", NAMES[0] + hostile)
    put(root / "sys/kernel/security/lsm", b",".join([b"bpf", *LINE_NAMES]))
    put(root / "sys/kernel/security/lockdown", b"none [" + hostile + b"]")
    put(root / "proc/config", *(b"CONFIG_BPF=\"" + name + b"\"" for name in LINE_NAMES))
    for name in ["available_filter_functions", "available_events"]:
        put(root / "sys/kernel/tracing" / name, *LINE_NAMES, *(b"f [" + name + b"]" for name in LINE_NAMES))
    put(root / "sys/kernel/debug/kprobes/blacklist", *(b"0x0-0x1 " + name for name in LINE_NAMES))


def make_archive(path):
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT) as archive:
        for name in NAMES:
            for at, data in [(b"boot/vmlinuz-" + name, b"junk"), (name + b".ko", b"\x7fELF\2\1\1junk"),
                             (name + b"/vmlinux", b"\x7fELF\2\1\1junk"), (b"boot/config-" + name, b"CONFIG_BPF=y\n"),
                             (b"System.map-" + name, b"ffffffff81000000 T _text\n")]:
                member = tarfile.TarInfo(os.fsdecode(at))
                member.size = len(data)
                archive.addfile(member, io.BytesIO(data))


def make_directory(path):
    path.mkdir()
    for name in FILE_NAMES:
        (path / ("vmlinuz-6." + os.fsdecode(name))).write_bytes(b"junk")
        (path / (os.fsdecode(name) + ".ko")).write_bytes(b"\x7fELF\2\1\1junk")
        below = path / (os.fsdecode(name) + ".d")
        below.mkdir()
        (below / "vmlinux").write_bytes(b"\x7fELF\2\1\1junk")


def shapes(value, path=()):
    """The paths of all texts, with numbers of elements left out."""
    if isinstance(value, str):
        yield path
    for key, below in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from shapes(below, path + (key if isinstance(value, dict) else None,))


def replaced(value, wanted, path=(), texts=None):
    """With another hostile text in each place of a shape."""
    if isinstance(value, str) and path == wanted:
        return value + next(texts)
    if isinstance(value, dict):
        return {key: replaced(below, wanted, path + (key,), texts) for key, below in value.items()}
    if isinstance(value, list):
        return [replaced(below, wanted, path + (None,), texts) for below in value]
    return value


def grow(snapshot):
    """Enough functions for all names."""
    for key in ["functions", "kfuncs", "helpers", "features"]:
        rows = snapshot.get(key)
        while rows and len(rows) < 2 * len(TEXTS):
            row = json.loads(json.dumps(rows[len(rows) % 2 if len(rows) > 1 else 0]))
            row["name"] = f"{key}_{len(rows)}"
            rows.append(row)


def make_snapshot(source, path):
    """A snapshot with hostile names wherever kcompat takes one."""
    snapshot = json.loads(source.read_text())
    grow(snapshot)
    taken = 0
    for shape in sorted(set(shapes(snapshot)), key=str):
        tried = replaced(snapshot, shape, (), itertools.cycle(TEXTS))
        path.write_text(json.dumps(tried))
        done = run("show", "-k", path, "bpf_loop")
        if b"expected" not in done.stderr and done.returncode in (0, 1):
            snapshot = tried
            taken += 1
    path.write_text(json.dumps(snapshot))
    if taken < 10:
        complain("snapshot", f"only {taken} texts can be hostile")
    return snapshot


def make_object(path):
    """An object with hostile names of sections, programs, kfuncs, maps, types and fields, and lines of its source."""
    btf = Btf()
    integer = btf.add(b"int", 1, 4, 0, struct.pack("<I", 1 << 24 | 32))
    prototype = btf.add(b"", 13, integer)
    kfuncs = [btf.add(name, 12, prototype, 2) for name in NAMES]
    pointer = btf.add(b"", 2, btf.add(b"", 3, 0, 0, struct.pack("<III", integer, integer, 27)))
    map_type = btf.add(b"", 4, 8, 1, struct.pack("<III", btf.string(b"type"), pointer, 0))
    maps = [btf.add(name, 14, map_type, 0, struct.pack("<I", 1)) for name in NAMES]
    shapes_of = [btf.add(name, 4, 4, 1, struct.pack("<III", btf.string(name), integer, 0)) for name in NAMES]
    for section, members in ((b".ksyms", kfuncs), (b".maps", maps)):
        btf.add(section, 15, 0, len(members), b"".join(struct.pack("<III", member, 8 * i, 8)
                                                       for i, member in enumerate(members)))
    load = struct.pack("<BBhi", 0x61, 0x10, 0, 0)
    code = load + struct.pack("<BBhi", 0x85, 0x20, 0, -1) + bpf_object.helper(211) + bpf_object.ZERO + bpf_object.EXIT
    kinds = [b"", b"fentry/", b"xdp", b"lsm/", b"tp_btf/", b"kprobe/", b"struct_ops/", b"iter/"]
    sections = [(kinds[i % len(kinds)] + (b"" if kinds[i % len(kinds)] == b"xdp" else name), code) for i, name in enumerate(NAMES)]
    access = btf.string(b"0:0")
    lines, cores = bytearray(struct.pack("<I", 16)), bytearray(struct.pack("<I", 16))
    for i, (section, _) in enumerate(sections):
        at = btf.string(section)
        lines += struct.pack("<IIIIII", at, 1, 0, btf.string(NAMES[i]), btf.string(NAMES[i]), 1 << 10)
        cores += struct.pack("<IIIIII", at, 1, 0, shapes_of[i], access, 0)
    ext = struct.pack("<HBBIIIIIII", 0xEB9F, 1, 0, 32, 0, 0, 0, len(lines), len(lines), len(cores)) + lines + cores
    functions = [(name, i + 1, 0, len(code)) for i, name in enumerate(NAMES)] + [(name, 0, 0, 0) for name in NAMES]
    cnt = len(sections)
    sections += [(".maps", bytes(8 * cnt)), ("license", NAMES[0] + b"\0"), (".BTF", btf.data()), (".BTF.ext", ext)]
    path.write_bytes(bpf_object.elf(sections, functions, {i + 1: [(8, cnt + i + 1)] for i in range(cnt)}))


def use_objects():
    """The first name of a file is that of the object, in a program as well."""
    for name in FILE_NAMES[:12]:
        path = SCRATCH / os.fsdecode(name + b".bpf.o")
        make_object(path)
        run_both("check", "-k", SCRATCH / "line.btf", path)
    whole = SCRATCH / "whole.bpf.o"
    make_object(whole)
    skeleton = SCRATCH / os.fsdecode(FILE_NAMES[1])
    skeleton.write_bytes(bytes(64) + whole.read_bytes())
    for form in [[], ["--json"], ["--format=jsonl"], ["--markdown"]]:
        done = run_both("check", *form, "-k", SCRATCH / "line.btf", "-k", FIXTURES / "probed-6.18.json", "-k", "6.12", path, whole)
        if done.returncode != 1 or len(done.stdout) < 1000:
            complain("check", "does not answer", done.stderr)
        run_both("check", *form, "-k", "6.12", skeleton)
    run("check", "--program", NAMES[0], "-k", "6.12", whole)


def use_stores():
    """A store takes the names that C has: the others are refused. Kernels without a release are named by their files."""
    store, one = SCRATCH / "fleet.kts", SCRATCH / "one.btf"
    for name in NAMES:
        make_btf(one, names=[name])
        run("scan", "--store", store, one)
    make_btf(one, names=[b"plain"])
    for name in FILE_NAMES:
        path = SCRATCH / os.fsdecode(name + b".btf")
        path.write_bytes(one.read_bytes())
        run("scan", "--store", store, path)
    if run("kernels", "--store", store).stdout.count(b"\n") < len(NAMES):
        complain("scan --store", "made no store that can be read")
        return
    if shutil.which("zstd"):
        use_store_of_others(store)
    for name in FILE_NAMES[:12]:
        copy = SCRATCH / os.fsdecode(name + b".kts")
        copy.write_bytes(store.read_bytes())
        run("kernels", "--store", copy)
        run("require", "-k", copy, "function:vfs_read")
        run("require", "-k", os.fsencode(store) + b":" + name, "function:vfs_read")
        run("scan", "--store", copy, "--forget", name + b".btf")
        run("scan", "--store", copy, "--forget", name)
    use_kernel(store)
    use_matrix(store)


def use_databases():
    """Names of files and hosts, releases of snapshots, and a store whose names somebody changed."""
    import sqlite3
    store, source = SCRATCH / "names.db", json.loads((FIXTURES / "probed-6.18.json").read_text())
    if run("db", "add", store, FIXTURES / "probed-6.18.json").returncode != 0:
        return
    for name, text in zip(FILE_NAMES[:20], TEXTS):
        source["kernel"]["release"] = text
        path = SCRATCH / os.fsdecode(name + b".json")
        path.write_text(json.dumps(source))
        run("db", "add", store, path)
        run("db", "add", store, "--hosts", path)
        run("db", "add", store, "--host", name, path)
        run("db", "add", SCRATCH / os.fsdecode(name + b".db"), path)
        run("require", "-k", os.fsencode(store) + b":host=" + name, "map:arena")
        run("require", "-k", os.fsencode(store) + b":" + name, "map:arena")
    (SCRATCH / "one.req").write_text("map:arena\n")
    for text in TEXTS:
        other = SCRATCH / "changed.db"
        other.write_bytes(store.read_bytes())
        database = sqlite3.connect(other)
        for table, column in ("origin", "name"), ("kernel", "release"), ("kernel", "distribution"), ("answers", "fingerprint"):
            database.execute(f"UPDATE OR IGNORE {table} SET {column} = ? WHERE rowid = 1", [text])
        database.commit()
        database.close()
        for form in [[], ["--json"], ["--by=core"], ["-f", SCRATCH / "one.req"]]:
            run("db", "groups", *form, other)
        run("require", "-k", other, "map:arena")
        run("show", "-k", other, "map:arena")
    use_matrix(store, other)


def use_store_of_others(store):
    """A header that names kernels as it likes (src/store/form.h: KTS1, packed and unpacked size, the header)."""
    data = store.read_bytes()
    packed, size = struct.unpack_from("<II", data, 4)
    header = subprocess.run(["zstd", "-dcq"], input=data[12:12 + packed], capture_output=True, check=True).stdout
    for name in NAMES:
        changed = header.replace(os.fsencode(os.fsdecode(FILE_NAMES[-1]) + ".btf"), name)
        assert changed != header and len(header) == size
        again = subprocess.run(["zstd", "-cq", "--no-check"], input=changed, capture_output=True, check=True).stdout
        other = SCRATCH / "other.kts"
        other.write_bytes(data[:4] + struct.pack("<II", len(again), len(changed)) + again + data[12 + packed:])
        for form in [[], ["--json"]]:
            run("kernels", *form, "--store", other)
        run("require", "-k", other, "function:vfs_read")
        run("show", "-k", other, "plain")
        run("scan", "--store", other, "--forget", "nothing")


MATRIX_FORMATS = ["text", "md", "csv", "json", "jsonl", "junit", "sarif", "github", "prometheus", "nfd", "env", "c"]


def use_matrix(*paths):
    """Kernels whose names are files', and reasons of theirs. The language of requirements has no hostile names."""
    files = []
    for name in FILE_NAMES:
        files.append(SCRATCH / os.fsdecode(name + b".json"))
        files[-1].write_bytes((FIXTURES / "probed-6.18.json").read_bytes())
    kernels = [word for path in [*files, *paths] for word in ("-k", path)]
    wanted = ["kfunc:bpf_arena_free_pages@xdp", "kfunc:bpf_loop", "helper:bpf_loop@xdp", "map:arena", "prog:xdp", "link:tcx",
              "func:vfs_read", "struct:task_struct", "config:CONFIG_BPF", "feature:btf", "context:fentry.s", "active:lsm"]
    wanted = [word for word in wanted if run("require", "-k", files[0], word).returncode != 2]
    for form in MATRIX_FORMATS:
        for more in [[], ["--need=any"], ["--except", NAMES[0]], ["--exit-style=report"]]:
            done = run_both("require", "--format=" + form, *more, *kernels, *wanted)
            if done.returncode == 2 and form not in ("nfd", "env", "c"):
                complain("require --format=" + form, "does not answer", done.stderr)
    run("require", "--exit-style=nagios", *kernels, *wanted)
    for name in NAMES:
        run("require", *kernels[:4], *(kind + name for kind in (b"kfunc:", b"func:", b"struct:", b"config:", b"version")))
    if len(wanted) < 8:
        complain("require", f"only {wanted} are requirements")


def use_inputs():
    make_btf(SCRATCH / "line.btf")
    put(SCRATCH / "System.map", *symbols(LINE_NAMES))
    make_archive(SCRATCH / "names.tar")
    make_directory(SCRATCH / "files")
    put(SCRATCH / "config", *(b"CONFIG_BPF=" + name for name in LINE_NAMES))
    named = SCRATCH / os.fsdecode(FILE_NAMES[0] + b".btf")
    make_btf(named)
    for given in [["line.btf"], ["System.map"], ["names.tar"], ["files"], ["config"], [named],
                  ["line.btf", "System.map", "config"]]:
        given = [SCRATCH / name for name in given]
        for form in [["-n", "*"], ["-n", "*", "--addresses", "--stats"], ["-n", "*", "--json"], ["--format=jsonl"],
                     [word for name in NAMES for word in ("-n", name)]]:
            run_both("scan", *form, *given)
        functions = SCRATCH / "functions"
        run("scan", "--functions", functions, *given)
        if functions.exists():
            use_kernel(functions)
            functions.unlink()
    use_kernel(SCRATCH / "line.btf")


def use_root():
    make_root(SCRATCH / "root")
    for form in [[], ["--json"], ["--format=jsonl"], ["--json", "--addresses"], ["vfs_read", "--addresses"]]:
        run_both("probe", "--root", SCRATCH / "root", *form)
    path = SCRATCH / "root.json"
    run("probe", "--root", SCRATCH / "root", "--json", "-o", path)
    use_kernel(path)


def use_kernel(path):
    """Every command that takes a kernel; `path` is one."""
    other = FIXTURES / "probed-6.18.json"
    for form in [[], ["--deep"], ["--json"], ["--markdown"]]:
        run_both("show", "-k", path, *form, "*")
        run_both("show", "-k", path, "-k", other, *form, "*")
    run("show", "-k", path, *NAMES)
    for form in ["--format=text", "--format=json", "--exit-style=nagios", "--format=env", "--format=c"]:
        run("require", form, "-k", path, *(kind + name for kind in (b"kfunc:", b"function:") for name in NAMES))
    for form in [[], ["--json"], ["--deep"]]:
        run_both("diff", *form, path, other)
        run_both("diff", *form, other, path)
    use_docs(path, other)


def use_docs(path, other):
    for form in [[], ["--format=csv"]]:
        run_both("docs", "table", "functions", "-n", "*", *form, "-k", path, "-k", other)
        run_both("docs", "table", "kfuncs", *form, "-k", path)
    run_both("docs", "index", "kfuncs", "-k", path, "-k", other)
    for name in next(shares):
        run("docs", "page", "kfunc", name, "-k", path)
        run("docs", "page", "function", name, "-k", path)
    for name in ["bpf_arena_free_pages", "bpf_loop"]:
        run("docs", "page", "kfunc", name, "-k", path, "-k", other)
        run("docs", "page", "function", name, "-k", path, "-k", other)
    run("docs", "page", "program_type", "xdp", "-k", path)
    site = SCRATCH / "site"
    run("docs", "site", site, "-k", path)
    for file in sorted((site / "data").glob("*.js")) if (site / "data").exists() else []:
        check(f"docs site {path}: {file.name}", file.read_bytes())
        if file.read_bytes().lower().count(b"</script"):
            complain(f"docs site {path}: {file.name}", "ends its script")
    use_pages(path)


def use_pages(path):
    pages = SCRATCH / "pages"
    subprocess.run(["rm", "-rf", pages], check=True)
    subprocess.run(["cp", "-r", "tests/fixtures/docs", pages], check=True)
    kept = set()
    for name in FILE_NAMES:
        page = b"# KFunc `" + name + b"`\n<!-- [KFUNC_DEF] -->\n<!-- [/KFUNC_DEF] -->\n<!-- [KFUNC_PROG_REF] -->\n" \
            b"- [`BPF_PROG_TYPE_" + name + b"`](" + name + b".md)\n<!-- [/KFUNC_PROG_REF] -->\n"
        (pages / (os.fsdecode(name) + ".md")).write_bytes(page)
        kept |= set(page.split(b"\n"))
    marked = {mark + line for line in kept for mark in (b"", b" ", b"-", b"+")}
    for form in [[], ["--json"]]:
        run("docs", "check", *form, "-k", path, pages)
    run("docs", "check", "--format=diff", "-k", path, pages, kept=marked)
    before = {file: set(file.read_bytes().split(b"\n")) for file in pages.rglob("*.md")}
    run("docs", "update", "-k", path, pages)
    for file, lines in before.items():
        check(f"docs update {file}", b"\n".join(
            line for line in file.read_bytes().split(b"\n") if line not in lines))


def use_snapshots():
    for source in ["probed-6.18.json", "scanned-6.1.json"]:
        path = SCRATCH / source
        make_snapshot(FIXTURES / source, path)
        use_kernel(path)
    packed = SCRATCH / "history.jsonl.gz"
    run("show", "--pack", "-k", SCRATCH / "probed-6.18.json", "-k", SCRATCH / "scanned-6.1.json", "-o", packed)
    use_kernel(packed)


def main():
    use_inputs()
    use_root()
    use_snapshots()
    use_stores()
    use_databases()
    use_objects()
    use_matrix(SCRATCH / "probed-6.18.json", SCRATCH / "scanned-6.1.json", SCRATCH / "line.btf")
    print(f"{len(NAMES)} names, {runs} runs, {bad} complaints")
    return 1 if bad or len(NAMES) < 40 or runs < 300 else 0


sys.exit(main())
