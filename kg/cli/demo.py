"""`interlock demo`: the main job on the example plant, or its story: what was changed and what followed."""

from __future__ import annotations

import shlex
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING, Annotated, Final

import typer

from kg.cli.common import write
from kg.errors import InputError, InterlockError
from kg.report import Format

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kg.project.project import Project

__all__ = ["command"]

_SCENARIO: Final = "TS-05"
"""The threat scenario of the example plant whose impact the demo shows."""


_FOUND: Final = 1
"""Exit code of a command that found something."""


def command(
    folder: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="Where to make the project, or the demo made earlier.")
    ] = Path("interlock-demo"),
    story: Annotated[
        bool, typer.Option("--story", help="Tell three revisions of the plant in a new DIR: each change, what follows.")
    ] = False,
    with_: Annotated[
        list[Path] | None,
        typer.Option(
            "--with", metavar="FILE", help="Import this real file too: an advisory, ATT&CK, RDF; again for more."
        ),
    ] = None,
) -> None:
    """Make a project of the example plant, import advisories, check the rules, and compute one impact."""
    from kg.examples.begin import begin_example
    from kg.opening import open_project
    from kg.project.config import FILE

    if story:
        if with_:
            raise InputError("--story tells what happened to files that ship: leave out --with")
        _tell(folder)
        return
    if not (folder / FILE).is_file():
        begin_example("plant", folder)
        _heading(f"1  A project of the example plant: {folder}")
    else:
        _heading(f"1  The project made earlier: {folder}")
    project = open_project(folder)
    _import(project, with_ or [])
    _heading("3  Check: what the rules find")
    _check(project)
    _heading(f"4  Impact: what depends on threat scenario {_SCENARIO}")
    _impact(project)
    _heading("5  Go on")
    if which("interlock") is None:
        typer.echo(f'  export PATH="{Path(sys.executable).parent}:$PATH"')
    typer.echo(
        f"  cd {folder}\n"
        "  interlock check --rule 'ZCR-*'      the rules of one clause family\n"
        f"  interlock impact {_SCENARIO}              the same answer; --format json for programs\n"
        "  interlock why 'RC SR 1.1'           the chain behind one requirement\n"
        "  interlock import ADVISORY.json      a CSAF advisory of your own vendor\n"
        "  interlock ask --list                every question that is stored\n"
        "  edit model/*.ttl and check again    only what changed is read again"
    )


def _tell(folder: Path) -> None:
    """Make the project and take each step of the story in it; show the commands with what they print."""
    from kg.examples.begin import begin_example
    from kg.examples.telling import read_story, take

    begin_example("plant", folder)
    for number, step in enumerate(read_story(), 1):
        _heading(f"{number}  {step.title}")
        change = take(step, folder)
        if change is not None:
            files = ", ".join(dict.fromkeys(edit.file for edit in step.edits)) or "all files"
            typer.echo(f"  {files}: change {change.id[:12]}\n  reason: {step.reason}")
        for words in step.commands:
            typer.echo(f"\n$ interlock {shlex.join(words)}")
            _do(words, folder)


def _do(words: Sequence[str], folder: Path) -> None:
    """Run `interlock` as people would type it, in the project's folder."""
    sys.stdout.flush()
    program = (sys.executable, "-c", "import sys; sys.argv[0] = 'interlock'; from kg.cli.main import run; run()")
    done = subprocess.run((*program, *words), cwd=folder, check=False)  # noqa: S603 - our own
    if done.returncode not in {0, _FOUND}:
        raise InterlockError(f"the story stopped: interlock {shlex.join(words)} ended with {done.returncode}")


def _heading(text: str) -> None:
    typer.echo(f"\n── {text} " + "─" * max(2, 96 - len(text)))


def _import(project: Project, extra: list[Path]) -> None:
    """Commit the plant's sources and take in what the user brought; say what came in."""
    from kg.importers.intake import import_files

    change = project.refresh(reason="the example plant and its advisories")
    _heading("2  Import: sources into the index on disk")
    if change is None:
        typer.echo("  nothing changed since the last time")
    else:
        counts = {graph: len(delta.added) for graph, delta in change.deltas.items()}
        advisories = {graph: count for graph, count in counts.items() if "/advisories/" in graph}
        typer.echo(
            f"  {len(counts) - len(advisories)} files of the model, {len(advisories)} advisories:"
            f" {sum(counts.values()):,} facts, recorded as change {change.id[:12]}"
        )
    for report in import_files(project, extra) if extra else []:
        items = report.change
        typer.echo(
            f"  {report.path} ({report.kind}): {len(items.added)} items added, {len(items.modified)} modified,"
            f" {len(items.retired)} retired, {items.unchanged} unchanged"
        )


def _check(project: Project) -> None:
    from kg import rules

    ruleset = rules.read_rules(rules.packaged_rule_files(), prefixes=project.config.prefixes)
    today = datetime.now().astimezone().date()
    found = rules.check(project.facts(), ruleset, as_of=today, prefixes=project.config.prefixes)
    write(found, Format.TEXT, prefixes=project.config.prefixes)


def _impact(project: Project) -> None:
    from kg.questions import Asker

    with project.reader() as reader:
        asker = Asker(reader, project.config.prefixes)
        item = asker.item(_SCENARIO)
        answer = asker.answer(asker.choose(item, "impact"), {"item": item.iri})
    write(answer, Format.TEXT, prefixes=project.config.prefixes)
