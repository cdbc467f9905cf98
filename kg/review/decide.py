"""Decisions about links: what they cover, against which content, and what is recorded of them.

How an impact analysis ends (MEANINGS "Change": a suspicion *ends in* one). *No effect*: somebody looked, and the item
holds for what the changed end says now; its links are recorded valid for what both ends say. *Update needed*, *back to
phase n* and *new risk assessment of the zone*: somebody looked, and as it stands the item does not hold; its links are
recorded invalid for what both ends say. The question is answered, so the item is no longer suspect; but it must come to
say something else, so what hangs below it is not settled. Once it does, no record fits what both ends say, the link is
suspect, and the new content is judged as any other. It would be less work to let any later edit of the item end the
matter, and a corrected typing error would then end it too.

A decision covers the links on which the item rests and that are open, suspect or never reviewed; a link that was judged
for what both ends say now keeps its verdict, unless it is named. A link where both ends rest on each other has one
record, which settles both.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal, NamedNode

from kg.errors import InputError
from kg.rdf.names import DCTERMS, NS, RDF, XSD, curie
from kg.rdf.terms import line
from kg.review.acts import act_lines
from kg.review.states import LinkState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from kg.rdf.terms import Term
    from kg.review.links import Link
    from kg.review.states import Standing

__all__ = ["OUTCOMES", "SOURCE", "Decision", "covered", "decision_lines"]

SOURCE: Final = "reviews"
"""Name of the source that holds the decisions."""

OUTCOMES: Final = {
    "no-effect": "noEffect",
    "update": "updateNeeded",
    "back-to-phase": "backToPhase",
    "new-risk-assessment": "newRiskAssessment",
}
"""How an outcome is called on the command line → its name in the ontology."""

_OPEN: Final = frozenset({LinkState.SUSPECT, LinkState.UNREVIEWED})


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided about some links.

    Attributes:
        valid: whether the links hold.
        who: the git user, else the user of the system.
        role: IRI of the acting role.
        reason: why.
        outcome: how the impact analysis ended, a value of `OUTCOMES`; empty where none was made.
        phase: IRI of the lifecycle phase to go back to; empty where there is none.
        zone: IRI of the zone or conduit to assess anew; empty where there is none.
        selection: the query that selected the links; empty where they were named.
    """

    valid: bool
    who: str
    role: str
    reason: str
    outcome: str = ""
    phase: str = ""
    zone: str = ""
    selection: str = ""


def covered(standings: Iterable[Standing], item: str, decision: Decision) -> list[Standing]:
    """Return those links of an item that a decision about it covers.

    Args:
        standings: its links in both directions.
        item: IRI of the item.
        decision: the decision; an impact analysis is of a change, so it covers suspect links alone.
    """
    states = {LinkState.SUSPECT} if decision.outcome else _OPEN
    return [
        one
        for one in standings
        if item in one.dependents and (one.stands or one.asks) and (one.state in states or one.newer is not None)
    ]


def decision_lines(
    decision: Decision,
    links: Sequence[Standing],
    *,
    base: str,
    heads: Iterable[str],
    when: datetime,
    names: Mapping[str, str],
    prefixes: dict[str, str],
    about: Mapping[Link, str] | None = None,
) -> list[bytes]:
    """Return the facts to record.

    Args:
        decision: the decision.
        links: the links that it covers, as they stand.
        base: base IRI of the project.
        heads: ids of the changes that led to the state that was judged.
        when: the time, in UTC.
        names: IRI of each item at an end of a link → how people call it.
        prefixes: prefix → namespace.
        about: link → the item that was decided about, where one was named.
    """
    if not links:
        raise InputError("there is nothing to decide")
    act = _Acts(decision, base, tuple(sorted(heads)), when, names, prefixes)
    lines: list[bytes] = []
    selection = act.selection(links)
    for item, several in _by_item(links, about or {}) if decision.outcome else [("", links)]:
        analysis = act.analysis(item, several) if item else None
        lines += analysis[1] if analysis else []
        for one in several:
            lines += act.review(one, analysis[0] if analysis else None, selection[0] if selection else None)
    lines += selection[1] if selection else []
    return sorted(set(lines))


@dataclass(frozen=True, slots=True)
class _Acts:
    decision: Decision
    base: str
    heads: tuple[str, ...]
    when: datetime
    names: Mapping[str, str]
    prefixes: dict[str, str]

    def review(self, one: Standing, analysis: NamedNode | None, selection: NamedNode | None) -> list[bytes]:
        """Return the facts of the judgement of one link."""
        link = one.link
        node, key = self._node("review", *link, one.source_print, one.target_print)
        source, target = self.names.get(link.source, link.source), self.names.get(link.target, link.target)
        facts: list[tuple[str, Term]] = [
            (RDF + "type", NamedNode(NS + "Review")),
            (DCTERMS + "identifier", Literal(f"review {key[:12]}")),
            (
                DCTERMS + "title",
                Literal(
                    f"{source} {curie(link.property, self.prefixes)} {target}:"
                    f" {'valid' if self.decision.valid else 'invalid'}"
                ),
            ),
            (NS + "reviewsLinkFrom", NamedNode(link.source)),
            (NS + "reviewsLinkTo", NamedNode(link.target)),
            (NS + "reviewsLinkType", Literal(link.property, datatype=NamedNode(XSD + "anyURI"))),
            (NS + "subjectFingerprint", Literal(one.source_print)),
            (NS + "objectFingerprint", Literal(one.target_print)),
            (NS + "linkValid", Literal(self.decision.valid)),
            *([(NS + "concludedBy", analysis)] if analysis else []),
            *([(NS + "selectedBy", selection)] if selection else []),
        ]
        return list(self._lines(node, facts))

    def analysis(self, item: str, links: Sequence[Standing]) -> tuple[NamedNode, list[bytes]]:
        """Return the impact analysis of what changed above an item, and its facts."""
        node, key = self._node("impact-analysis", item, self.decision.outcome)
        shown = self.names.get(item, item)
        ends = sorted({end for one in links for end in (one.link.source, one.link.target)} - {item})
        decision = self.decision
        facts: list[tuple[str, Term]] = [
            (RDF + "type", NamedNode(NS + "ImpactAnalysis")),
            (DCTERMS + "identifier", Literal(f"impact analysis {key[:12]}")),
            (DCTERMS + "title", Literal(f"impact on {shown} of what changed above it")),
            (NS + "impactOutcome", NamedNode(NS + decision.outcome)),
            *((NS + "analysesChangeOf", NamedNode(end)) for end in ends),
            *([(NS + "returnsToPhase", NamedNode(decision.phase))] if decision.phase else []),
            *([(NS + "assessesAnew", NamedNode(decision.zone))] if decision.zone else []),
        ]
        return node, list(self._lines(node, facts))

    def selection(self, links: Sequence[Standing]) -> tuple[NamedNode, list[bytes]] | None:
        """Return what selected the links, and its facts; None where they were named."""
        if not self.decision.selection:
            return None
        node, key = self._node("review-selection", self.decision.selection)
        facts: list[tuple[str, Term]] = [
            (RDF + "type", NamedNode(NS + "ReviewSelection")),
            (DCTERMS + "identifier", Literal(f"review selection {key[:12]}")),
            (DCTERMS + "title", Literal(f"{len(links)} links decided together")),
            (NS + "selectionQuery", Literal(self.decision.selection)),
            (NS + "selectionSize", Literal(len(links))),
        ]
        return node, [line(node, NamedNode(name), value) for name, value in facts]

    def _node(self, kind: str, *parts: str) -> tuple[NamedNode, str]:
        """Return a node named by what it says, when it was said and by whom."""
        said = (kind, *parts, str(self.decision.valid), self.decision.who, self.decision.reason, self.when.isoformat())
        key = hashlib.sha256("\x1f".join(said).encode()).hexdigest()[:32]
        return NamedNode(f"{self.base}{kind}/{key}"), key

    def _lines(self, node: NamedNode, facts: list[tuple[str, Term]]) -> Iterator[bytes]:
        for name, value in facts:
            yield line(node, NamedNode(name), value)
        for head in self.heads:
            yield line(node, NamedNode(NS + "decidedAgainst"), NamedNode(f"{self.base}change/{head}"))
        decision = self.decision
        yield from act_lines(
            node, base=self.base, who=decision.who, role=decision.role, when=self.when, reason=decision.reason
        )


def _by_item(links: Sequence[Standing], about: Mapping[Link, str]) -> list[tuple[str, list[Standing]]]:
    """Return each item that was decided about, with its links; where none was named, the end that a change concerns."""
    found: dict[str, list[Standing]] = {}
    for one in links:
        rests = [end for end in one.dependents if set(one.changed) - {end}] or list(one.dependents)
        found.setdefault(about.get(one.link) or (rests[0] if rests else one.link.source), []).append(one)
    return sorted(found.items())
