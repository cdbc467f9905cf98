"""`interlock check`: judge a project, or some files, by rules."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kg.cli.common import AsOfOption, FormatOption, OutputOption, write
from kg.errors import InputError
from kg.report import Format
from kg.values import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from kg.project.config import Config
    from kg.rules import RuleSet
    from kg.store import SnapshotReader
    from kg.values import Findings, Note

__all__ = ["FailOn", "command"]


class FailOn(StrEnum):
    """From which severity on a finding makes the check fail."""

    VIOLATION = "violation"
    WARNING = "warning"
    INFO = "info"
    NEVER = "never"


def command(  # noqa: PLR0917 - options, which Typer passes by name
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[PATH]…",
            help="Files and folders to check as they are; a project folder, or nothing: the project.",
            show_default=False,
        ),
    ] = None,
    profile: Annotated[
        str, typer.Option(metavar="NAME", help="The profile of rules; default is the project's, else all rules.")
    ] = "",
    rule: Annotated[
        list[str] | None,
        typer.Option(metavar="GLOB", help="Only rules whose name fits, such as 'ZCR-5.*'; may be given again."),
    ] = None,
    fail_on: Annotated[
        FailOn, typer.Option(help="The mildest severity that makes the exit code 1.")
    ] = FailOn.VIOLATION,
    as_of: AsOfOption = "",
    form: FormatOption = Format.TEXT,
    output: OutputOption = None,
    judge: Annotated[
        bool, typer.Option("--judge", help="Run on pySHACL instead of the fast engine: slow, for comparison.")
    ] = False,
    full: Annotated[
        bool, typer.Option("--full", help="Judge all facts anew instead of what changed since the last check.")
    ] = False,
    list_: Annotated[bool, typer.Option("--list", help="List the rules instead of running them.")] = False,
) -> None:
    """Judge the project, or some files, by the rules; 0 clean, 1 findings, 2 wrong use, 3 could not finish."""
    with _subject(paths or [], as_of, alone=list_) as subject:
        chosen = _rules(subject, profile, rule or [])
        if list_:
            from kg.rules.listing import rule_table

            write(rule_table(chosen, subject.chunks()), form, output)
            return
        found = _judged(subject, chosen, judge=judge, full=full)
        found = replace(found, notes=(*subject.notes, *found.notes))
        write(found, form, output, prefixes=subject.config.prefixes)
    worst = found.worst()
    if fail_on is not FailOn.NEVER and worst is not None and worst.at_least(Severity(fail_on)):
        raise typer.Exit(1)


@dataclass(frozen=True)
class _Subject:
    """What is checked.

    Attributes:
        config: the configuration of the project, or one that sets nothing.
        chunks: gives the facts as chunks of N-Triples.
        day: the day to judge by.
        root: the project's folder; None for files.
        present: reads the present state of a project, which is judged for today; None for anything else.
        notes: what the reader must know about how files were read.
    """

    config: Config
    chunks: Callable[[], Iterable[bytes]]
    day: date
    root: Path | None = None
    present: SnapshotReader | None = None
    notes: tuple[Note, ...] = ()


@contextmanager
def _subject(paths: Sequence[Path], as_of: str, *, alone: bool) -> Iterator[_Subject]:
    """Open what the user named: a project, or files as they are.

    Args:
        paths: what the user named.
        as_of: the moment, as the user called it; empty for now.
        alone: whether ontology and catalogues will do where there is no project.
    """
    from kg.project.config import FILE

    here = Path.cwd()
    inside = any((folder / FILE).is_file() for folder in (here, *here.parents))
    if (not paths and (inside or not alone)) or (len(paths) == 1 and (paths[0] / FILE).is_file()):
        from kg.cli.asking import view_at
        from kg.project.sources import idle_patterns

        with view_at(as_of, *paths) as view:
            project, reader = view.project, view.reader
            present = reader if view.is_now and view.day == _today() else None
            notes = (*view.notes, *idle_patterns(project.root, project.config))
            yield _Subject(project.config, reader.facts, view.day, project.root, present, notes)
        return
    from kg.importers.registry import convert
    from kg.project.standalone import Standalone

    day = _day(as_of)
    standalone = Standalone([file for path in paths for file in _files(path)], convert=convert)
    yield _Subject(standalone.config, standalone.facts, day, notes=standalone.notes)


def _judged(subject: _Subject, chosen: RuleSet, *, judge: bool, full: bool) -> Findings:
    """Judge the subject: the present state of a project by what changed in it, anything else as a whole."""
    from kg import rules

    prefixes = subject.config.prefixes
    if judge or subject.present is None or subject.root is None:
        runner = rules.run_judge if judge else rules.run_fast
        return rules.check(subject.chunks(), chosen, as_of=subject.day, runner=runner, prefixes=prefixes)
    from kg.rules.standing_open import open_standing
    from kg.rules.standing_source import SnapshotSource

    reader = subject.present
    standing = open_standing(reader.path.parent.parent, prefixes, subject.config.settings.number("lock-wait-seconds"))
    return standing.check(SnapshotSource(reader), chosen, as_of=subject.day, full=full)


def _day(as_of: str) -> date:
    """Return the day for which files are judged: they have no history, so no other moment can be named."""
    from kg.change.moments import day_of

    day = day_of(as_of) if as_of else _today()
    if day is None:
        raise InputError(f"{as_of!r} is no date such as 2026-06-30; files outside a project are judged for a day")
    return day


def _files(path: Path) -> list[Path]:
    """Return the files that `path` stands for: of a folder all that an importer can read by their extension."""
    from kg.rdf.formats import by_extension

    if not path.is_dir():
        if not path.exists():
            raise InputError(f"there is no file or folder {path}")
        return [path]
    visible = (p for p in sorted(path.rglob("*")) if not any(s.startswith(".") for s in p.relative_to(path).parts))
    files = [p for p in visible if p.is_file() and by_extension(p)]
    if not files:
        raise InputError(f"{path} holds no file that Interlock can read: name a folder with .ttl, .json or other RDF")
    return files


def _rules(subject: _Subject, profile: str, patterns: Sequence[str]) -> RuleSet:
    from kg.rules import select_rules
    from kg.rules.project_rules import rules_of

    return select_rules(rules_of(subject.config, subject.root, profile), patterns)


def _today() -> date:
    return datetime.now().astimezone().date()
