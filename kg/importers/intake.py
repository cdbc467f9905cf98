"""Taking files of other tools into a project: checked first, then put in place all at once, or not at all.

A file is copied beside its later place under a hidden name, read from there, and only then moved in. So what was read
is what lies in the project, and a file that can't be read leaves no trace.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import InputError
from kg.importers.changes import ImportReport, described
from kg.importers.plan import Intake, check_file, plan, within
from kg.importers.registry import convert
from kg.project.config import FILE, SourceEntry
from kg.project.delta import item_change
from kg.project.lock import hold
from kg.project.project import Project
from kg.project.sources import Source, graph_of, hash_file, parse_limits
from kg.project.start import add_source
from kg.rdf.ntriples import write_atomic
from kg.rdf.skolem import SkolemLimits, skolemise
from kg.store import Delta

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kg.importers.conversion import Conversion
    from kg.project.change import Change
    from kg.rdf.guard import Limits

__all__ = ["import_files", "preview"]


def import_files(
    project: Project,
    files: Sequence[Path],
    *,
    kind: str = "",
    name: str = "",
    listed: int | None = None,
    on_step: Callable[[str], None] | None = None,
) -> list[ImportReport]:
    """Make `files` sources of a project and commit them.

    A file outside the project is copied into its folder ``sources/imported``; one with the name of a source that came
    in that way takes its place. A file inside the project stays where it is.

    Args:
        project: the project; what else changed in it is committed first, on its own.
        files: the files.
        kind: name of the importer; empty to tell by the content.
        name: name of the source, for a single file; empty for the name of the file.
        listed: most items of each sort to describe in a report; None for all.
        on_step: told the name of each step of a commit before it is taken.

    Raises:
        InputError: a file is wrong, or its name is taken; nothing is touched then.
        LimitExceeded: a file goes beyond a limit of the project.
        Busy: another process commits and did not let go in time.
    """
    wait = project.config.settings.number("lock-wait-seconds")
    with hold(project.root / ".interlock" / "import", wait):
        project = Project(  # another import may have changed what it is configured as
            project.root, convert=convert, derive=project.derive
        )
        before = project.refresh()
        intakes = plan(project, files, kind, name)
        with _drafts(project, intakes):
            _convert(project, intakes)
            with _in_place(project, intakes):
                ready = Project(project.root, convert=_Converted(intakes), derive=project.derive, on_step=on_step)
                after = ready.refresh(reason=f"import {', '.join(one.source.shown for one in intakes)}")
    return _reports(ready, intakes, [change for change in (after, before) if change], listed)


def _reports(
    ready: Project, intakes: Sequence[Intake], changes: Sequence[Change], listed: int | None
) -> list[ImportReport]:
    reports = []
    with ready.reader() as reader:
        for one in intakes:
            graph = graph_of(ready.config.base, one.source.name)
            lines = list(reader.graph(graph).lines()) if graph in reader.graphs else []
            deltas = (change.deltas[graph] for change in changes if graph in change.deltas)
            reports.append(_report(one, lines, next(deltas, Delta()), listed))
    return reports


def preview(
    project: Project, files: Sequence[Path], *, kind: str = "", name: str = "", listed: int | None = None
) -> list[ImportReport]:
    """Return what `import_files` would report, without touching anything; the arguments are the same."""
    intakes = plan(project, files, kind, name)
    for one in intakes:
        check_file(one.file, parse_limits(project.config))
    _convert(project, intakes)
    settings = project.config.settings
    limits = SkolemLimits(settings.whole("blank-node-count"), settings.number("blank-node-seconds"))
    reports = []
    with project.reader() as reader:
        for one in intakes:
            graph = graph_of(project.config.base, one.source.name)
            old = reader.graph(graph).lines() if graph in reader.graphs else ()
            new = skolemise(_conversion(one).lines, project.config.base, name=str(one.file), limits=limits)
            reports.append(_report(one, new, Delta.between(old, new), listed))
    return reports


class _Converted:
    """The converter of a project whose new sources are converted already."""

    def __init__(self, intakes: Sequence[Intake]) -> None:
        self._ready = {one.source.path: one for one in intakes}

    def __call__(self, sources: Sequence[Source], base: str, limits: Limits) -> list[Conversion]:
        """Return the facts of `sources`, those that are ready as they are."""
        results: dict[Path, Conversion] = {}
        for one in sources:
            ready = self._ready.get(one.path)
            if ready is not None and ready.conversion is not None and hash_file(one.path) == ready.digest:
                results[one.path] = ready.conversion
        rest = [one for one in sources if one.path not in results]
        results.update(zip((one.path for one in rest), convert(rest, base, limits), strict=True))
        return [results[one.path] for one in sources]


@contextmanager
def _drafts(project: Project, intakes: Sequence[Intake]) -> Iterator[None]:
    """Copy what lies outside beside its place; what is left of the copies goes at the end."""
    made: list[Path] = []
    folders: list[Path] = []
    try:
        for one in intakes:
            check_file(one.file, parse_limits(project.config))
            if within(project.root, one.file) is None:
                folders += _make(one.source.path.parent)
                one.draft = one.source.path.with_name(f".{one.source.path.name}.new")
                made.append(one.draft)
                shutil.copyfile(one.file, one.draft)
        yield
    except OSError as wrong:
        raise InputError(f"{wrong.filename} can't be copied into the project: {wrong.strerror}") from wrong
    finally:
        for path in made:
            path.unlink(missing_ok=True)
        for folder in reversed(folders):
            if not any(folder.iterdir()):
                folder.rmdir()


def _make(folder: Path) -> list[Path]:
    """Make a folder and those above it that are missing; return those made, the uppermost first."""
    missing = [one for one in (*reversed(folder.parents), folder) if not one.exists()]
    for one in missing:
        one.mkdir()
    return missing


def _convert(project: Project, intakes: Sequence[Intake]) -> None:
    sources = []
    for one in intakes:
        path = one.draft or one.file
        one.digest = hash_file(path)
        sources.append(Source(one.source.name, path, one.source.kind, str(one.file)))
    for one, result in zip(intakes, convert(sources, project.config.base, parse_limits(project.config)), strict=True):
        one.conversion = result


@contextmanager
def _in_place(project: Project, intakes: Sequence[Intake]) -> Iterator[None]:
    """Move the copies in and list the new sources; where the block fails, everything is as it was."""
    config = project.root / FILE
    before = config.read_bytes()
    replaced: dict[Path, Path | None] = {}
    try:
        for one in intakes:
            if one.draft is not None:
                replaced[one.source.path] = _set_aside(one.source.path)
                one.draft.replace(one.source.path)
            if not one.listed:
                add_source(project.root, SourceEntry(one.source.name, one.source.shown, _conversion(one).kind))
        yield
    except BaseException:
        write_atomic(config, [before])
        for target, old in replaced.items():
            if old is not None:
                old.replace(target)
            else:
                target.unlink(missing_ok=True)
        raise
    for old in replaced.values():
        if old is not None:
            old.unlink()


def _set_aside(path: Path) -> Path | None:
    """Keep a copy of the file at `path` under a hidden name and return it; None where there is no file.

    The file itself stays until the new one takes its place, so that at no moment there is none.
    """
    if not path.exists():
        return None
    return Path(shutil.copy2(path, path.with_name(f".{path.name}.old")))


def _conversion(one: Intake) -> Conversion:
    if one.conversion is None:
        raise ValueError(one.source.name)
    return one.conversion


def _report(one: Intake, lines: Sequence[bytes], delta: Delta, listed: int | None) -> ImportReport:
    change = item_change(lines, delta.added, delta.removed)
    named = {*change.added[:listed], *change.modified[:listed]}
    items = {**described(change.retired[:listed], delta.removed), **described(named, lines)}
    conversion = _conversion(one)
    return ImportReport(one.source.name, one.source.shown, conversion.kind, change, items, conversion.caveats)
