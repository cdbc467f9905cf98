"""Where the packaged data folders are.

The only module that knows: in a wheel they lie in ``kg/_data``, in a checkout at its top.
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["examples_folder", "ontology_folder", "questions_folder", "shapes_folder"]

_PACKAGE = Path(__file__).parent


def _folder(name: str) -> Path:
    packaged = _PACKAGE / "_data" / name
    return packaged if packaged.is_dir() else _PACKAGE.parent / name


def ontology_folder() -> Path:
    """Return the folder of the ontology modules, with ``catalogue/`` and ``alignment/`` below it."""
    return _folder("ontology")


def shapes_folder() -> Path:
    """Return the folder of the rules, one Turtle file each."""
    return _folder("shapes")


def questions_folder() -> Path:
    """Return the folder of the stored questions, one ``.rq`` file each."""
    return _PACKAGE / "questions"


def examples_folder() -> Path:
    """Return the folder of the example projects that ``interlock init`` copies."""
    return _PACKAGE / "examples"
