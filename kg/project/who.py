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
    name, mail = _git(root, "user.name"), _git(root, "user.email")
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


def _git(root: Path, key: str) -> str:
    try:
        done = subprocess.run(["git", "config", "--get", key], cwd=root, capture_output=True, check=False)  # noqa: S603, S607
    except OSError:
        return ""
    return done.stdout.decode("utf-8", "replace").strip()
