"""Opening a project with everything that takes part in a commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.derive import Derivations
from kg.importers.registry import convert
from kg.project.project import Project

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["open_project"]


def open_project(start: Path | None = None) -> Project:
    """Return the project that `start` (default: the working folder) lies in.

    Raises:
        InputError: there is none, its configuration is wrong, or its index is of a newer version.
    """
    return Project.find(start, convert=convert, derive=Derivations())
