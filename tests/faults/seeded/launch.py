"""Starts a role with one bug in it: `python -m faults.seeded.launch BUG ROLE`."""

from __future__ import annotations

import sys

from faults.seeded import bugs, rabbit_bugs

PLANTS = bugs.PLANTS | rabbit_bugs.PLANTS


def main(bug: str, role: str) -> None:
    PLANTS[bug]()
    sys.argv = ["kindkans-gateway", role]
    from gateway import cli  # after the patch: whoever imports a name gets the patched one

    cli.main()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
