"""Terms that nobody defines, brought forward: only the terms that a change concerns are looked up again."""

from __future__ import annotations

from heapq import nsmallest
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from kg.rdf.names import CATALOGUE, RDF
from kg.rdf.turtle import natural
from kg.rules.unknown import SHOWN, Stray
from kg.rules.vocabulary import LABELS, TERM_KINDS, Vocabulary, closed_by, is_ours, namespace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pyoxigraph import Triple

    from kg.rules.standing_state import StandingState
    from kg.rules.visible import Visible

__all__ = ["Words"]

_TYPE = NamedNode(RDF + "type")
_TELLING = frozenset((RDF + "type", *LABELS))


class Words:
    """Which terms are defined, and the uses of those that are not, kept in the standing state.

    Args:
        state: where they are kept.
    """

    def __init__(self, state: StandingState) -> None:
        self._state = state

    def begin(self, vocabulary: Vocabulary, strays: Iterable[Stray]) -> None:
        """Keep what was found in all facts."""
        for table in ("defined", "stray", "seen"):
            self._state.change(f"DELETE FROM {table}")  # noqa: S608 - our own names
        rows = ((iri, namespace(iri), int(iri in vocabulary.closing)) for iri in vocabulary.defined)
        self._state.change("INSERT INTO defined VALUES (?, ?, ?)", rows)
        self._keep(strays)

    def bring(self, facts: Visible, triples: Sequence[Triple]) -> bool:
        """Bring all forward.

        Args:
            facts: what rules see now.
            triples: what came and went for them.

        Returns:
            False where that can't be told from what changed: another namespace is closed than before.
        """
        before = self._closed()
        subjects = {t.subject for t in triples if t.predicate.value in _TELLING or is_ours(_iri(t.subject))}
        moved = [node.value for node in subjects if isinstance(node, NamedNode) and self._define(node, facts)]
        if moved:  # what rules speak of has to be looked up again
            self._state.change("DELETE FROM seen")
        closed = self._closed() if moved else before
        if closed != before:
            return False
        used = {t.predicate.value for t in triples} | {
            t.object.value for t in triples if isinstance(t.object, NamedNode)
        }
        for term in {*moved, *used}:
            if namespace(term) in closed:
                self._state.change("DELETE FROM stray WHERE term = ?", [(term,)])
                if not self._state.rows("SELECT 1 FROM defined WHERE iri = ?", (term,)):
                    self._keep(_strays(term, facts))
        return True

    def vocabulary(self) -> Vocabulary:
        """Return which terms are defined; which are used is left out."""
        rows = self._state.rows("SELECT iri, closes FROM defined")
        closing = frozenset(iri for iri, closes in rows if closes)
        none: frozenset[str] = frozenset()
        return Vocabulary(none, none, none, frozenset(iri for iri, _ in rows), closing, self._closed(), {})

    def strays(self) -> list[Stray]:
        """Return the uses to be told of."""
        return [Stray(*row) for row in self._state.rows("SELECT term, place, subject, path, uses FROM stray")]

    def _closed(self) -> frozenset[str]:
        return closed_by(row[0] for row in self._state.rows("SELECT DISTINCT space FROM defined WHERE closes"))

    def _define(self, node: NamedNode, facts: Visible) -> bool:
        """Look up again whether `node` is defined, and return whether that is otherwise than before."""
        kinds = {one.value for one in facts.objects(node, _TYPE) if isinstance(one, NamedNode)}
        term = not kinds.isdisjoint(TERM_KINDS)
        said = is_ours(node.value) and any(True for _ in facts.outgoing(node))
        closes = (said and node.value.startswith(CATALOGUE)) or (
            term and any(True for label in LABELS for _ in facts.objects(node, NamedNode(label)))
        )
        now = [(int(closes),)] if said or term else []
        if now == self._state.rows("SELECT closes FROM defined WHERE iri = ?", (node.value,)):
            return False
        self._state.change("DELETE FROM defined WHERE iri = ?", [(node.value,)])
        rows = [(node.value, namespace(node.value), closes) for (closes,) in now]
        self._state.change("INSERT INTO defined VALUES (?, ?, ?)", rows)
        return True

    def _keep(self, strays: Iterable[Stray]) -> None:
        rows = ((s.term, s.place, s.path, s.subject, s.uses) for s in strays)
        self._state.change("INSERT INTO stray VALUES (?, ?, ?, ?, ?)", rows)


def _strays(term: str, facts: Visible) -> Iterator[Stray]:
    """Yield the uses of a term that nobody defines, as `unknown_terms` does."""
    uses: dict[tuple[str, str], set[str]] = {}
    for place, path, subject in _uses(NamedNode(term), facts):
        uses.setdefault((place, path), set()).add(subject)
    if is_ours(term) or any(place == "property" or path == _TYPE.value for place, path in uses):
        for (place, path), subjects in uses.items():
            for one in nsmallest(SHOWN, subjects, key=natural):
                yield Stray(term, place, one, path, len(subjects))


def _uses(term: NamedNode, facts: Visible) -> Iterator[tuple[str, str, str]]:
    for subject in facts.using(term):
        yield "property", term.value, _iri(subject) or "_:"
    for subject, property_ in facts.incoming(term):
        if property_ != term:
            place = "class" if property_.value.endswith("#type") else "value"
            yield place, property_.value, _iri(subject) or "_:"


def _iri(node: object) -> str:
    return node.value if isinstance(node, NamedNode) else ""
