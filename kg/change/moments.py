"""Moments of a project's history, by the names that people give them: a baseline, a date, a change, a git revision."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Final

from kg.change.baselines import find_baselines
from kg.errors import InputError
from kg.project.who import tool
from kg.values import Note

if TYPE_CHECKING:
    from pathlib import Path

    from kg.change.baselines import Baseline
    from kg.project.history import History
    from kg.project.project import Project

__all__ = ["NOW", "Moment", "day_of", "local_day", "now", "resolve", "version_notes"]

NOW: Final = "now"
"""What people call the present state where a moment is asked for."""

_CHANGE = re.compile(r"[0-9a-fA-F]{6,64}")
_STAMP: Final = "%Y-%m-%dT%H:%M:%SZ"
_LISTED: Final = 12


@dataclass(frozen=True, slots=True)
class Moment:
    """A state of the project's facts, and the day for which it is judged.

    Attributes:
        heads: ids of the changes that led to it last, sorted.
        day: the day, local time.
        label: how people call it: ``baseline R1``, ``change 3f2a90b1c4d5``, ``2026-11-23``, ``now``.
        is_now: whether it is all that is recorded, whatever comes to that until it is read.
        notes: what the reader must know about how it was found.
    """

    heads: tuple[str, ...]
    day: date
    label: str
    is_now: bool = False
    notes: tuple[Note, ...] = ()


def resolve(project: Project, text: str, *, git: bool = False) -> Moment:
    """Return the moment that `text` names.

    Args:
        project: the project; its sources are looked at by `Project.refresh`, not here.
        text: the name of a baseline; a date or date-time of ISO 8601, local time where it names no zone; the beginning
            of a change's id, six digits or more; or ``now``.
        git: take a revision of git too: its records are the moment's.

    Raises:
        InputError: nothing is called so; the message says what may be named.
    """
    text = text.strip()
    if text.casefold() == NOW:
        return now(project)
    history = project.history()
    with project.reader() as reader:
        known = find_baselines(reader)
    called = [one for one in known if text in {one.name, one.iri, f"baseline {one.name}"}]
    if len(called) > 1:
        changes = " or ".join(change[:12] for change in called[0].changes)
        raise InputError(f"two branches made a baseline {called[0].name!r} each: name a change instead, {changes}")
    if called:
        return _at_baseline(history, called[0])
    if (until := _end_of(text)) is not None:
        return _at_time(history, text, until)
    if _CHANGE.fullmatch(text.removeprefix("change ")):
        return _at_change(history, history.find(text.removeprefix("change ")))
    if git and (found := _at_revision(project.root, history, text)) is not None:
        return found
    names = ", ".join(baseline.name for baseline in known[-_LISTED:]) or "there is none yet"
    raise InputError(
        f"{text!r} names no moment: give a baseline ({names}), a date such as 2026-06-30, or six digits or more of a"
        f" change's id{', or a revision of git' if git else ''}"
    )


def now(project: Project) -> Moment:
    """Return the present: all that is recorded, judged for today."""
    with project.reader() as reader:
        heads = tuple(reader.manifest.notes["heads"])
    return Moment(heads, datetime.now().astimezone().date(), NOW, is_now=True)


def version_notes(history: History, moment: Moment) -> tuple[Note, ...]:
    """Return a note where another version of Interlock recorded the moment: its words and catalogues are not kept."""
    if moment.is_now:
        return ()
    ours = tool()
    recorded = {history.header(id_).tool for id_ in moment.heads}
    others = sorted(name for name in recorded if name.startswith("interlock ") and name != ours)
    if not others:
        return ()
    text = (
        f"this was recorded with {', '.join(others)}; ontology, catalogues, rules and derivations are those of {ours}"
    )
    return (Note("other-version", text),)


def day_of(text: str) -> date | None:
    """Return the day that a date or date-time of ISO 8601 names, local time; None where `text` is none."""
    until = _end_of(text.strip())
    return None if until is None else until.astimezone().date()


def local_day(stamp: str) -> date:
    """Return the local day of a time in UTC as records write it: ``2026-11-23T13:55:02Z``."""
    return datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC).astimezone().date()


def _end_of(text: str) -> datetime | None:
    """Return the moment that a date ends or a date-time names, with its zone; None where `text` is neither."""
    try:
        return datetime.combine(date.fromisoformat(text), time(23, 59, 59)).astimezone() if "-" in text else None
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text).astimezone() if "-" in text else None
    except (ValueError, OverflowError):
        return None


def _at_baseline(history: History, baseline: Baseline) -> Moment:
    """Return the state that a baseline names, with the change that recorded the baseline itself."""
    heads = history.tips(history.ancestors(baseline.changes))
    recorded = next((id_ for id_ in history.since(heads) if _records(history, id_, baseline, heads)), None)
    whens = [history.header(id_).when for id_ in ((recorded,) if recorded else heads)]
    return Moment((recorded,) if recorded else heads, local_day(max(whens)), f"baseline {baseline.name}")


def _records(history: History, id_: str, baseline: Baseline, heads: tuple[str, ...]) -> bool:
    """Tell whether a change is the one that made a baseline of the state that it found."""
    return history.header(id_).parents == heads and bool(history.blocks(id_).of([baseline.iri]))


def _at_change(history: History, id_: str) -> Moment:
    return Moment((id_,), local_day(history.header(id_).when), f"change {id_[:12]}")


def _at_time(history: History, text: str, until: datetime) -> Moment:
    """Return what was recorded by a time; where nothing was yet, what is recorded now, judged for that day."""
    stamp = until.astimezone(UTC).strftime(_STAMP)
    day = until.date()
    then = [id_ for id_ in history.ids if history.header(id_).when <= stamp]
    if len(then) == len(history.ids):
        return Moment(history.heads(), day, text, is_now=True)
    if not then:
        begin = local_day(min(history.header(id_).when for id_ in history.ids))
        note = Note(
            "records-begin-later",
            f"the records begin on {begin}: these are the facts as they are now, judged for {day}",
        )
        return Moment(history.heads(), day, text, is_now=True, notes=(note,))
    return Moment(history.tips(history.ancestors(then)), day, text)


def _at_revision(root: Path, history: History, text: str) -> Moment | None:
    """Return the state whose records a revision of git has; None where git knows no such revision."""
    commit = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{text}^{{commit}}")
    if commit is None or not commit.strip():
        return None
    sha = commit.strip()
    listed = _git(root, "ls-tree", "-z", "--name-only", sha, "record/changes/") or ""
    there = {name.rpartition("/")[2].removesuffix(".trig") for name in listed.split("\0") if name.endswith(".trig")}
    if not there:
        raise InputError(f"the revision {text} of git holds no records in record/changes: name a later one")
    if lost := sorted(there - set(history.ids)):
        raise InputError(
            f"the revision {text} of git has the change {lost[0][:12]}, which is not recorded here: merge it first"
        )
    said = (_git(root, "show", "--no-patch", "--format=%cI", sha) or "").strip()
    day = datetime.fromisoformat(said).astimezone().date()
    return Moment(history.tips(history.ancestors(there)), day, f"git {text}")


def _git(root: Path, *words: str) -> str | None:
    """Return what git says, None where it refuses or is not here."""
    try:
        done = subprocess.run(["git", "-C", str(root), *words], capture_output=True, check=False)  # noqa: S603, S607 - no shell, and git is what the user has
    except OSError:
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None
