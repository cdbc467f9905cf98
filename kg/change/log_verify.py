"""Whether what was recorded still is what was recorded, and whether the index says the same.

Nothing is opened for writing and nothing is repaired: what is wrong is told with what to do about it.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
from collections import Counter
from typing import TYPE_CHECKING, Final

from kg.change.log_index import index_faults
from kg.errors import InterlockError
from kg.project.history import History
from kg.store import current_snapshot, current_state, open_snapshot
from kg.values import Note, Table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kg.project.project import Project
    from kg.store import Manifest
    from kg.values import Cell

__all__ = ["verify_project"]

_RECORD = re.compile(r"[0-9a-f]{64}\.trig")
_BACK: Final = "git checkout -- "


def verify_project(project: Project) -> Table:
    """Return a table of what is wrong with the records or with the index: file, what is wrong, what to do.

    Every record must have the SHA-256 that it is named by and its parents beside it, must add only what was not there
    and remove only what was; git, where it is used, must not know of records that are gone; the index must hold just
    what replaying the records gives. A file that another one's content makes suspect is named too.
    """
    folder = project.root / "record" / "changes"
    state = current_state(project.index_folder)
    current = current_snapshot(project.index_folder)
    faults = [*_files(folder), *_texts(project.root / "record" / "texts")]
    faults += _gone(project.root, folder, state)
    notes = []
    if not faults:
        history = History(folder)
        faults += _unfitting(history)
        if not faults:
            if state is None or current is None:
                notes.append(
                    Note("no-index", "there is no finished index: the next command builds it from the records")
                )
            else:
                if state.notes.get("records") != history.digest:
                    notes.append(
                        Note("index-behind", "the index lacks records that came by git: the next command takes them in")
                    )
                with open_snapshot(current) as reader:
                    faults += index_faults(project.config.base, history.until(state.notes["heads"]), reader)
        notes.append(_summary(history, whole=not faults))
    return Table("What is wrong with the records", ("file", "what", "remedy"), tuple(faults), tuple(notes))


def _summary(history: History, *, whole: bool) -> Note:
    heads = history.heads()
    ends = ", ".join(head[:12] for head in heads) or "nothing"
    many = "; the next change joins them" if len(heads) > 1 else ""
    text = f"{len(history.ids)} changes, which end in {ends}{many}"
    return Note("verified", f"{text}: every record, and the index, is what was recorded" if whole else text)


def _files(folder: Path) -> Iterator[tuple[Cell, ...]]:
    """Yield what is wrong with files by themselves, and parents that are missing."""
    paths = sorted(folder.iterdir()) if folder.is_dir() else []
    names = {path.name for path in paths}
    parents: dict[str, str] = {}
    history = History(folder, [path.stem for path in paths if _RECORD.fullmatch(path.name)])
    for path in paths:
        if path.name == ".draft.tmp":  # what a commit that was cut off left; the next one writes it anew
            continue
        shown = f"record/changes/{path.name}"
        digest = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        if not _RECORD.fullmatch(path.name):
            renamed = bool(digest) and _is_record(path)
            what = "is a record under another name" if renamed else "is no change record"
            yield shown, what, f"name it {digest}.trig again" if renamed else "remove it"
        elif digest != path.stem:
            other = f"{digest}.trig"
            if _is_record(path) and other not in names and not _known_to_git(folder, path.name):
                yield shown, "is not what its name says", f"{_BACK}{shown}; if it was renamed, name it {other} again"
            else:
                yield shown, "is not what its name says: it was changed", f"{_BACK}{shown}"
        else:
            try:
                for parent in history.header(path.stem).parents:
                    parents.setdefault(parent, path.name)
            except InterlockError as error:
                yield shown, str(error), "remove it: no Interlock wrote it"
    for parent, child in sorted(parents.items()):
        if f"{parent}.trig" not in names:
            shown = f"record/changes/{parent}.trig"
            yield shown, f"is missing: {child} builds on it", f"{_BACK}{shown}, or git pull"


def _texts(folder: Path) -> Iterator[tuple[Cell, ...]]:
    """Yield the texts kept by an undo that are not what their names say."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != path.name:
            shown = f"record/texts/{path.name}"
            yield shown, "is not what its name says", f"{_BACK}{shown}; without it, undoing an undo may fail"


def _is_record(path: Path) -> bool:
    with path.open("rb") as file:
        return file.readline().startswith(b"# Interlock change record ")


def _gone(root: Path, folder: Path, state: Manifest | None) -> Iterator[tuple[Cell, ...]]:
    """Yield records on which none builds and which the index or git still know."""
    told: set[str] = set()
    for head in state.notes.get("heads", ()) if state is not None else ():
        if not (folder / f"{head}.trig").exists():
            shown = f"record/changes/{head}.trig"
            told.add(head)
            yield shown, "is missing: the index holds it", f"{_BACK}{shown}, unless you went back in git on purpose"
    for name in sorted(_removed_in_git(root)):
        if not (folder / name).exists() and name.removesuffix(".trig") not in told:
            shown = f"record/changes/{name}"
            yield shown, "is missing: git has it", f"{_BACK}{shown}, or git log -- {shown} where a commit removed it"


def _removed_in_git(root: Path) -> set[str]:
    """Return the names of records that the present commit of git or one that led to it has."""
    said = _git(
        root, "log", "--format=", "--name-only", "--diff-filter=A", "-z", "--no-renames", "--", "record/changes"
    )
    names = {name.rpartition("/")[2].strip() for name in said.split("\0")}
    return {name for name in names if _RECORD.fullmatch(name)}


def _known_to_git(folder: Path, name: str) -> bool:
    return bool(_git(folder, "ls-files", "-z", "--", name))


def _git(folder: Path, *words: str) -> str:
    """Return what git says, nothing where it is not used here."""
    try:
        done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, check=False)  # noqa: S603, S607 - no shell, and git is what the user has
    except OSError:
        return ""
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else ""


def _unfitting(history: History) -> Iterator[tuple[Cell, ...]]:
    """Yield records that add what was there already or remove what was not: no Interlock wrote those."""
    there: dict[tuple[str, bytes], list[tuple[int, bool]]] = {}
    above: list[int] = []
    places: dict[str, int] = {}
    for place, id_ in enumerate(history.order(history.heads())):
        places[id_] = place
        reach = 1 << place
        for parent in history.header(id_).parents:
            reach |= above[places[parent]]
        above.append(reach)
        wrong = Counter[str]()
        for graph, delta in history.blocks(id_).all().items():
            for lines, comes in ((delta.removed, False), (delta.added, True)):
                for line in lines:
                    said = there.setdefault((graph, line), [])
                    last = next((was for at, was in reversed(said) if reach >> at & 1), False)
                    if last == comes:
                        wrong["adds what was there" if comes else "removes what was not there"] += 1
                    said.append((place, comes))
        for what, count in sorted(wrong.items()):
            shown = f"record/changes/{id_}.trig"
            text = f"{what}, {count} facts: it was not written by Interlock on top of its parents"
            yield shown, text, f"git log -- {shown} says where it came from; remove it if it was made by hand"
