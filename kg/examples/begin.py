"""Begin a project from an example: a copy of its files that is the user's own from then on."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Literal, TypeAlias

from kg.data import examples_folder
from kg.errors import InputError
from kg.project.config import FILE
from kg.project.start import check_place, prepare_folder

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Example", "begin_example"]

Example: TypeAlias = Literal["plant", "tutorial"]


def begin_example(example: Example, folder: Path) -> None:
    """Copy an example into `folder` and make it a project.

    Args:
        example: ``plant``, the example plant with advisories and planted faults, or ``tutorial``, one zone.
        folder: made if it is missing; must hold nothing that the example would overwrite.

    Raises:
        InputError: `folder` is a project already, is a file, or a file of the example is there.
    """
    if (folder / FILE).exists():
        raise InputError(f"{folder} is a project already: it has {FILE}; name a new folder")
    check_place(folder)
    origin = examples_folder() / example
    files = sorted(path.relative_to(origin) for path in origin.rglob("*") if path.is_file())
    taken = [file for file in files if (folder / file).exists()]
    if taken:
        raise InputError(f"{folder / taken[0]} is there already; name a new folder")
    for parent in {file.parent for file in files}:
        check_place(folder / parent)
    for file in sorted(files, key=lambda file: file.name == FILE):  # last, so that what is half copied is no project
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(origin / file, folder / file)
    prepare_folder(folder)
