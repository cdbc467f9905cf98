"""Who commits, with what."""

from __future__ import annotations

import getpass
import subprocess
from importlib import metadata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["tool", "user"]


def user(root: Path) -> str:
    """Return the git user of the folder, else the user of the system."""
    command = ["git", "config", "--null", "--get-regexp", r"^user\.(name|email)$"]
    try:
        said = subprocess.run(command, cwd=root, capture_output=True, check=False).stdout  # noqa: S603 - fixed words
    except OSError:  # no git here
        said = b""
    known = dict(pair.split("\n", 1) for pair in said.decode("utf-8", "replace").split("\0") if "\n" in pair)
    name, mail = known.get("user.name", ""), known.get("user.email", "")
    if name and mail:
        return f"{name} <{mail}>"
    if name or mail:
        return name or mail
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number that no user has
        return "unknown user"


def tool() -> str:
    """Return the name and version of this program."""
    try:
        return f"interlock {metadata.version('interlock-kg')}"
    except metadata.PackageNotFoundError:  # run from a checkout that nobody installed
        return "interlock (checkout)"
