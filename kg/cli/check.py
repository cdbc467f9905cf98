"""`interlock check`: judge a project, or some files, by rules."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kg.cli.common import FormatOption, OutputOption, write
from kg.errors import InputError
from kg.report import Format
from kg.values import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kg.project.config import Config
    from kg.rules import RuleSet
    from kg.values import Note

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
    as_of: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Judge what holds on this day; default is today."
        ),
    ] = None,
    form: FormatOption = Format.TEXT,
    output: OutputOption = None,
    judge: Annotated[
        bool, typer.Option("--judge", help="Run on pySHACL instead of the fast engine: slow, for comparison.")
    ] = False,
    list_: Annotated[bool, typer.Option("--list", help="List the rules instead of running them.")] = False,
) -> None:
    """Judge the project, or some files, by the rules; 0 clean, 1 findings, 2 wrong use, 3 could not finish."""
    from kg import rules

    subject = _subject(paths or [], alone=list_)
    chosen = _rules(subject, profile, rule or [])
    if list_:
        from kg.rules.listing import rule_table

        write(rule_table(chosen, subject.facts()), form, output)
        return
    day = as_of.date() if as_of else _today()
    found = rules.check(
        subject.facts(),
        chosen,
        as_of=day,
        runner=rules.run_judge if judge else rules.run_fast,
        prefixes=subject.config.prefixes,
    )
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
        root: the project's folder; None for files.
        chunks: gives the facts.
        notes: what the reader must know about how files were read.
    """

    config: Config
    root: Path | None
    chunks: Callable[[], Iterator[bytes]]
    notes: tuple[Note, ...] = ()

    def facts(self) -> Iterator[bytes]:
        """Yield the facts as chunks of N-Triples."""
        return self.chunks()


def _subject(paths: Sequence[Path], *, alone: bool) -> _Subject:
    """Open what the user named: a project, or files as they are.

    Args:
        paths: what the user named.
        alone: whether ontology and catalogues will do where there is no project.
    """
    from kg.project.config import FILE

    here = Path.cwd()
    inside = any((folder / FILE).is_file() for folder in (here, *here.parents))
    if (not paths and (inside or not alone)) or (len(paths) == 1 and (paths[0] / FILE).is_file()):
        from kg.opening import open_project
        from kg.project.sources import idle_patterns

        project = open_project(*paths)
        project.refresh()
        return _Subject(project.config, project.root, project.facts, idle_patterns(project.root, project.config))
    from kg.importers.registry import convert
    from kg.project.standalone import Standalone

    standalone = Standalone([file for path in paths for file in _files(path)], convert=convert)
    return _Subject(standalone.config, None, standalone.facts, standalone.notes)


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
    from kg import rules

    own = [subject.root / "profiles"] if subject.root else []
    chosen = rules.load_profile(profile or subject.config.profile or "all", own)
    everything = rules.read_rules(rules.packaged_rule_files(), _own_rules(subject), subject.config.prefixes)
    return rules.select_rules(rules.apply_profile(everything, chosen), patterns)


def _own_rules(subject: _Subject) -> list[Path]:
    """Return the rule files of the project itself."""
    if subject.root is None:
        return []
    found = []
    for pattern in subject.config.rules:
        files = sorted(path for path in subject.root.glob(pattern) if path.is_file())
        if not files:
            raise InputError(f"interlock.toml: no file fits {pattern!r} of [rules]")
        found += files
    return found


def _today() -> date:
    return datetime.now().astimezone().date()
