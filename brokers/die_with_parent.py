"""Becomes another program that the kernel kills when its parent dies, however the parent dies.

    python -I -S die_with_parent.py <pid of the parent> <program> [argument ...]

A script of its own and not a preexec_fn, which may deadlock in a process with threads. SIGKILL,
because it always works, and a server that syncs always loses nothing by it.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, program: str, arguments: list[str]) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL) != 0:
        sys.exit(f"prctl failed: {ctypes.get_errno()}")
    if os.getppid() != parent:
        sys.exit("the parent is gone already")
    os.execv(program, [program, *arguments])  # noqa: S606


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3:])
