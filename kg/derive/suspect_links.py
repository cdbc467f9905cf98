"""Derives the links that somebody has to look at again, and those that were found not to hold.

A focus is a link: the IRIs of source, property and target with blanks between. Its state follows from what both ends
say, from the reviews of it and from the acceptances (`kg.review.states`). So a change concerns the links of the items
that it speaks of, those of the owners of parts that it speaks of, and those of the ends of links that it judges.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal, NamedNode

from kg.focus.touch import Everything
from kg.rdf.names import NS, RDF, XSD
from kg.rdf.terms import line
from kg.review.content import GENID, ContentRules
from kg.review.links import Link
from kg.review.records import COMPUTED, all_records
from kg.review.states import LinkState, Standings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyoxigraph import Triple

    from kg.focus.reads import RecordingReader
    from kg.project.derived import Context
    from kg.rdf.terms import Node
    from kg.review.states import Standing
    from kg.store import Reader, Touched

__all__ = ["SuspectLinks", "link_lines"]

_TYPE: Final = RDF + "type"
_FROM: Final = NS + "reviewsLinkFrom"
_TO: Final = NS + "reviewsLinkTo"
_OF: Final = NS + "baselineOf"
_ANALYSED: Final = NS + "analysesChangeOf"
_ACCEPTS: Final = NS + "acceptsBaseline"
_ANY: Final = f"ASK {{ {{ ?act a <{NS}Review> }} UNION {{ ?act a <{NS}Acceptance> }} }}"
_DECLARING: Final = frozenset(
    NS + name
    for name in ("authoredContent", "notContent", "contentOnlyAs", "suspicion", "acceptsBaseline", "baselineOf")
) | {"http://www.w3.org/2000/01/rdf-schema#subClassOf"}
"""What decides for every item what counts, and which links were accepted."""


@dataclass(frozen=True, slots=True)
class _Run:
    """What is kept for one state."""

    context: Context
    standings: Standings


class SuspectLinks:
    """The derivation; see the module."""

    name = "suspect-links"
    stratum = 2
    version = "2"
    recorded = False

    def __init__(self) -> None:
        self._run: _Run | None = None

    def all(self, reader: Reader, context: Context) -> Iterable[str]:
        """Return the links that can be other than unreviewed or accepted as they are."""
        standings = self._begin(reader, context)
        if any(earlier.reowned for _, earlier in standings.accepted):
            return {_focus(one.link) for one in standings.all()}
        nodes = {node[1:-1].decode() for _, earlier in standings.accepted for node in earlier.touched}
        nodes |= {end for record in all_records(reader) for end in record.link[::2]}
        return {_focus(link) for node in nodes for link in _around(standings, node)}

    def concerned(self, reader: Reader, touched: Touched, context: Context) -> Iterable[str] | Everything:
        """Return the links that a change may bring into another state."""
        if not _judging(touched) and not reader.ask(_ANY):
            return ()
        standings = self._begin(reader, context)
        accepted = {acceptance.baseline for acceptance, _ in standings.accepted}
        nodes: set[str] = set()
        for triple in touched.triples():
            property_, subject = triple.predicate.value, str(triple.subject)[1:-1]
            if property_ in _DECLARING or (property_ == _OF and subject in accepted):
                return Everything("what counts as content of an item, or what was accepted, changed")
            if _concerns_part(triple, standings):
                return Everything("a part that has a name of its own came or went, or came to another item")
            nodes.add(subject)
            if property_ in {_FROM, _TO} and isinstance(triple.object, NamedNode):
                nodes.add(triple.object.value)
            if property_ == _ANALYSED:
                reviews = reader.subjects(NamedNode(NS + "concludedBy"), NamedNode(subject))
                nodes |= {end for review in reviews for end in _ends_of(reader, review)}
        found = {_focus(link) for node in nodes for link in _around(standings, node)}
        return found | {_focus(link) for node in nodes for link in _told_of(standings, node)}

    def compute(self, focus: str, reader: RecordingReader, context: Context) -> Iterable[bytes]:
        """Return what is derived about a link."""
        del reader  # nothing is recorded: `concerned` tells
        if self._run is None or self._run.context is not context:
            raise RuntimeError("a run begins with all or concerned")
        standings, link = self._run.standings, Link(*focus.split(" "))
        if link in standings.said(link.source) or link in standings.gone(link.source):
            (standing,) = standings.several([link])
            yield from link_lines(standing, context.config.base)

    def _begin(self, reader: Reader, context: Context) -> Standings:
        """Return what tells the states of links in a state; made anew for each run."""
        standings = Standings(reader, context.history, ContentRules.of(reader), context.folder)
        self._run = _Run(context, standings)
        return standings


def link_lines(standing: Standing, base: str) -> Iterator[bytes]:
    """Yield what is said of a link that has to be looked at, does not hold, or is new; nothing of others.

    Args:
        standing: the link.
        base: base IRI of the project.
    """
    kinds = [kind for kind, told in _kinds(standing) if told]
    if not kinds or not standing.dependents:
        return
    link = standing.link
    name = hashlib.sha256("\n".join(link).encode()).hexdigest()[:32]
    node = NamedNode(f"{base}{COMPUTED}{name}")
    for kind in kinds:
        yield line(node, NamedNode(_TYPE), NamedNode(NS + kind))
    yield line(node, NamedNode(_FROM), NamedNode(link.source))
    yield line(node, NamedNode(_TO), NamedNode(link.target))
    yield line(node, NamedNode(NS + "reviewsLinkType"), Literal(link.property, datatype=NamedNode(XSD + "anyURI")))
    for end in (link.source,) if standing.newer else standing.changed:
        yield line(node, NamedNode(NS + "changedEnd"), NamedNode(end))
    for end in standing.owing:
        yield line(node, NamedNode(NS + "bringsUpToDate"), NamedNode(end))
    judged = standing.newer or standing.record
    if judged is not None:
        yield line(node, NamedNode(NS + "lastJudged"), NamedNode(judged.iri))


def _kinds(standing: Standing) -> Iterator[tuple[str, bool]]:
    """Yield each class of links that are told of, and whether a link is of it."""
    yield "SuspectLink", standing.asks
    yield "InvalidLink", standing.state is LinkState.INVALID
    yield "UnreviewedLink", standing.state is LinkState.UNREVIEWED and standing.accepted


def _focus(link: Link) -> str:
    return " ".join(link)


def _judging(touched: Touched) -> bool:
    """Tell whether a change speaks of judgements."""
    return any(triple.predicate.value in {_FROM, _ACCEPTS} for triple in touched.triples())


def _around(standings: Standings, node: str) -> set[Link]:
    """Return the links of a node, and of the items that it belongs to, that stand or stood."""
    found: set[Link] = set()
    for owner in {node} | standings.links.owners(node):
        if standings.accepted or standings.recorded(owner):
            found |= set(standings.links.of(owner)) | standings.gone(owner)
            found |= {link for one in standings.formerly(owner) for link in standings.gone(one) if link.target == owner}
        else:
            found |= standings.said(owner)
    return found


def _ends_of(reader: Reader, review: Node) -> set[str]:
    """Return the items at the ends of the link that a review judges."""
    ends = [end for name in (_FROM, _TO) for end in reader.objects(review, NamedNode(name))]
    return {end.value for end in ends if isinstance(end, NamedNode)}


def _told_of(standings: Standings, node: str) -> Iterator[Link]:
    """Yield the links of which something was derived before, of a node and of those that it belongs to."""
    for owner in {node} | standings.links.owners(node):
        for end in (_FROM, _TO):
            for about in standings.reader.subjects(NamedNode(end), NamedNode(owner)):
                facts = {p.value: o for p, o in standings.reader.outgoing(about)}
                link = [facts.get(name) for name in (_FROM, NS + "reviewsLinkType", _TO)]
                source, property_, target = link
                if isinstance(source, NamedNode) and isinstance(property_, Literal) and isinstance(target, NamedNode):
                    yield Link(source.value, property_.value, target.value)


def _concerns_part(triple: Triple, standings: Standings) -> bool:
    """Tell whether a triple makes a node that has a name a part, or tells whose part it is."""
    property_, value = str(triple.predicate).encode(), triple.object
    if not isinstance(value, NamedNode):
        return False
    if triple.predicate.value == _TYPE:
        return str(value).encode() in standings.rules.parts and GENID not in str(triple.subject).encode()
    if property_ in standings.rules.suspicion or GENID in str(value).encode():
        return False
    return standings.links.is_part(value.value)
