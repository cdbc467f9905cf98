"""The example plant's story: what was changed in three revisions, step by step, as edits of its files."""

from __future__ import annotations

import shutil
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kg.data import examples_folder
from kg.errors import InputError
from kg.opening import open_project

if TYPE_CHECKING:
    from pathlib import Path

    from kg.project.change import Change

__all__ = ["Edit", "Step", "read_story", "take"]


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of one file.

    Attributes:
        file: the file, from the project's folder.
        find: text that stands there once; empty where the file is new.
        replace: what stands there afterwards; of a new file the name of the one that it is a copy of.
    """

    file: str
    find: str
    replace: str


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody did.

    Attributes:
        name: a word to name it by.
        title: what happens, for people.
        reason: why, for the record; empty where no file changes.
        edits: changes of files, one after the other.
        commands: arguments of `interlock` to be run then, one after the other.
    """

    name: str
    title: str
    reason: str
    edits: tuple[Edit, ...]
    commands: tuple[tuple[str, ...], ...]


def read_story() -> tuple[Step, ...]:
    """Return the steps of the story, in order."""
    with (examples_folder() / "story" / "story.toml").open("rb") as file:
        story = tomllib.load(file)
    return tuple(
        Step(
            step["name"],
            step["title"],
            step.get("reason", ""),
            tuple(_edit(edit) for edit in step.get("edit", ())),
            tuple(tuple(command) for command in step.get("commands", ())),
        )
        for step in story["step"]
    )


def _edit(edit: dict[str, Any]) -> Edit:
    return Edit(edit["file"], edit.get("find", ""), edit["new"] if "new" in edit else edit["replace"])


def take(step: Step, folder: Path) -> Change | None:
    """Make the edits of a step in the project in `folder` and commit them; its commands are not run.

    Returns:
        What the commit changed; None where the step changes no file.

    Raises:
        InputError: a text that is to be replaced doesn't stand in its file once.
    """
    for edit in step.edits:
        file = folder / edit.file
        if not edit.find:
            shutil.copyfile(examples_folder() / "story" / edit.replace, file)
            continue
        text = file.read_text("utf-8")
        if text.count(edit.find) != 1:
            raise InputError(f"{file} is not as the step {step.name!r} of the story expects it: begin in a new folder")
        file.write_text(text.replace(edit.find, edit.replace), "utf-8")
    return open_project(folder).refresh(reason=step.reason) if step.reason else None
