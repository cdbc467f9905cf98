"""Q1 inside the process, from the snapshot, against compressed sparse rows that must give the same answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kg.bench.figures import Budget, Figure, Measure
from kg.bench.impact import ImpactReference
from kg.bench.timing import Timing, Trial, in_turns
from kg.errors import InterlockError
from kg.rdf.names import NS, RDF
from kg.values import Trace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from kg.bench.impact import Reached
    from kg.bench.workspace import Workspace

__all__ = ["measure_impact", "reached_by", "threats_of"]

_THREATS: Final = 25
_BUDGET: Final = Budget(Measure.TIMES_REFERENCE, 8)


def measure_impact(work: Workspace, runs: int) -> list[Figure]:
    """Time Q1 for scenarios from all over the plant; a figure is the mean of one question.

    The walk alone gives IRIs and marks, and so does its reference. The answer names each entry by identifier and title
    too, and so does its reference; paths and steps come with ours only.

    Raises:
        InterlockError: an answer differs from the reference's.
    """
    from kg.questions import Asker, Plan, find_question, walk
    from kg.questions.classes import Classes

    question = find_question("Q1")
    with work.project.reader() as reader:
        asker = Asker(reader, work.project.config.prefixes)
        plan = Plan(question, Classes(reader))
        reference = ImpactReference(_lines(work.project.facts()))
        threats = threats_of(work.project.facts())
        chosen = threats[:: max(1, len(threats) // _THREATS)][:_THREATS]

        def ask(threat: str) -> Trace:
            answer = asker.answer(question, {"item": threat})
            if not isinstance(answer, Trace):
                raise InterlockError("Q1 gave no trace")
            return answer

        def go(threat: str) -> Reached:
            return walk(plan, reader, threat, [NS + "ThreatScenario"]).reached

        for threat in chosen:
            _compare(threat, reached_by(ask(threat)), reference.reached(threat))
            _compare(threat, go(threat), reference.reached(threat))
        walked = _timed(go, reference.reached, chosen, runs)
        asked = _timed(ask, reference.answer, chosen, runs)
    return [
        Figure.of("Q1 walk", work.triples, "CSR adjacency", walked, _BUDGET),
        Figure.of("Q1", work.triples, "CSR adjacency", asked, _BUDGET),
    ]


def threats_of(chunks: Iterable[bytes]) -> list[str]:
    """Return the IRIs of all threat scenarios, sorted."""
    end = f" <{RDF}type> <{NS}ThreatScenario> .\n".encode()
    return sorted({line.split(b" ", 1)[0][1:-1].decode() for line in _lines(chunks) if line.endswith(end)})


def reached_by(trace: Trace) -> Reached:
    """Return bucket → IRI of each entry → whether it is governed, of an answer to Q1."""
    return {
        name: {entry.item.iri: entry.governing is not False for entry in entries} for name, entries in trace.buckets
    }


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        yield from chunk.splitlines(keepends=True)


def _timed(ours: Callable[[str], object], theirs: Callable[[str], object], threats: list[str], runs: int) -> Timing:
    def all_of(ask: Callable[[str], object]) -> Trial:
        return Trial(lambda: [ask(threat) for threat in threats])

    total, count = in_turns(all_of(ours), all_of(theirs), runs), len(threats)
    return Timing([one / count for one in total.ours], [one / count for one in total.reference])


def _compare(threat: str, ours: Reached, theirs: Reached) -> None:
    for bucket, entries in theirs.items():
        if ours.get(bucket) != entries:
            other = ours.get(bucket, {})
            odd = sorted(iri for iri in entries.keys() | other.keys() if entries.get(iri) != other.get(iri))
            raise InterlockError(f"Q1 of {threat} differs from its reference in {bucket}, at {', '.join(odd[:3])}")
