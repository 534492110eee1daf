# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Asks kcompat what the running kernel has. A gate is one execution at start."""

import json
import subprocess


def require(*requirements, binary="kcompat"):
    """The document kcompat/require/1. Exit status 0, 1 and 3 are answers; anything else is an error."""
    done = subprocess.run([binary, "require", "--json", "--", *requirements], capture_output=True, text=True)
    if done.returncode not in (0, 1, 3):
        raise RuntimeError(done.stderr.strip())
    return json.loads(done.stdout)
