"""The full check of a project, against the rule engine alone and against pySHACL on the same N-Triples."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kg.bench.figures import Budget, Figure, Measure
from kg.bench.judging import judge_seconds
from kg.bench.timing import Timing, Trial, in_turns
from kg.rdf.names import NS, XSD

if TYPE_CHECKING:
    from pathlib import Path

    from kg.bench.workspace import Workspace
    from kg.rules import RuleSet

__all__ = ["measure_check"]


def measure_check(work: Workspace, runs: int, *, judge: bool) -> list[Figure]:
    """Time all packaged rules over the project's facts.

    Args:
        work: the plant.
        runs: alternated runs against the engine alone.
        judge: whether pySHACL is timed too; it gets one run.
    """
    import shacl

    from kg.rules import apply_profile, check, load_profile, packaged_rule_files, read_rules

    everything = load_profile("all", [])

    def read() -> RuleSet:
        return apply_profile(read_rules(packaged_rule_files()), everything)

    rules = read()
    project, today = work.project, datetime.now(UTC).date()
    facts = work.folder / "facts.nt"
    _write(facts, [f'<{NS}thisCheck> <{NS}asOf> "{today}"^^<{XSD}date> .\n'.encode(), *project.facts()])
    shapes = "".join(f"{triple} .\n" for file in rules.files for triple in file.triples)

    def alone() -> int:
        return len(shacl.Shapes.from_text(shapes, "ntriples").validate_file(str(facts)).results)

    def ours() -> object:
        return check(project.facts(), read(), as_of=today)

    timing = in_turns(Trial(ours), Trial(alone), runs)
    limit = Budget(Measure.TIMES_REFERENCE, 1.5)
    figures = [Figure.of("full check", work.triples, "rule engine alone", timing, limit)]
    if judge:
        taken, finished = judge_seconds(facts)
        slow = Timing([timing.medians[0]], [taken])
        name = "pySHACL" if finished else f"pySHACL, stopped at {taken:g} s"
        figures.append(Figure.of("full check", work.triples, name, slow, Budget(Measure.TIMES_FASTER, 50)))
    return figures


def _write(path: Path, lines: list[bytes]) -> None:
    with path.open("wb") as file:
        file.writelines(lines)
