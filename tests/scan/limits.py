# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes hostile inputs, gives each to kcompat, and measures what that takes.

usage: limits.py SCRATCH [IMAGE]   IMAGE: the vmlinuz of a kernel for x86-64, packed with xz or zstd
"""
import gzip
import json
import lzma
import os
import re
import struct
import subprocess
import sys
import tarfile
import time

import limits_objects

MIB = 1 << 20
SMALL_BYTES, SMALL_MIB, SMALL_SECONDS = MIB, 512, 20
ANY_MIB = 2048
WAIT_SECONDS = 300

scratch = sys.argv[1]
bad = []


def path_of(name):
    return os.path.join(scratch, name)


def make(name, data):
    """Writes what data() returns. Another process makes it: a command's peak is at least that of its parent."""
    child = os.fork()
    if not child:
        with open(path_of(name), "wb") as file:
            file.write(data())
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        sys.exit(f"{name}: not made")


def measure(*command):
    """Status, error text, CPU seconds and peak MiB of a command."""
    with open(path_of("err"), "wb") as err:
        child = subprocess.Popen(("timeout", "--signal=KILL", str(WAIT_SECONDS), *command), stdin=subprocess.DEVNULL,
                                 stdout=subprocess.DEVNULL, stderr=err)
        _, status, usage = os.wait4(child.pid, 0)
    with open(path_of("err"), encoding="utf-8", errors="replace") as err:
        text = err.read()
    return os.waitstatus_to_exitcode(status), text, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def check(name, *arguments, says=None, statuses=(0, 2), most_seconds=WAIT_SECONDS,
          most_small_seconds=SMALL_SECONDS):
    """kcompat with the arguments; {} is the input. `says`: why it must be refused, with status 2."""
    path = path_of(name)
    size = os.path.getsize(path)
    status, text, seconds, mib = measure("kcompat", *(word.replace("{}", path) for word in arguments))
    print(f"{name}: {size} bytes, status {status}, {seconds:.1f} s, {mib:.0f} MiB")
    if status not in ((2,) if says else statuses):
        bad.append(f"{name}: status {status}: {text[:300]}")
    if says and says not in text:
        bad.append(f"{name}: does not say '{says}': {text[:300]}")
    if len(text) > 4096:
        bad.append(f"{name}: {len(text)} bytes of messages")
    if mib > (SMALL_MIB if size < SMALL_BYTES else ANY_MIB):
        bad.append(f"{name}: {mib:.0f} MiB for {size} bytes")
    if seconds > (most_small_seconds if size < SMALL_BYTES else most_seconds):
        bad.append(f"{name}: {seconds:.1f} s for {size} bytes")
    os.unlink(path)


def btf(types, strings):
    return struct.pack("<HBBIIIII", 0xEB9F, 1, 0, 24, 0, len(types), len(types), len(strings)) + types + strings


def tagged(first, count, proto, name_of, tag):
    """`count` functions from type id `first` on, each with the tag of a kfunc."""
    parts = []
    for i in range(count):
        parts.append(struct.pack("<III", name_of(i), 12 << 24 | 1, proto))
        parts.append(struct.pack("<IIIi", tag, 17 << 24, first + 2 * i, -1))
    return b"".join(parts)


PLAIN_PROTO = struct.pack("<III", 0, 13 << 24, 0)
TAG = b"\0bpf_kfunc\0bpf_check\0"
# Without this function, BTF is not that of a kernel.
VERIFIER = struct.pack("<III", TAG.index(b"bpf_check"), 12 << 24 | 1, 1)


def suffixes(length):
    """Names that are ends of one string."""
    strings = TAG + b"n" * length + b"\0"
    return btf(PLAIN_PROTO + VERIFIER + tagged(3, 6000, 1, lambda i: len(TAG) + i % (length - 1), 1), strings)


def prototypes(length):
    """One prototype with many parameters, of many functions."""
    params = struct.pack("<II", len(TAG), 0) * length
    types = struct.pack("<III", 0, 13 << 24 | length, 0) + params + VERIFIER
    return btf(types + tagged(3, 4000, 1, lambda i: len(TAG) + i % 400, 1), TAG + b"n" * 500 + b"\0")


def functions():
    """As many functions as less than a mebibyte can unpack to."""
    some = b"".join(struct.pack("<III", len(TAG) + i, 12 << 24 | 1, 1) for i in range(400))
    return gzip.compress(btf(PLAIN_PROTO + VERIFIER + some * 26000, TAG + b"n" * 500 + b"\0"), 9)


def btf_inputs():
    make("suffixes.btf", lambda: suffixes(20000))
    check("suffixes.btf", "scan", "{}", says="more than 512 bytes")
    make("names.btf", lambda: suffixes(512))
    check("names.btf", "scan", "--json", "{}")
    make("parameters.btf", lambda: prototypes(8000))
    check("parameters.btf", "scan", "{}", says="more than 255 parameters")
    make("prototypes.btf", lambda: prototypes(255))
    check("prototypes.btf", "scan", "--json", "-n", "*", "{}")
    make("functions.btf.gz", functions)
    check("functions.btf.gz", "scan", "--json", "-n", "*", "{}")


def packed(head, mebibytes):
    packer = lzma.LZMACompressor(preset=1)
    parts = [packer.compress(head)] + [packer.compress(bytes(MIB)) for _ in range(mebibytes)]
    return b"".join(parts) + packer.flush()


def rpm():
    """The first name in its cpio takes gigabytes."""
    lead = b"\xed\xab\xee\xdb\3\0" + bytes(90)
    header = b"\x8e\xad\xe8\1" + bytes(4) + struct.pack(">II", 0, 0)
    newc = b"070701" + b"00000001" + b"000081A4" + b"00000000" * 9 + b"F0000000" + b"00000000"
    return lead + header + header + packed(newc, 700)


def tar():
    """A member that is larger than any."""
    head = tarfile.TarInfo("boot/vmlinuz-6.1")
    head.size = 1500 * MIB
    return packed(head.tobuf() + b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HH", 2, 62), 1500)


def store_inputs():
    """The same as types of a store, which has each name once; and objects that ask for much."""
    for name, maker in (("names.btf", lambda: suffixes(512)), ("prototypes.btf", lambda: prototypes(255)),
                        ("functions.btf.gz", functions)):
        make(name, maker)
        store = path_of(name + ".kts")
        check(name, "scan", "--store", store, "{}")
        if os.path.exists(store):
            check(name + ".kts", "show", "-k", "{}", "*", statuses=(0, 1, 2, 3))


def object_inputs():
    live = os.geteuid() == 0
    for name, maker in limits_objects.MAKERS.items():
        for kernel in ("6.12", "live") if live else ("6.12",):
            make(name, maker)
            check(name, "check", "--json", "-k", kernel, "{}", statuses=(0, 1, 2, 3))


def package_inputs():
    make("name.rpm", rpm)
    check("name.rpm", "scan", "{}", says="takes more than")
    make("member.tar.xz", tar)
    check("member.tar.xz", "scan", "{}", statuses=(2,))
    # Half a gibibyte of zeros that begins as a kernel does.
    head = b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HHI", 2, 62, 1) + bytes(40)
    make("zeros.gz", lambda: gzip.compress(head + bytes(500 * MIB), 9))
    check("zeros.gz", "scan", "{}", statuses=(2,))


def json_inputs():
    """Values that take much more memory than their text; and one in another, without end."""
    start = '{"schema":"kcompat/snapshot/1","more":['
    for name, unit in (("arrays", "[],{},"), ("numbers", "1,"), ("members", '{"":0},')):
        make(f"{name}.json.gz", lambda unit=unit: gzip.compress(
            (start + unit * (110 * MIB // len(unit)) + "0]}").encode(), 9))
        check(f"{name}.json.gz", "require", "-k", "{}", "map:arena", says="its values would take")
    # The characters of one text and of one number.
    for name, unit in (("text", b'"' + b"a" * (110 * MIB) + b'"'), ("number", b"1" * (110 * MIB))):
        make(f"{name}.json.gz", lambda unit=unit: gzip.compress(start.encode() + unit + b"]}", 9))
        check(f"{name}.json.gz", "require", "-k", "{}", "map:arena", says="too much memory", most_small_seconds=6)
    make("deep.json.gz", lambda: gzip.compress((start + "[" * 100 * MIB).encode(), 9))
    check("deep.json.gz", "require", "-k", "{}", "map:arena", statuses=(2,))


def symbols(cnt=3900000):
    return b"".join(b"%x T f%d\n" % (0xffffffff81000000 + i * 16, i) for i in range(cnt))


def symbol_inputs():
    make("map", symbols)
    check("map", "scan", "-n", "*", "{}")
    # As many as a kernel has.
    for arguments in (("show", "-k", "{}", "*"), ("docs", "table", "functions", "-n", "*", "-k", "{}")):
        make("map.gz", lambda: gzip.compress(symbols(170000), 6))
        check("map.gz", *arguments, statuses=(0,), most_small_seconds=8)


def list_inputs():
    """Long lists in a snapshot, which are compared with others and searched for each name of theirs."""
    with open("tests/fixtures/snapshots/probed-6.18.json", encoding="utf-8") as file:
        snapshot = json.load(file)
    function, kfunc = snapshot["functions"][0], snapshot["kfuncs"][0]
    prototypes = [f"void f(int a{i})" for i in range(170000)]
    for name, change in (("prototypes", {"functions": [dict(function, prototypes=prototypes)]}),
                         ("kfuncs", {"kfuncs": [dict(kfunc, name=f"k{i}", cells={}) for i in range(60000)], "reasons": []})):
        for arguments in (("diff", "{}", "{}"), ("show", "-k", "{}", "*")):
            make(f"{name}.json.gz", lambda change=change: gzip.compress(json.dumps(dict(snapshot, **change)).encode(), 6))
            check(f"{name}.json.gz", *arguments, statuses=(0,), most_small_seconds=6)


def special_inputs():
    """A FIFO is refused at once. A pipe of the shell is not one."""
    os.mkfifo(path_of("fifo"))
    fifo = path_of("fifo")
    for arguments in (("require", "-k", fifo, "map:arena"), ("require", "-f", fifo), ("check", fifo, "-k", "6.12"),
                      ("show", "-k", fifo, "map"), ("diff", fifo, fifo), ("kernels", "--store", fifo),
                      ("scan", "--store", fifo, "--forget", "x"), ("scan", "--store", fifo, "/sys/kernel/btf/vmlinux"),
                      ("check", fifo), ("docs", "check", "-k", fifo, "tests/fixtures/docs")):
        start = time.monotonic()
        status, text, _, _ = measure("kcompat", *arguments)
        refused = "a FIFO" in text or "neither a regular file" in text
        if status != 2 or not refused or time.monotonic() - start > 60:
            bad.append(f"a FIFO, {' '.join(arguments)}: status {status}: {text[:300]}")
    status, text, _, _ = measure("bash", "-c", "kcompat require -f <(sleep 1; echo nonsense)")
    if "nonsense" not in text:
        bad.append(f"a pipe of the shell is not read: status {status}: {text[:300]}")
    # A process that reads a kernel's files is confined: it must still be able to wait for what a pipe has.
    snapshot = "tests/fixtures/snapshots/probed-6.18.json"
    for arguments in (f"-k <(sleep 1; cat {snapshot}) map:arena", f"-k {snapshot} -f <(sleep 1; echo map:arena)"):
        status, text, _, _ = measure("bash", "-c", f"kcompat require {arguments}")
        if status != 0:
            bad.append(f"a slow pipe of the shell, {arguments}: status {status}: {text[:300]}")


def unpack(data):
    if data.startswith(b"\xfd7zXZ\0"):
        try:
            return lzma.LZMADecompressor().decompress(data)
        except lzma.LZMAError:
            return b""
    # It complains about the bytes after the stream.
    return subprocess.run(("zstd", "-dcq"), input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          check=False).stdout


def vmlinux_of(image):
    with open(image, "rb") as file:
        data = file.read()
    for found in re.finditer(rb"\xfd7zXZ\0|\x28\xb5\x2f\xfd", data):
        unpacked = unpack(data[found.start():])
        if unpacked.startswith(b"\x7fELF"):
            return bytearray(unpacked)
    sys.exit(f"{image}: no ELF file, packed with xz or zstd, in it")


def offset_of(vmlinux, address):
    """Where a program header has the address in the file."""
    start, = struct.unpack_from("<Q", vmlinux, 32)
    size, count = struct.unpack_from("<HH", vmlinux, 54)
    for i in range(count):
        kind, _, offset, virtual, _, length = struct.unpack_from("<IIQQQQ", vmlinux, start + i * size)
        if kind == 1 and virtual <= address < virtual + length:
            return offset + address - virtual
    return None


def slow_kernel(image):
    """Its prototypes of helpers are chosen by a long block of slow instructions, for ever."""
    vmlinux = vmlinux_of(image)
    out = subprocess.run(("kcompat", "scan", "--no-modules", "--addresses", "--json", "-n", "*_func_proto", image),
                         stdout=subprocess.PIPE, check=True).stdout
    for function in json.loads(out)["functions"]:
        own = [symbol for symbol in function["symbols"] if symbol["name"] == function["name"]]
        at = offset_of(vmlinux, int(own[0]["address"], 16)) if own else None
        if at:
            # fsin, and back to the start
            code = b"\xd9\xfe" * 25 + b"\xeb" + struct.pack("b", -52)
            vmlinux[at:at + len(code)] = code
    return bytes(vmlinux)


def emulator_inputs(image):
    make("slow", lambda: slow_kernel(image))
    check("slow", "scan", "--no-modules", "{}", statuses=(0,), most_seconds=60)


btf_inputs()
store_inputs()
object_inputs()
package_inputs()
json_inputs()
list_inputs()
special_inputs()
symbol_inputs()
if len(sys.argv) > 2:
    emulator_inputs(sys.argv[2])
for line in bad:
    print(line)
sys.exit(bool(bad))
