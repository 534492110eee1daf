# SPDX-License-Identifier: GPL-2.0-or-later
"""kcompat on a terminal: pager, colours, progress. usage: terminal.py DIRECTORY. Exit status 1: something is wrong."""
import os
import re
import select
import signal
import stat
import struct
import sys
import fcntl
import pty
import termios
import time

scratch = sys.argv[1]
wrong = []


def complain(text):
    wrong.append(text)
    print(text)


def script(name, text):
    path = os.path.join(scratch, name)
    with open(path, "w") as file:
        file.write("#!/bin/sh\n" + text)
    os.chmod(path, stat.S_IRWXU | stat.S_IXOTH | stat.S_IROTH)
    return path


def run(command, rows=24, columns=80, keys=b"", environment=None, terminate=b""):
    """Returns what the terminal got, and the exit status. Sends SIGTERM when the terminal got `terminate`."""
    variables = {name: value for name, value in os.environ.items()
                 if name not in ("PAGER", "KCOMPAT_PAGER", "NO_COLOR", "COLUMNS", "LESS")}
    variables["TERM"] = "xterm"
    variables.update(environment or {})
    pid, terminal = pty.fork()
    if not pid:
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.execvpe(command[0], command, variables)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    got, end, sent = b"", time.time() + 120, False
    while time.time() < end:
        ready, _, _ = select.select([terminal], [], [], 0.5)
        if ready:
            try:
                piece = os.read(terminal, 65536)
            except OSError:
                break
            if not piece:
                break
            got += piece
            if terminate and terminate in got and not sent:
                os.kill(pid, signal.SIGTERM)
                sent = True
        elif keys and not sent and got:
            os.write(terminal, keys)
            sent = True
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    return got.decode("utf-8", "replace").replace("\r\n", "\n"), os.waitstatus_to_exitcode(status)


snapshots = "tests/fixtures/snapshots/"
show = ["kcompat", "show", "-k", snapshots + "scanned-6.1.json", "-k", snapshots + "probed-6.18.json", "bpf_arena_free_pages"]
plain = os.popen("PAGER= " + " ".join(show)).read()
lines = plain.count("\n")
mark = script("mark", 'echo "PAGER $*"; cat; echo "LESS=$LESS"; echo END')


def pages(name, wanted, text):
    if ("PAGER" in text) != wanted:
        complain("%s: %s: %r" % (name, "no pager" if wanted else "a pager", text[-300:]))
    if plain.splitlines()[-1].split(":")[0] not in text:
        complain("%s: the end is missing: %r" % (name, text[-300:]))


# What is longer than the screen goes to the pager, and nothing else does.
text, status = run(show, rows=10, environment={"PAGER": mark})
pages("long", True, text)
if status or "LESS=FRX" not in text or "END" not in text:
    complain("long: status %d: %r" % (status, text[-300:]))
pages("short", False, run(show, rows=lines + 2, environment={"PAGER": mark})[0])
pages("as long as the screen", True, run(show, rows=lines, environment={"PAGER": mark})[0])
pages("--no-pager", False, run(show[:2] + ["--no-pager"] + show[2:], rows=10, environment={"PAGER": mark})[0])
pages("KCOMPAT_PAGER first", False, run(show, rows=10, environment={"PAGER": mark, "KCOMPAT_PAGER": ""})[0])
pages("KCOMPAT_PAGER", True, run(show, rows=10, environment={"PAGER": "cat", "KCOMPAT_PAGER": mark + " -x 'a b'"})[0])
pages("cat", False, run(show, rows=10, environment={"PAGER": "cat"})[0])
pages("empty", False, run(show, rows=10, environment={"PAGER": ""})[0])
pages("dumb terminal", False, run(show, rows=10, environment={"PAGER": mark, "TERM": "dumb"})[0])
text, status = run(show, rows=10, environment={"PAGER": "/no/such/command -x"})
if status or "no pager runs" not in text:
    complain("a pager that is missing: status %d: %r" % (status, text[:200]))
pages("a pager that is missing", False, text)
text, status = run(show, rows=10, environment={"PAGER": mark, "LESS": "S"})
if "LESS=S" not in text:
    complain("LESS of the user is not kept")

# Words of a command with quotes are words; a pager that ends at once is no error; the status is the command's.
if "PAGER -x a b" not in run(show, rows=10, environment={"PAGER": mark + " -x 'a b'"})[0]:
    complain("quotes in PAGER")
quits = script("quits", "head -n 1 >/dev/null; exit 3")
text, status = run(show, rows=10, environment={"PAGER": quits})
if status:
    complain("a pager that ends early: status %d" % status)
diff = ["kcompat", "diff", "--exit-code", snapshots + "scanned-6.1.json", snapshots + "probed-6.18.json"]
text, status = run(diff, rows=10, environment={"PAGER": quits})
if status != 1:
    complain("diff --exit-code with a pager: status %d" % status)
# A message about the output comes behind it, in the pager.
text, status = run(show + ["bpf_no_such_name"], rows=10, environment={"PAGER": mark})
if status not in (1, 3) or not 0 <= text.find("PAGER") < text.find("bpf_no_such_name") < text.find("END"):
    complain("a message with a pager: status %d: %r" % (status, text[-400:]))
# An error without output starts no pager.
text, status = run(["kcompat", "show", "-k", "/no/such/file", "x"], rows=10, environment={"PAGER": mark})
if status != 2 or "PAGER" in text:
    complain("an error: status %d: %r" % (status, text))
# The pager that is there by default ends when it is told to.
if os.system("command -v less >/dev/null") == 0:
    text, status = run(show, rows=10, keys=b"q")
    if status or not text:
        complain("less: status %d: %r" % (status, text[-200:]))
# An interrupt in the pager is not for kcompat.
waits = script("waits", 'trap "echo caught" INT; cat >/dev/null; echo ready; sleep 1; exit 0')
text, status = run(show, rows=10, keys=b"\x03", environment={"PAGER": waits})
if status or "caught" not in text:
    complain("an interrupt in the pager: status %d: %r" % (status, text))
# SIGTERM ends the pager, too.
stays = script("stays", "cat >/dev/null; echo ready; exec sleep 30")
begin = time.time()
text, status = run(show, rows=10, environment={"PAGER": stays}, terminate=b"ready")
if status != 130 or time.time() - begin > 20:
    complain("SIGTERM in the pager: status %d after %d s: %r" % (status, time.time() - begin, text))

# Colours: only on a terminal, only where wanted, and only around words that say the same.
probe = ["kcompat", "probe", "--root", "tests/fixtures/roots/debian-6.1-cloud"]
sequence = re.compile(r"\x1b\[\d+m")
text, status = run(probe, rows=60)
if status or not sequence.search(text):
    complain("no colour on a terminal: %r" % text[:200])
bare = sequence.sub("", text)
if "\x1b" in re.sub(r"\r\x1b\[K", "", bare):
    complain("another escape sequence: %r" % bare)
for word in re.findall(r"\x1b\[3\dm([^\x1b]*)\x1b\[0m", text):
    if word not in ("yes", "no", "unknown", "ran", "loadable", "permitted", "conditional", "blocked", "refused"):
        complain("colour on %r" % word)
for environment in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
    text, _ = run(probe, rows=60, environment=environment)
    if sequence.search(text):
        complain("colour with %r" % environment)
if not sequence.search(run(probe, rows=60, environment={"NO_COLOR": ""})[0]):
    complain("an empty NO_COLOR takes the colour")

# Lines of a table and of the gate fold on a terminal, and nowhere else.
for columns in (60, 80, 200):
    for command in (["kernels"], ["kernels", "--store", "data/kernels.kts"],
                    ["require", "-k", "amd64-6.12-cloud", "map:arena", "kfunc:bpf_arena_free_pages@xdp"]):
        text, status = run(["kcompat"] + command, columns=columns)
        wide = [line for line in text.splitlines() if len(line) > columns]
        if status not in (0, 1) or wide:
            complain("%s, %d columns: status %d: %r" % (command, columns, status, wide[:2]))
        pipe = os.popen("kcompat " + " ".join(command)).read()
        if "".join(text.split()) != "".join(pipe.split()):
            complain("%s, %d columns: another text than in a pipe" % (command, columns))
        if columns == 60 and text.count("\n") <= pipe.count("\n"):
            complain("%s: does not fold" % command)
        if command[0] == "require" and pipe.count("\n") != 2:
            complain("require: more than a line for each requirement: %r" % pipe)

# Progress: a line that grows only, and is gone at the end. A kernel that answers at once shows none.
text, status = run(["kcompat", "probe", "--discover", "--threads=1", "-c", "xdp", "-c", "syscall", "-o", "/dev/null"], rows=60)
numbers = [int(number) for number in re.findall(r"(\d+)% ", text)]
if status or numbers != sorted(set(numbers)):
    complain("progress runs backwards: %r" % numbers)
if text and (not text.endswith("\r\x1b[K") or "\n" in text):
    complain("progress stays: %r" % text[-100:])
sys.exit(1 if wrong else 0)
