"""Where a file that is imported goes in a project, and under which name."""

from __future__ import annotations

import hashlib
import re
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kg.errors import BrokenFile, InputError, LimitExceeded
from kg.project.config import FILE
from kg.project.sources import Source, find_sources

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from kg.importers.conversion import Conversion
    from kg.project.project import Project
    from kg.rdf.guard import Limits

__all__ = ["Intake", "check_file", "plan", "within"]

_FOLDER: Final = "sources/imported"
_NOT_IN_NAME: Final = re.compile(r"[^A-Za-z0-9._-]+")
_PATTERN_SIGNS: Final = set("*?[")
_LONGEST: Final = 100
"""Characters of a source's name: its file and the drafts beside it must fit into a folder."""


@dataclass(slots=True)
class Intake:
    """One file on its way into a project.

    Attributes:
        file: as the user named it.
        source: the source that it becomes; its path lies in the project.
        listed: whether the project has an entry for it already.
        draft: the copy that waits beside its place; None for a file that lies in the project.
        digest: SHA-256 of what was converted.
        conversion: its facts.
    """

    file: Path
    source: Source
    listed: bool
    draft: Path | None = None
    digest: str = ""
    conversion: Conversion | None = None


def plan(project: Project, files: Sequence[Path], kind: str, name: str) -> list[Intake]:
    """Return where each file goes, touching nothing.

    Args:
        project: the project.
        files: the files.
        kind: name of the importer; empty to tell by the content.
        name: name of the source, for a single file; empty for the name of the file.

    Raises:
        InputError: a name or place is taken, or the file has another kind in the project.
    """
    if name and len(files) != 1:
        raise InputError("a source can be named for one file at a time: import the files one by one")
    intakes: dict[str, Intake] = {}
    for file in files:
        one = _place(project, file, kind, name)
        other = intakes.setdefault(one.source.name, one)
        if other is not one:
            raise InputError(
                f"{file} and {other.file} would both be the source {one.source.name!r}: import them one by one, and"
                " name the second with --source"
            )
    return list(intakes.values())


def _place(project: Project, file: Path, kind: str, name: str) -> Intake:
    root = project.root
    found = {one.path: one for one in find_sources(root, project.config)}
    entries = {entry.name: entry for entry in project.config.sources}
    absolute = within(root, file) or file
    inside = absolute is not file
    if inside and absolute in found:
        source = found[absolute]
        _same_kind(source, kind)
        return Intake(file, source, listed=True)
    name = name or _name(file)
    if inside:
        shown = str(absolute.relative_to(root))
        if shown.split("/", maxsplit=1)[0] in {".interlock", "record"} or _PATTERN_SIGNS & set(shown):
            raise InputError(f"{file} can't be a source where it lies: move it elsewhere in the project, or rename it")
        if name in entries:
            raise InputError(f"{file}: {entries[name].path} is the source {name!r} already: give --source another name")
        return Intake(file, Source(name, absolute, kind, shown), listed=False)
    shown = entries[name].path if name in entries else f"{_FOLDER}/{name}{file.suffix.lower()}"
    if not shown.startswith(f"{_FOLDER}/"):
        raise InputError(
            f"{file}: the source {name!r} is {shown} of this project: change that, or give --source a name"
        )
    target = root / shown
    if target in found:
        _same_kind(found[target], kind)
        return Intake(file, found[target], listed=True)
    if target.exists():
        raise InputError(f"{file}: {shown} is in the way and no source: remove it, or give --source another name")
    for entry in entries.values():
        if entry.is_pattern and target.relative_to(root).match(entry.path):
            source = Source(f"{entry.name}/{target.stem}", target, "" if entry.kind == "auto" else entry.kind, shown)
            _same_kind(source, kind)
            return Intake(file, source, listed=True)
    return Intake(file, Source(name, target, kind, shown), listed=False)


def within(root: Path, file: Path) -> Path | None:
    """Return the path of `file` below `root`, None where it lies elsewhere; links are followed.

    Raises:
        BrokenFile: links lead in a circle.
    """
    try:
        real = file.resolve()
    except (OSError, RuntimeError):  # RuntimeError until Python 3.12
        raise BrokenFile(str(file), "is a link that leads back to itself; name the file") from None
    return root / real.relative_to(root.resolve()) if real.is_relative_to(root.resolve()) else None


def _name(file: Path) -> str:
    name = _NOT_IN_NAME.sub("-", file.stem).strip("-._")
    if not name or len(name) > _LONGEST:
        return f"{name[:_LONGEST] or 'source'}-{hashlib.sha256(file.name.encode()).hexdigest()[:8]}"
    return name


def _same_kind(source: Source, kind: str) -> None:
    if kind not in {"", source.kind}:
        now = source.kind or "what it looks like"
        raise InputError(
            f"{source.shown} is read as {now} in this project: change its kind in {FILE}, or leave --as out"
        )


def check_file(file: Path, limits: Limits) -> None:
    """Refuse what can't be copied: what is no regular file may have no end.

    Raises:
        BrokenFile: it is missing, or no regular file.
        LimitExceeded: it is too large.
    """
    try:
        facts = file.stat()
    except FileNotFoundError:
        raise BrokenFile(str(file), "there is no such file") from None
    except OSError as wrong:
        raise BrokenFile(str(file), f"can't be read: {wrong.strerror}") from None
    if not stat.S_ISREG(facts.st_mode):
        kind = "a folder" if stat.S_ISDIR(facts.st_mode) else "a device or pipe"
        raise BrokenFile(str(file), f"is {kind}; a file was expected")
    if facts.st_size > limits.size:
        raise LimitExceeded(f"{file}: is larger than {limits.size >> 20} MiB; the setting parse-size raises the limit")
