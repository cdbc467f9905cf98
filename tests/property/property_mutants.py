"""Mutants of the driver: each forgets one thing that it must not, and the property test must catch it."""

# ruff: noqa: SLF001 - a mutant changes what is inside

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from kg.derive.book import Book
from kg.derive.suspect_links import SuspectLinks
from kg.focus import neighbourhood, reads, touch
from kg.focus.footprint import Footprint
from kg.focus.view import View
from kg.rdf.names import NS
from kg.rules import standing_plan, standing_run
from kg.rules.standing_run import Run
from kg.rules.standing_state import StandingState
from kg.rules.standing_targets import Targets
from kg.rules.standing_words import Words
from kg.store import Touched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from kg.rules.standing_plan import Plan

__all__ = ["DERIVING", "MUTANTS"]


def _seeds(keep: Callable[[Any], bool]) -> AbstractContextManager[object]:
    """Enter the walk only at some edges."""
    reading = touch._Walk._reading
    return patch.object(touch._Walk, "_reading", lambda self, p: [edge for edge in reading(self, p) if keep(edge)])


def no_incoming_seed() -> AbstractContextManager[object]:
    """Forget that a node is read from the statements of which it is the object."""
    return _seeds(lambda edge: not edge.inverse)


def no_outgoing_seed() -> AbstractContextManager[object]:
    """Forget that a node is read from the statements of which it is the subject."""
    return _seeds(lambda edge: edge.inverse)


def no_far_seed() -> AbstractContextManager[object]:
    """Forget what is read further away than at the focus node itself."""
    return _seeds(lambda edge: edge.source == 0)


def one_seed_less() -> AbstractContextManager[object]:
    """Forget the last edge of each property in each footprint where there are several."""
    by_property = Footprint.by_property.func

    def fewer(self: Footprint) -> dict[Any, Any]:
        return {name: edges[:-1] if len(edges) > 1 else edges for name, edges in by_property(self).items()}

    return _property(Footprint, "by_property", fewer)


def no_way_back() -> AbstractContextManager[object]:
    """Forget edges against the direction of the statement on the way back to the focus."""
    into = Footprint.into.func
    return _property(
        Footprint, "into", lambda self: {k: tuple(e for e in v if not e.inverse) for k, v in into(self).items()}
    )


def no_past() -> AbstractContextManager[object]:
    """Walk back through the present state only."""
    init = View.__init__

    def without(self: View, reader: Any, touched: Any = None, *, hide_retired: bool = False) -> None:
        init(self, reader, touched, hide_retired=hide_retired)
        self._gone.clear()

    return patch.object(View, "__init__", without)


def nothing_removed() -> AbstractContextManager[object]:
    """Forget what went."""
    plan = standing_plan.View
    return patch.object(standing_plan, "View", lambda r, t, **kw: plan(r, replace(t, removed=()), **kw))


def nothing_added() -> AbstractContextManager[object]:
    """Forget what came."""
    plan = standing_plan.View
    return patch.object(standing_plan, "View", lambda r, t, **kw: plan(r, replace(t, added=()), **kw))


def retirement_alone() -> AbstractContextManager[object]:
    """Forget that what retires takes its statements along."""
    return patch.object(View, "_around", lambda *_: ())


def retired_in_cut() -> AbstractContextManager[object]:
    """Let rules see what is retired."""
    return patch.object(standing_run, "View", lambda reader, **_: View(reader))


def cut_without_incoming() -> AbstractContextManager[object]:
    """Cut out only what nodes say themselves."""
    out_of = Footprint.out_of.func
    return _property(
        Footprint, "out_of", lambda self: {k: tuple(e for e in v if not e.inverse) for k, v in out_of(self).items()}
    )


def cut_without_roots() -> AbstractContextManager[object]:
    """Cut out nothing around constants."""
    take = neighbourhood._Cut.take
    return patch.object(neighbourhood._Cut, "take", lambda self, f, names: take(self, replace(f, roots=()), names))


def ghosts() -> AbstractContextManager[object]:
    """Take what is found at nodes that are only half seen."""
    some = Run.some

    def all_of_them(self: Run, plan: Plan) -> Any:
        found = some(self, plan)
        for rule, foci in plan.foci.items():
            plan.foci[rule] = _All(foci)
        return found + some(self, plan)

    return patch.object(Run, "some", all_of_them)


def old_results_stay() -> AbstractContextManager[object]:
    """Keep what was found at a focus node before."""
    return patch.object(StandingState, "forget_foci", lambda *_: None)


def one_rule_less() -> AbstractContextManager[object]:
    """Forget the last rule that a change concerns."""
    some = Run.some

    def fewer(self: Run, plan: Plan) -> Any:
        if plan.foci:
            plan.foci.popitem()
        return some(self, plan)

    return patch.object(Run, "some", fewer)


def literals_as_stored() -> AbstractContextManager[object]:
    """Show rules the literals that the store made of those in the files."""
    return patch("property_model.as_written", lambda lines, _: lines)


def idle_for_ever() -> AbstractContextManager[object]:
    """Never look again whether a rule selects something."""
    return patch.object(Targets, "still_idle", lambda _self, _rule, was: was)


def idle_without_tree() -> AbstractContextManager[object]:
    """Look only at the very class that a rule targets."""
    return patch.object(Targets, "_below", lambda *_: ())


def words_for_ever() -> AbstractContextManager[object]:
    """Never look again for terms that nobody defines."""
    return patch.object(Words, "bring", lambda *_: True)


def definitions_for_ever() -> AbstractContextManager[object]:
    """Never look again whether a term is defined."""
    return patch.object(Words, "_define", lambda *_: False)


def half_the_log() -> AbstractContextManager[object]:
    """Forget the last triple of each change."""
    triples = Touched.triples

    def fewer(self: Touched) -> Iterator[Any]:
        return iter(list(triples(self))[:-1])

    return patch.object(Touched, "triples", fewer)


class _All(set[str]):
    """Some focus nodes to walk from, and all to be asked about."""

    def __contains__(self, _: object) -> bool:
        return True


def strata_alone() -> AbstractContextManager[object]:
    """Forget what a lower stratum changed when a higher one is derived again."""
    return patch.object(Touched, "and_then", lambda self, _: self)


def reads_outgoing_only() -> AbstractContextManager[object]:
    """Forget what was read against the direction of its statements."""
    looked_up = reads._looked_up
    return patch.object(reads, "_looked_up", lambda triple: [row for row in looked_up(triple) if row[2] == "out"])


def derived_stays() -> AbstractContextManager[object]:
    """Never take back what was derived."""
    return patch.object(Book, "has", lambda *_: True)


def reviews_unseen() -> AbstractContextManager[object]:
    """Derive suspect links again only where their ends change, not where a review speaks of them."""
    concerned = SuspectLinks.concerned

    def fewer(self: SuspectLinks, reader: Any, touched: Touched, context: Any) -> Any:
        others = [t for t in touched.added if not t.predicate.value.startswith(f"{NS}reviewsLink")]
        return concerned(self, reader, replace(touched, added=tuple(others)), context)

    return patch.object(SuspectLinks, "concerned", fewer)


@contextmanager
def _property(owner: type, name: str, value: Callable[[Any], Any]) -> Iterator[None]:
    """Replace a cached property, and what instances keep of it."""
    changed = cached_property(value)
    changed.__set_name__(owner, name)
    with patch.object(owner, name, changed):
        yield


MUTANTS: Mapping[Callable[[], AbstractContextManager[object]], tuple[str, ...]] = {
    no_incoming_seed: ("goes", "comes", "end", "copy"),
    no_outgoing_seed: (),
    no_far_seed: ("goes", "comes", "end", "literal"),
    one_seed_less: ("goes", "comes", "end"),
    no_way_back: (),
    no_past: ("goes", "item goes", "start"),
    nothing_removed: ("goes",),
    nothing_added: ("comes",),
    retirement_alone: ("retire",),
    retired_in_cut: ("retire", "end"),
    cut_without_incoming: (),
    cut_without_roots: (),
    ghosts: (),
    old_results_stay: (),
    one_rule_less: (),
    literals_as_stored: ("lexical",),
    idle_for_ever: ("goes", "retire", "item goes"),
    idle_without_tree: ("class", "retire", "item goes"),
    words_for_ever: ("misspelt",),
    definitions_for_ever: ("misspelt",),
    half_the_log: (),
}
"""Each mutant, as what makes it → the kinds of edits that show it soonest; none: all."""

DERIVING: tuple[Callable[[], AbstractContextManager[object]], ...] = (
    strata_alone,
    reads_outgoing_only,
    derived_stays,
    reviews_unseen,
)
"""Mutants of what derives facts in a commit, for whole projects."""
