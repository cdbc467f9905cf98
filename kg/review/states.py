"""The state of a link: unreviewed, suspect, valid or invalid, as OSLC Link Validity has it.

A record that was made for what both ends say now decides; of several, the latest. So going back to earlier content
makes the earlier record count again. Where there are records and none of them fits, the link is suspect; where there is
none, it is unreviewed. An acceptance is a record, *valid*, of each link that stood at its baseline, for what both ends
said then. Records of two branches that git merged are simply all there.

A link that was judged and no longer stands is in question only where its target rests on it (a zone on its members):
then it is a state too, until somebody judges the target without it. And such a target, once judged, did not know of a
link that came later: that link is unreviewed, and yet the target has to be looked at. `Standing.asks` tells of both.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from kg.rdf.names import NS
from kg.review.content import GENID
from kg.review.fingerprint import GONE, Printer
from kg.review.links import Link, Links
from kg.review.memo import Memo
from kg.review.past import Earlier
from kg.review.records import Record, acceptances, all_records, records_from, records_to

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from kg.project.history import History
    from kg.review.content import ContentRules
    from kg.review.records import Acceptance
    from kg.store import Reader

__all__ = ["LinkState", "Standing", "Standings"]

_STATUS = f"<{NS}status>".encode()
_RETIRED = f"<{NS}retired>".encode()


class LinkState(StrEnum):
    """Where a link stands."""

    UNREVIEWED = "unreviewed"
    SUSPECT = "suspect"
    VALID = "valid"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Standing:
    """A link as it stands.

    Attributes:
        link: the link.
        source_print: fingerprint of its source now; empty where that says nothing any more.
        target_print: fingerprint of its target now.
        state: the state.
        record: the record that decides; of a suspect link the latest there is; None where there is none.
        changed: the ends that say something else than in `record`.
        stands: whether the link is there now.
        dependents: the ends to be looked at again when the other one changes; none that is retired or gone.
        newer: the latest record of its target, where the link came after it and the target rests on it.
        accepted: whether some acceptance was made of the links that stood at a baseline.
    """

    link: Link
    source_print: str
    target_print: str
    state: LinkState
    record: Record | None
    changed: tuple[str, ...]
    stands: bool
    dependents: tuple[str, ...]
    newer: Record | None = None
    accepted: bool = False

    @property
    def asks(self) -> bool:
        """Whether somebody has to look at one of its ends again."""
        return bool(self.dependents) and (self.state is LinkState.SUSPECT or self.newer is not None)

    @property
    def owing(self) -> tuple[str, ...]:
        """The ends that have to come to say something else, since the link was found not to hold."""
        if self.state is not LinkState.INVALID or self.record is None:
            return ()
        return tuple(end for end in self.dependents if end not in self.record.analysed) or self.dependents


@dataclass
class Standings:
    """Tells how links stand in one state.

    Args:
        reader: the state.
        history: the changes that led to it.
        rules: what counts in it.
        folder: where to keep what was read of the records; None keeps nothing.
    """

    reader: Reader
    history: History
    rules: ContentRules
    folder: Path | None = None
    _prints: dict[str, str] = field(default_factory=dict)
    _records: dict[str, list[Record]] = field(default_factory=dict)
    _said: dict[str, frozenset[Link]] = field(default_factory=dict)
    _moved: dict[tuple[str, int], bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._memo = Memo(self.reader)
        self.links = Links(self._memo, self.rules)
        self._printer = Printer(self._memo.pairs, self.rules)
        self.accepted: list[tuple[Acceptance, Earlier]] = [
            (one, Earlier(self.reader, self.rules, self.history, one.changes, self.folder, self._memo))
            for one in acceptances(self.reader)
            if set(one.changes) <= set(self.history.ids)
        ]

    def print(self, iri: str) -> str:
        """Return the present fingerprint of an item; what is a part says nothing of its own."""
        if iri not in self._prints:
            self._prints[iri] = GONE if self.links.is_part(iri) else self._printer.of(iri)
        return self._prints[iri]

    def of(self, iri: str) -> list[Standing]:
        """Return how the links of an item in both directions stand, those first that it says itself."""
        here = set(self.links.arriving(iri))
        gone = {link for source in self.formerly(iri) for link in self.gone(source) if link.target == iri} - here
        arriving = [self.standing(link, stands=link in here) for link in sorted(here | gone)]
        return [*self.leaving(iri), *arriving]

    def leaving(self, iri: str) -> list[Standing]:
        """Return how the links stand that an item says, or said when they were judged and its target rests on them."""
        here = self.said(iri)
        return [self.standing(link, stands=link in here) for link in sorted(here | self.gone(iri))]

    def said(self, iri: str) -> frozenset[Link]:
        """Return the links that an item says."""
        if iri not in self._said:
            self._said[iri] = frozenset(self.links.leaving(iri))
        return self._said[iri]

    def naming(self, iri: str) -> set[str]:
        """Return the items that have a link to an item, and those that may have had one when it was judged."""
        return {link.source for link in self.links.arriving(iri)} | self.formerly(iri)

    def recorded(self, iri: str) -> bool:
        """Tell whether there is a review of some link of an item."""
        return bool(self._from(iri) or self._to(iri))

    def formerly(self, iri: str) -> set[str]:
        """Return the items that may have had a link to an item when it was judged."""
        sources = {record.link.source for record in self._to(iri)}
        return sources | {owner for _, earlier in self.accepted for owner in earlier.naming(iri)}

    def gone(self, iri: str) -> set[Link]:
        """Return the links that an item said when they were judged, and not now, if their targets rest on them."""
        judged = {record.link for record in self._from(iri)}
        for _, earlier in self.accepted:
            if earlier.reowned or self._touched(iri, earlier):
                judged |= earlier.leaving(iri)
        judged = {link for link in judged if self.rules.dependents(f"<{link.property}>".encode())[1]}
        return judged - self.said(iri) if judged else judged

    def all(self) -> Iterator[Standing]:
        """Yield how all links stand."""
        for source in sorted(self.sources()):
            yield from self.leaving(source)

    def sources(self) -> set[str]:
        """Return the items that have links, or had some when they were judged."""
        found: set[str] = {record.link.source for record in all_records(self.reader)}
        for _, earlier in self.accepted:
            found |= {node[1:-1].decode() for node in earlier.touched if GENID not in node}
        for property_ in sorted(self.rules.suspicion):
            rows = self.reader.select(f"SELECT DISTINCT ?s WHERE {{ ?s {property_.decode()} ?o }}")
            for (node,) in rows:
                if isinstance(node, NamedNode):
                    found |= self.links.owners(node.value)
        return found

    def several(self, links: Iterable[Link]) -> list[Standing]:
        """Return how some links stand, which may be gone."""
        return [self.standing(link, stands=link in self.said(link.source)) for link in links]

    def standing(self, link: Link, *, stands: bool = True) -> Standing:
        """Return how one link stands.

        Args:
            link: the link.
            stands: whether it is there.
        """
        source, target = self.print(link.source), self.print(link.target)
        records = sorted(self._judgements(link, stands=stands), key=lambda one: one.rank)
        fitting = [one for one in records if (one.source_print, one.target_print) == (source, target)]
        dependents = self._dependents(link)
        if fitting:
            state = LinkState.VALID if fitting[-1].valid else LinkState.INVALID
            return Standing(link, source, target, state, fitting[-1], (), stands, dependents)
        if records:
            last = records[-1]
            ends = ((link.source, last.source_print, source), (link.target, last.target_print, target))
            changed = tuple(end for end, then, now in ends if then != now)
            return Standing(link, source, target, LinkState.SUSPECT, last, changed, stands, dependents)
        newer = self._judged(link.target) if link.target in dependents and stands else None
        accepted = bool(self.accepted)
        return Standing(link, source, target, LinkState.UNREVIEWED, None, (), stands, dependents, newer, accepted)

    def _judgements(self, link: Link, *, stands: bool) -> Iterable[Record]:
        """Yield all records of a link, acceptances among them."""
        yield from (record for record in self._from(link.source) if record.link == link)
        for acceptance, earlier in self.accepted:
            moved = earlier.reowned or self._touched(link.source, earlier)
            if link in earlier.leaving(link.source) if moved else stands:
                yield _accepted(acceptance, link, self._then(link.source, earlier), self._then(link.target, earlier))

    def _judged(self, iri: str) -> Record | None:
        """Return the latest record of any link that an item rests on, or of the item in an acceptance."""
        records = [one for one in (*self._from(iri), *self._to(iri)) if iri in self._ends(one.link)]
        for acceptance, earlier in self.accepted:
            then = self._then(iri, earlier)
            if then != GONE:
                records.append(_accepted(acceptance, Link("", "", iri), "", then))
        return max(records, key=lambda one: one.rank, default=None)

    def _ends(self, link: Link) -> tuple[str, ...]:
        subject, object_ = self.rules.dependents(f"<{link.property}>".encode())
        return tuple(end for end, rests in ((link.source, subject), (link.target, object_)) if rests)

    def _dependents(self, link: Link) -> tuple[str, ...]:
        return tuple(end for end in self._ends(link) if self.print(end) != GONE and not self._retired(end))

    def _retired(self, iri: str) -> bool:
        pairs = self._printer.pairs(f"<{iri}>".encode())
        return (_STATUS, _RETIRED) in pairs

    def _touched(self, iri: str, earlier: Earlier) -> bool:
        """Tell whether what an item and its parts say may be something else than it was."""
        key = (iri, id(earlier))
        if key not in self._moved:
            nodes = (f"<{node}>".encode() for node in self.links.with_parts(iri))
            self._moved[key] = not earlier.touched.isdisjoint(nodes)
        return self._moved[key]

    def _then(self, iri: str, earlier: Earlier) -> str:
        return earlier.print(iri) if earlier.reowned or self._touched(iri, earlier) else self.print(iri)

    def _from(self, iri: str) -> list[Record]:
        if iri not in self._records:
            self._records[iri] = list(records_from(self.reader, iri))
        return self._records[iri]

    def _to(self, iri: str) -> list[Record]:
        return list(records_to(self.reader, iri))


def _accepted(acceptance: Acceptance, link: Link, source: str, target: str) -> Record:
    return Record(
        acceptance.iri,
        link,
        source,
        target,
        valid=True,
        when=acceptance.when,
        by=acceptance.by,
        role=acceptance.role,
        reason=acceptance.reason,
        against=acceptance.changes,
    )
