"""One change after the other in a process of its own, so that its memory is its own: started by `kg.bench.changing`.

A change gives components another firmware version. With each come the commit with what is derived in it, the check by
all rules and the suspects; `anew` forgets before each change what earlier runs left to go on from.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal, NamedNode

from kg.rdf.names import NS, RDF
from kg.rdf.terms import line

if TYPE_CHECKING:
    from kg.project.project import Project
    from kg.rules import RuleSet
    from kg.store import SnapshotReader

__all__ = ["PHASES", "SOURCE", "main"]

PHASES: Final = ("commit", "check", "suspects")
SOURCE: Final = "benchmark"
_KEPT: Final = ("check.sqlite", "derive.sqlite")
_MARK: Final = "benchmark "


def main() -> None:
    """Change a project as the arguments say, and print as JSON how long each change took and what was found.

    Arguments: the project's folder, ``forward`` or ``anew``, then of each change on how many components it is.
    """
    from kg.rules import apply_profile, load_profile, packaged_rule_files, read_rules

    folder, way, *counts = sys.argv[1:]
    rules = apply_profile(read_rules(packaged_rule_files()), load_profile("all", []))
    changes = [_change(Path(folder), int(count), rules, anew=way == "anew") for count in counts]
    json.dump(changes, sys.stdout)


def _change(folder: Path, count: int, rules: RuleSet, *, anew: bool) -> dict[str, object]:
    from kg.opening import open_project
    from kg.store import Delta

    project = open_project(folder)
    delta = Delta(*_lines(project, count))
    if anew:
        for name in _KEPT:
            for path in (folder / ".interlock").glob(f"{name}*"):
                path.unlink()
    begun = time.process_time()
    marks = [time.perf_counter()]
    project.amend(SOURCE, delta, reason="benchmark")
    marks.append(time.perf_counter())
    with project.reader() as reader:
        findings = _check(project, reader, rules)
        marks.append(time.perf_counter())
        suspects = _suspects(project, reader)
        marks.append(time.perf_counter())
    return {
        "components": len(delta.added),
        **dict(zip(PHASES, (end - start for start, end in pairwise(marks)), strict=True)),
        "cpu": time.process_time() - begun,
        "digest": hashlib.sha256("\n".join(sorted(findings) + sorted(suspects)).encode()).hexdigest(),
    }


def _lines(project: Project, count: int) -> tuple[list[bytes], list[bytes]]:
    """Return the lines to add and to remove that give `count` components from all over the plant another version."""
    firmware, class_ = NamedNode(f"{NS}firmwareVersion"), NamedNode(f"{NS}Component")
    come, gone = [], []
    with project.reader() as reader:
        components = sorted(
            (one for one in reader.subjects(NamedNode(f"{RDF}type"), class_) if isinstance(one, NamedNode)),
            key=lambda one: one.value,
        )
        for component in components[:: max(1, len(components) // count)][:count]:
            said = [one for one in reader.objects(component, firmware) if isinstance(one, Literal)]
            versions = [one for one in said if one.value.startswith(_MARK)]
            last = max((int(one.value.removeprefix(_MARK)) for one in versions), default=0)
            gone += [line(component, firmware, one) for one in versions]
            come.append(line(component, firmware, Literal(f"{_MARK}{last + 1}")))
    return sorted(come), sorted(gone)


def _check(project: Project, reader: SnapshotReader, rules: RuleSet) -> list[str]:
    from kg.rules.standing_open import open_standing
    from kg.rules.standing_source import SnapshotSource

    standing = open_standing(project.root / ".interlock", project.config.prefixes)
    found = standing.check(SnapshotSource(reader), rules, as_of=datetime.now(UTC).date())
    return [f"{one.rule} {one.focus.iri} {one.path}" for one in found.items]


def _suspects(project: Project, reader: SnapshotReader) -> list[str]:
    from kg.change.suspects import find_suspects

    found = find_suspects(reader, project.history(), prefixes=project.config.prefixes)
    return [f"{one.item.iri} {one.cause} {' '.join(item.iri for item in one.path)}" for one in found.items]
