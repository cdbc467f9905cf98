"""Other tools for requirements, each in an environment of its own: run as programs, never imported."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Final

from kg.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["PINNED", "peer_program"]

PINNED: Final = {"doorstop": "3.0", "strictdoc": "0.30.4"}
"""Version of each peer. Doorstop is LGPL-3.0, StrictDoc Apache-2.0."""


def peer_program(name: str, cache: Path) -> Path:
    """Return the program of a peer; its environment is made below `cache` when it isn't there.

    Args:
        name: a key of `PINNED`.
        cache: folder that is kept from run to run.

    Raises:
        InputError: it can't be installed, for want of a network for instance.
    """
    home = cache.absolute() / f"{name}-{PINNED[name]}"
    program = home / "bin" / name
    if not program.exists():
        _do([sys.executable, "-m", "venv", str(home)], name)
        _do([str(home / "bin" / "pip"), "install", "-q", f"{name}=={PINNED[name]}"], name)
    return program


def _do(command: list[str], name: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - fixed words
    if done.returncode:
        why = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        raise InputError(f"{name} {PINNED[name]} can't be installed, {''.join(why)!r}: leave out --only peers")
