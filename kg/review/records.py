"""What was decided about links, as it is recorded: reviews of one link each, and acceptances of all that stood."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal, NamedNode

from kg.rdf.names import NS, RDF
from kg.review.links import Link

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kg.rdf.terms import Term
    from kg.store import Reader

__all__ = [
    "COMPUTED",
    "Acceptance",
    "Record",
    "acceptances",
    "all_records",
    "record_of",
    "records_from",
    "records_to",
    "told_links",
]

COMPUTED: Final = "suspect-link/"
"""What follows the base of a project in the IRIs of what is derived about links: that is no judgement."""

_TYPE: Final = NamedNode(RDF + "type")
_FROM: Final = NamedNode(NS + "reviewsLinkFrom")
_TO: Final = NamedNode(NS + "reviewsLinkTo")


@dataclass(frozen=True, slots=True)
class Record:
    """One judgement of one link.

    Attributes:
        iri: the review, or the acceptance.
        link: the link.
        source_print: fingerprint of the link's source when it was judged.
        target_print: fingerprint of its target.
        valid: whether the link was found to hold.
        when: time in UTC, ``2026-11-23T13:55:02Z``; of reviews of other tools the day alone.
        by: IRI of who decided.
        role: IRI of the acting role.
        reason: why.
        against: ids of the changes whose state was judged.
        analysis: IRI of the impact analysis that it follows; empty where there was none.
        analysed: IRIs of the items whose change that analysis was of.
    """

    iri: str
    link: Link
    source_print: str
    target_print: str
    valid: bool
    when: str
    by: str = ""
    role: str = ""
    reason: str = ""
    against: tuple[str, ...] = ()
    analysis: str = ""
    analysed: tuple[str, ...] = ()

    @property
    def rank(self) -> tuple[str, bool, str]:
        """What tells the latest: the time; of two at one time, that the link does not hold; the name."""
        return self.when, not self.valid, self.iri


@dataclass(frozen=True, slots=True)
class Acceptance:
    """One decision that all links which stood at a baseline hold.

    Attributes:
        iri: the acceptance.
        baseline: IRI of the baseline.
        changes: ids of the changes whose state the baseline names.
        when: time in UTC.
        by: IRI of who decided.
        role: IRI of the acting role.
        reason: why.
    """

    iri: str
    baseline: str
    changes: tuple[str, ...]
    when: str
    by: str = ""
    role: str = ""
    reason: str = ""


def record_of(reader: Reader, review: str) -> Record | None:
    """Return the review with an IRI; None where it is none, or does not say which link it judges and how."""
    facts = _facts(reader, review)
    valid = facts["linkValid"]
    ends = [facts[name] for name in ("reviewsLinkFrom", "reviewsLinkType", "reviewsLinkTo")]
    if NS + "Review" not in facts["type"] or not valid or not all(ends):
        return None
    analysis = min(facts["concludedBy"], default="")
    return Record(
        review,
        Link(*(min(values) for values in ends)),
        min(facts["subjectFingerprint"], default=""),
        min(facts["objectFingerprint"], default=""),
        valid == ["true"],
        _when(facts),
        min(facts["performedBy"], default=""),
        min(facts["actingAs"], default=""),
        min(facts["reason"], default=""),
        tuple(sorted(change.rpartition("/")[2] for change in facts["decidedAgainst"])),
        analysis,
        tuple(sorted(_facts(reader, analysis)["analysesChangeOf"])) if analysis else (),
    )


def records_from(reader: Reader, source: str) -> Iterator[Record]:
    """Yield the reviews of links that leave an item."""
    yield from _found(reader, reader.subjects(_FROM, NamedNode(source)))


def records_to(reader: Reader, target: str) -> Iterator[Record]:
    """Yield the reviews of links that arrive at an item."""
    yield from _found(reader, reader.subjects(_TO, NamedNode(target)))


def all_records(reader: Reader) -> Iterator[Record]:
    """Yield all reviews."""
    yield from _found(reader, reader.subjects(_TYPE, NamedNode(NS + "Review")))


def told_links(reader: Reader, kind: str) -> list[Link]:
    """Return the links of which it is derived that they are of a kind.

    Args:
        reader: the state.
        kind: ``SuspectLink``, ``InvalidLink`` or ``UnreviewedLink``.
    """
    found = []
    for node in reader.subjects(_TYPE, NamedNode(NS + kind)):
        if isinstance(node, NamedNode):
            facts = _facts(reader, node.value)
            ends = [facts[name] for name in ("reviewsLinkFrom", "reviewsLinkType", "reviewsLinkTo")]
            if all(ends):
                found.append(Link(*(min(values) for values in ends)))
    return sorted(found)


def acceptances(reader: Reader) -> list[Acceptance]:
    """Return all acceptances, in the order in which they were decided."""
    found = []
    for node in reader.subjects(_TYPE, NamedNode(NS + "Acceptance")):
        if not isinstance(node, NamedNode):
            continue
        facts = _facts(reader, node.value)
        for baseline in facts["acceptsBaseline"]:
            changes = [change.rpartition("/")[2] for change in _facts(reader, baseline)["baselineOf"]]
            found.append(
                Acceptance(
                    node.value,
                    baseline,
                    tuple(sorted(changes)),
                    _when(facts),
                    min(facts["performedBy"], default=""),
                    min(facts["actingAs"], default=""),
                    min(facts["reason"], default=""),
                )
            )
    return sorted(found, key=lambda one: (one.when, one.iri))


def _found(reader: Reader, nodes: Iterable[Term]) -> Iterator[Record]:
    for node in list(nodes):
        if not isinstance(node, NamedNode) or COMPUTED in node.value:
            continue
        record = record_of(reader, node.value)
        if record is not None:
            yield record


def _facts(reader: Reader, iri: str) -> defaultdict[str, list[str]]:
    """Return local name of a property of ours, or ``type`` → its values."""
    facts: defaultdict[str, list[str]] = defaultdict(list)
    for property_, value in reader.outgoing(NamedNode(iri)):
        if isinstance(value, NamedNode | Literal):
            name = "type" if property_ == _TYPE else property_.value.removeprefix(NS)
            facts[name].append(value.value)
    return facts


def _when(facts: defaultdict[str, list[str]]) -> str:
    return max(facts["decidedAt"] or facts["performedOn"], default="")
