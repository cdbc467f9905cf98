"""A state that is edited, recorded, derived from and judged, and what is right of it told in the plainest way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode
from review_models import BASE, lines, ontology, rules, streamed

from kg.derive import Derivations
from kg.derive.computed import ComputedUnit
from kg.derive.suspect_links import SuspectLinks
from kg.project.config import Config
from kg.project.derived import Context
from kg.project.history import History
from kg.project.record import Header, write_record
from kg.rdf.names import NS, RDF, XSD
from kg.rdf.terms import line, parse_lines
from kg.review.decide import Decision, decision_lines
from kg.review.states import Standings
from kg.store import Delta, memory_state

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from kg.review.links import Link
    from kg.review.states import Standing

MODEL, OTHER, REVIEWS, BASELINES = (f"{BASE}graph/source/{name}" for name in ("model", "other", "reviews", "baselines"))
ONTOLOGY = "https://w3id.org/interlock/graph/ontology/all"
Key = tuple[str, str, str]


class World:
    """What a project is, without its files: each edit is a real record; `.derived()` is kept by the derivation.

    Args:
        folder: for the records.
        unit: the derivation.
    """

    def __init__(self, folder: Path, unit: SuspectLinks | None = None) -> None:
        self.folder = folder / "record"
        self.history = History(self.folder)
        self.heads: tuple[str, ...] = ()
        self.clock = datetime(2026, 1, 1, tzinfo=UTC)
        self.state = memory_state({ONTOLOGY: ontology()})
        self.derivations, self.mark = Derivations((ComputedUnit(unit or SuspectLinks()),)), ""
        self._bring(None)

    def edit(self, deltas: Mapping[str, Delta]) -> None:
        """Record a change, make it, and derive."""
        self.clock += timedelta(minutes=1)
        stamp = self.clock.strftime("%Y-%m-%dT%H:%M:%SZ")
        graphs = {}
        for graph, delta in deltas.items():
            there = set(self.state.lines(graph))
            come, gone = set(delta.added) - there, set(delta.removed) & there - set(delta.added)
            graphs[graph] = Delta(sorted(come), sorted(gone))
        header = Header(BASE, self.heads, stamp, "somebody", "because", "test")
        id_ = write_record(self.folder, header, {graph: delta for graph, delta in graphs.items() if delta})
        self.history = self.history.followed_by(id_, header)
        self.heads = (id_,)
        self._bring(self.state.apply(graphs))

    def say(self, turtle: str, graph: str = MODEL) -> None:
        """Make Turtle all that a source says."""
        old, new = set(self.state.lines(graph)), set(lines(turtle))
        self.edit({graph: Delta(sorted(new - old), sorted(old - new))})

    def accept(self, name: str) -> None:
        """Accept all links that stand."""
        baseline, act = NamedNode(f"{BASE}baseline/{name}"), NamedNode(f"{BASE}acceptance/{name}")
        facts = [(baseline, "baselineOf", NamedNode(f"{BASE}change/{head}")) for head in self.heads]
        facts.append((act, "acceptsBaseline", baseline))
        when = (self.clock + timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        new = [line(node, NamedNode(NS + name), value) for node, name, value in facts]
        new.append(line(act, NamedNode(RDF + "type"), NamedNode(NS + "Acceptance")))
        stamp = Literal(when, datatype=NamedNode(XSD + "dateTime"))
        new.append(line(act, NamedNode(NS + "decidedAt"), stamp))
        self.edit({BASELINES: Delta(sorted(new))})

    def standings(self) -> Standings:
        return Standings(self.state.reader, self.history, rules())

    def judge(self, links: Iterable[Link], *, valid: bool = True) -> None:
        """Record a judgement of some links for what their ends say."""
        found = self.standings().several(list(links))
        decision = Decision(valid, "somebody", NS + "assessor", "because")
        told = decision_lines(
            decision,
            found,
            base=BASE,
            heads=self.heads,
            when=self.clock + timedelta(minutes=1),
            names={},
            prefixes={},
        )
        self.edit({REVIEWS: Delta(told)})

    def of(self, name: str) -> dict[str, str]:
        """How the links of an item stand: ``from property to`` → the state."""
        return {_short(one): str(one.state) for one in self.standings().of(BASE + name)}

    def standing(self, source: str, property_: str, target: str) -> Standing:
        wanted = (BASE + source, NS + property_, BASE + target)
        return next(one for one in self.standings().of(BASE + source) if one.link == wanted)

    def derived(self) -> dict[Key, tuple[frozenset[str], frozenset[str]]]:
        """What is derived: link → its classes, and the ends that changed."""
        return _told(self.state.lines(f"{BASE}graph/derived"))

    def _bring(self, touched: object) -> None:
        context = Context(Config(BASE), self.history, self.heads, self.folder.parent)
        from kg.store import Touched

        known = touched if isinstance(touched, Touched) and self.mark else None
        outcome = self.derivations.bring(self.state, known, self.mark, context)
        self.mark, self.in_full = outcome.mark, known is None or bool(outcome.notes)


def _short(one: Standing) -> str:
    source, property_, target = one.link
    told = f"{source.removeprefix(BASE)} {property_.removeprefix(NS)} {target.removeprefix(BASE)}"
    return told if one.stands else f"{told} (gone)"


def _told(found: Iterable[bytes]) -> dict[Key, tuple[frozenset[str], frozenset[str]]]:
    facts: dict[str, dict[str, set[str]]] = {}
    for triple in parse_lines(found):
        about = facts.setdefault(str(triple.subject), {})
        about.setdefault(triple.predicate.value.rpartition("#")[2], set()).add(triple.object.value)  # type: ignore[union-attr]
    told = {}
    for about in facts.values():
        (source,), (property_,), (target,) = (
            about[name] for name in ("reviewsLinkFrom", "reviewsLinkType", "reviewsLinkTo")
        )
        kinds = frozenset(kind.removeprefix(NS) for kind in about["type"])
        told[source, property_, target] = kinds, frozenset(about.get("changedEnd", ()))
    return told


class Plain:
    """All facts of one moment in dictionaries: no reader, no index.

    Args:
        graphs: the lines of each graph but the ontology.
    """

    def __init__(self, graphs: Iterable[Iterable[bytes]]) -> None:
        kept = [sorted(graph) for graph in graphs]
        self.prints = streamed(*kept)
        self.out: dict[str, set[tuple[str, str]]] = {}
        for triple in parse_lines(one for graph in kept for one in graph):
            if isinstance(triple.object, NamedNode):
                pair = (triple.predicate.value, triple.object.value)
                self.out.setdefault(triple.subject.value, set()).add(pair)  # type: ignore[union-attr]
        self.part = {
            node
            for node, pairs in self.out.items()
            if "/.well-known/genid/" in node
            or any(p == RDF + "type" and f"<{o}>".encode() in rules().parts for p, o in pairs)
        }

    def ends(self, property_: str) -> str:
        return rules().suspicion.get(f"<{property_}>".encode(), "")

    def owners(self, node: str, seen: frozenset[str] = frozenset()) -> set[str]:
        if node not in self.part:
            return {node}
        found: set[str] = set()
        for subject, pairs in self.out.items():
            for property_, value in pairs:
                owns = "/.well-known/genid/" in node or not self.ends(property_)
                if value == node and owns and subject not in seen:
                    found |= self.owners(subject, seen | {node})
        return found

    def links(self) -> set[Key]:
        return {
            (source, property_, target)
            for node, pairs in self.out.items()
            for property_, value in pairs
            if self.ends(property_)
            for source in self.owners(node)
            for target in self.owners(value)
            if source != target
        }

    def retired(self, item: str) -> bool:
        return (NS + "status", NS + "retired") in self.out.get(item, ())


def expected(world: World) -> dict[Key, tuple[frozenset[str], frozenset[str]]]:
    """What must be derived, from the records replayed to each moment and the reviews as they are written."""
    replay: Callable[[tuple[str, ...]], Plain] = lambda at: Plain(  # noqa: E731 - short and used twice
        world.history.replay(world.history.order(at)).values()
    )
    now = replay(world.heads)
    acts: dict[str, dict[str, list[str]]] = {}
    for graph in (REVIEWS, BASELINES):
        for triple in parse_lines(world.state.lines(graph)):
            about = acts.setdefault(triple.subject.value, {})  # type: ignore[union-attr]
            about.setdefault(triple.predicate.value.rpartition("#")[2], []).append(triple.object.value)  # type: ignore[union-attr]
    records: dict[Key, list[tuple[str, bool, str, str, str]]] = {}
    stood: list[tuple[str, Plain]] = []
    for iri, about in acts.items():
        if NS + "Review" in about.get("type", ()):
            key = (about["reviewsLinkFrom"][0], about["reviewsLinkType"][0], about["reviewsLinkTo"][0])
            record = (about["decidedAt"][0], about["linkValid"][0] == "false", iri)
            records.setdefault(key, []).append((*record, about["subjectFingerprint"][0], about["objectFingerprint"][0]))
        if NS + "Acceptance" in about.get("type", ()):
            heads = tuple(one.rpartition("/")[2] for one in acts[about["acceptsBaseline"][0]]["baselineOf"])
            then = replay(heads)
            stood.append((about["decidedAt"][0], then))
            for link in then.links():
                ends = (then.prints.get(link[0], ""), then.prints.get(link[2], ""))
                records.setdefault(link, []).append((about["decidedAt"][0], False, iri, *ends))
    return dict(_expected(now, records, stood))


def _expected(now: Plain, records: dict[Key, list[tuple[str, bool, str, str, str]]], stood: list[tuple[str, Plain]]):  # type: ignore[no-untyped-def]
    here = now.links()
    rests = {
        key: [
            end
            for end, words in ((key[0], {"subject", "both"}), (key[2], {"object", "both"}))
            if now.ends(key[1]) in words and now.prints.get(end) and not now.retired(end)
        ]
        for key in here | records.keys()
    }
    judged = {end for key in records for end in _resting(now, key)} | {
        item for _, then in stood for item in then.prints
    }
    for key in here | records.keys():
        prints = (now.prints.get(key[0], ""), now.prints.get(key[2], ""))
        if not rests[key] or (key not in here and now.ends(key[1]) not in {"object", "both"}):
            continue
        several = sorted(records.get(key, []))
        fitting = [one for one in several if one[3:] == prints]
        if fitting:
            if fitting[-1][1]:
                yield key, (frozenset({"InvalidLink"}), frozenset())
        elif several:
            changed = frozenset(
                end for end, old, new in zip(key[::2], several[-1][3:], prints, strict=True) if old != new
            )
            yield key, (frozenset({"SuspectLink"}), changed)
        else:
            newer = key[2] in rests[key] and key[2] in judged
            kinds = {*(["SuspectLink"] if newer else []), *(["UnreviewedLink"] if stood else [])}
            if kinds:
                yield key, (frozenset(kinds), frozenset({key[0]} if newer else ()))


def _resting(now: Plain, key: Key) -> list[str]:
    ends = now.ends(key[1])
    return [end for end, words in ((key[0], {"subject", "both"}), (key[2], {"object", "both"})) if ends in words]
