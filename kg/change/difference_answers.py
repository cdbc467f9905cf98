"""Of which threat scenarios the answer to Q1 is otherwise in two states: what depends on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pyoxigraph import NamedNode

from kg.change.difference_items import described
from kg.focus.cache import Footprints
from kg.focus.footprint import Opaque
from kg.focus.touch import Everything, foci
from kg.focus.traces import TraceStep
from kg.focus.view import View
from kg.project.derived import full_run
from kg.questions import Asker, find_question
from kg.questions.asking import natural
from kg.questions.classes import Classes
from kg.rdf.names import RDF
from kg.rdf.terms import iri_values
from kg.values import AnswerChange

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from kg.change.difference_states import States
    from kg.questions import Question
    from kg.values import Note

__all__ = ["compare_answers"]

_QUESTION: Final = "Q1"
_ASKED: Final = "ThreatScenario"
_LIMIT: Final = 20_000


def compare_answers(
    states: States, day: date, *, everything: bool = False
) -> tuple[tuple[AnswerChange, ...], tuple[Note, ...]]:
    """Return what the answers to Q1 hold otherwise, and what the reader must know.

    Only scenarios are asked from which the question can reach what changed.

    Args:
        states: the two states.
        day: what ``today`` means to the question.
        everything: ask all scenarios.
    """
    question = find_question(_QUESTION)
    starts, notes = (sorted(_scenarios(states)), ()) if everything else _starts(states, question)
    prefixes = states.project.config.prefixes
    askers = [Asker(reader, prefixes, day) for reader in (states.before, states.after)]
    found: list[tuple[str, str, str, str | None, str | None]] = []
    for start in starts:
        old, new = (_reached(asker, question, start) for asker in askers)
        for bucket, iri in sorted(old.keys() | new.keys()):
            if old.get((bucket, iri)) != new.get((bucket, iri)):
                found.append((start, bucket, iri, old.get((bucket, iri)), new.get((bucket, iri))))
    items = described({iri for one in found for iri in (one[0], one[2])}, [states.after, states.before], prefixes)
    name = f"{question.id} {question.slug}"
    changes = [AnswerChange(name, items[start], bucket, items[iri], old, new) for start, bucket, iri, old, new in found]
    return tuple(sorted(changes, key=_place)), notes


def _place(change: AnswerChange) -> tuple[list[str | int], str, list[str | int]]:
    return natural(change.start.id), change.bucket, natural(change.item.id)


def _starts(states: States, question: Question) -> tuple[list[str], tuple[Note, ...]]:
    """Return the scenarios whose answers may be otherwise; all where that can't be told."""
    steps = [TraceStep(step.query, () if step.start else step.sources, step.targets) for step in question.steps]
    folder = states.project.index_folder
    footprints = Footprints(folder / "footprints.json")
    footprint = footprints.trace(steps, [facts.query for facts in question.facts])
    footprints.save()
    if isinstance(footprint, Opaque):
        return sorted(_scenarios(states)), (full_run(footprint.reason, question.slug),)
    view = View(states.after, states.touched, hide_retired=False)
    found = foci(footprint, view, view.visible(), _LIMIT)
    if isinstance(found, Everything):
        return sorted(_scenarios(states)), (full_run(found.reason, question.slug),)
    return sorted(found & _scenarios(states)), ()


def _scenarios(states: States) -> set[str]:
    """Return the threat scenarios of either state."""
    found: set[str] = set()
    for reader in (states.before, states.after):
        for block in iri_values("c", sorted(Classes(reader).within([_ASKED]))):
            rows = reader.select(f"SELECT ?x WHERE {{ {block} ?x <{RDF}type> ?c }}")
            found |= {x.value for (x,) in rows if isinstance(x, NamedNode)}
    return found


def _reached(asker: Asker, question: Question, start: str) -> Mapping[tuple[str, str], str]:
    """Return bucket and item → how the answer holds it."""
    walked = asker.walk(question, start)
    marked = {bucket.name for bucket in question.buckets if bucket.governing}
    return {
        (bucket, iri): ("governing" if on else "contributing") if bucket in marked else "reached"
        for bucket, entries in walked.reached.items()
        for iri, on in entries.items()
    }
