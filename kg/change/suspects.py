"""What is suspect (Q25): by which change, over which way, with old and new side by side.

The links to start from are derived (`kg.derive.suspect_links`), and so is which item is suspect because of which
(`il:suspectBecauseOf`); the ways are walked again here, for those who ask. With a moment to compare with, everything
counts as if it had been accepted then, whether or not it was reviewed since.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pyoxigraph import NamedNode

from kg.change.suspects_cause import cause_of
from kg.change.suspects_then import Compared, Then
from kg.change.suspects_under import under
from kg.derive.spread import Link, Spread
from kg.derive.spread_declared import read_declared
from kg.derive.spread_unit import STARTS, Before, doubts
from kg.errors import InputError
from kg.focus.reads import RecordingReader
from kg.project.items import describe
from kg.rdf.names import NS, PREFIXES, RDF, curie
from kg.values import Note, Suspect, Suspects

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from kg.derive.spread import Reached
    from kg.derive.spread_declared import Declared
    from kg.derive.spread_unit import Doubts
    from kg.project.history import History
    from kg.store import Reader
    from kg.values import Item

__all__ = ["causes", "find_suspects"]

_TYPE: Final = RDF + "type"
_NAMED: Final = 5
"""So many items are named in a note."""


@dataclass(frozen=True, slots=True)
class _Found:
    """One item that is suspect.

    Attributes:
        item: its IRI.
        reached: how suspicion came to it.
        then: what is known of the change at the start of the way.
        cause: what that change is called.
    """

    item: str
    reached: Reached
    then: Then
    cause: str


def causes(reader: Reader) -> tuple[str, ...]:
    """Return what changes may be called, sorted."""
    return tuple(sorted(set(read_declared(reader).causes.values())))


def find_suspects(
    reader: Reader,
    history: History,
    *,
    since: Sequence[str] | None = None,
    below: str = "",
    cause: str = "",
    prefixes: Mapping[str, str] | None = None,
) -> Suspects:
    """Return what is suspect.

    Args:
        reader: the state in question, with its derived facts.
        history: the changes that led to it.
        since: ids of changes: what would be suspect if all had been accepted after them; None for what is suspect.
        below: IRI of an item: only it and what belongs to it or hangs on it; empty for all.
        cause: only what such changes made suspect, such as ``firmware``; empty for all.
        prefixes: prefix → namespace, for what has no identifier.

    Raises:
        InputError: no change is called `cause`.
    """
    declared = read_declared(reader)
    known = sorted(set(declared.causes.values()))
    if cause and cause not in known:
        raise InputError(f"no cause is called {cause!r}; there are: {', '.join(known)}")
    before = Before(reader, history)
    if since is None:
        starts = _starts(reader, declared)
        found, notes = (
            list(_reviewed(reader, declared, before, starts)),
            [*_how_to_begin(reader), *_due(reader, starts)],
        )
    else:
        earlier = before.at(tuple(since))
        if earlier is None:
            raise InputError(
                "the moment of --since did not lead to the state that is asked about, it is later or of another branch:"
                " name an earlier one, or a later --as-of"
            )
        compared = Compared(declared, before, earlier)
        found = [
            _Found(item, reached, then, cause_of(declared, then, reached))
            for changed in compared.changed()
            for then, ways in [compared.spread(changed)]
            for item, reached in ways.items()
        ]
        notes = []
    if cause:
        found = [one for one in found if one.cause == cause]
    if below and found:
        wanted = under(reader, declared, below)
        found = [one for one in found if one.item in wanted]
    return _named(reader, found, notes, prefixes)


def _starts(reader: Reader, declared: Declared) -> dict[str, Doubts]:
    """Return the items from which suspicion starts, sorted, each with what is open about its links."""
    items = sorted(item.value for (item,) in reader.select(STARTS) if isinstance(item, NamedNode))
    return {item: doubts(RecordingReader(reader), declared, item) for item in items}


def _reviewed(reader: Reader, declared: Declared, before: Before, starts: Mapping[str, Doubts]) -> Iterator[_Found]:
    """Yield what is suspect by the links that are."""

    def earlier(result: str) -> Mapping[str, int]:
        return before.asked(result, starts[result].judgements) if result in starts else {}

    spread = Spread(RecordingReader(reader), declared, earlier)
    for changed, open_ in starts.items():
        judged = {**open_.suspect, **open_.invalid}
        known: dict[tuple[str, ...], Then] = {}
        for item, reached in spread.walk(changed, open_.suspect, open_.invalid).items():
            judgements = judged[Link(*reached.links[0], reached.path[1])]
            if judgements not in known:
                known[judgements] = Then.judged(before, changed, judgements)
            yield _Found(item, reached, known[judgements], cause_of(declared, known[judgements], reached))


def _named(reader: Reader, found: list[_Found], notes: list[Note], prefixes: Mapping[str, str] | None) -> Suspects:
    """Return what was found as people see it, in order."""
    iris: dict[str, None] = {}
    for one in found:
        iris.update(dict.fromkeys(one.reached.path))
        iris.update(dict.fromkeys(one.then.mentioned))
    named = dict(PREFIXES if prefixes is None else prefixes)
    items = describe(reader, iris, named) | {one.then.item: gone for one in found if (gone := one.then.called)}
    shown = {id(one.then): tuple(one.then.rows(items, prefixes)) for one in found}
    suspects = [
        Suspect(
            items[one.item],
            one.cause,
            tuple(items[iri] for iri in one.reached.path),
            tuple(curie(link, named) for link, _ in one.reached.links),
            shown[id(one.then)],
            one.then.since,
        )
        for one in found
    ]
    suspects.sort(key=lambda one: (one.cause, _order(one.path[0]), len(one.path), _order(one.item)))
    return Suspects(tuple(suspects), tuple(notes))


def _order(item: Item) -> tuple[str, str]:
    return item.id, item.iri


def _how_to_begin(reader: Reader) -> Iterable[Note]:
    """Yield a note where nothing was ever judged: then nothing can be suspect."""
    judged = f"ASK {{ VALUES ?class {{ <{NS}Review> <{NS}Acceptance> }} ?act <{_TYPE}> ?class }}"
    if not reader.ask(judged):
        yield Note(
            "nothing-judged",
            "nothing was reviewed or accepted yet, so nothing can be suspect: begin with `interlock baseline NAME"
            " --accept --role ROLE --reason …`, or ask what changed with --since REV, BASELINE or DATE",
        )


def _due(reader: Reader, starts: Mapping[str, Doubts]) -> Iterator[Note]:
    """Yield notes about items that are no suspects and still have to be looked at, or to change."""
    own = sorted(item for item, open_ in starts.items() if open_.own)
    bad = sorted({link.other for open_ in starts.values() for link in open_.invalid})
    names = describe(reader, [*own, *bad])
    if own:
        yield Note(
            "changed-itself",
            f"changed since judged on what they rest on, and no suspects themselves: {_some(own, names)}; `interlock"
            " review ITEM` confirms what still fits",
        )
    if bad:
        yield Note("must-change", f"found to have to change, and not changed yet: {_some(bad, names)}")


def _some(iris: Sequence[str], names: Mapping[str, Item]) -> str:
    """Return how the first few of some items are called, and how many more there are."""
    more = f" and {len(iris) - _NAMED} more" if len(iris) > _NAMED else ""
    return ", ".join(names[iri].id for iri in iris[:_NAMED]) + more
