"""What `interlock review` does, once its options are sorted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kg.cli.asking import view_at
from kg.cli.common import say, write
from kg.cli.review_output import Refused, decided, hint, overtaken, refuse, write_links
from kg.errors import InputError
from kg.report import Format

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from kg.cli.asking import View
    from kg.project.history import History
    from kg.review.choose import Seen
    from kg.review.decide import Decision
    from kg.review.links import Link
    from kg.review.states import Standing, Standings
    from kg.store import Delta, SnapshotReader

__all__ = ["Request", "decide", "decision_of", "list_links", "show"]


_NAMED = 5
"""How many causes a line names."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked for; each field is an option, empty where it was not given."""

    item: str
    link: str
    query: str
    verdict: str
    outcome: str
    phase: str
    zone: str
    reason: str
    role: str
    against: str
    dry_run: bool


def show(name: str, other: str, as_of: str, form: Format, output: Path | None) -> None:
    """Show how the links of an item stand, with what its ends say otherwise than when they were judged."""
    from kg.project.items import resolve

    with view_at(as_of) as view:
        standings = _standings(view)
        item = resolve(view.reader, name, view.prefixes)
        found = standings.of(item.iri)
        if other:
            end = resolve(view.reader, other, view.prefixes)
            found = [one for one in found if end.iri in one.link[::2]]
        notes = [*hint(item.id, standings.print(item.iri), view.reader.manifest.notes["heads"]), *view.notes]
        write_links(view, standings, f"Links of {item.id}", found, notes, form, output)


def list_links(state: str, as_of: str, form: Format, output: Path | None) -> None:
    """List the links of the project, those of one state or all."""
    from kg.review.records import told_links
    from kg.review.states import LinkState

    states = [str(one) for one in LinkState]
    if state and state not in states:
        raise InputError(f"{state!r} is no state of a link: {', '.join(states)}")
    with view_at(as_of) as view:
        standings = _standings(view)
        kind = {"suspect": "SuspectLink", "invalid": "InvalidLink"}.get(state)
        if kind:  # derived in each commit: no need to look at all links there are
            found = standings.several(told_links(view.reader, kind))
        else:
            found = [one for one in standings.all() if state in {"", one.state}]
        title = f"{state.capitalize()} links" if state else "Links"
        write_links(view, standings, title, found, view.notes, form, output)


def decide(request: Request, form: Format, output: Path | None) -> None:
    """Decide about links, and record it unless an end says something else by then."""
    from kg.review.choose import seen_at, seen_now
    from kg.review.decide import SOURCE

    with view_at() as view:
        standings = _standings(view)
        decision = decision_of(request, view)
        chosen, about = _chosen(request, decision, view, standings)
        if not chosen:
            say(f"nothing to decide: {_nothing(request, decision, view)}")
            write_links(view, standings, "Nothing decided", [], (), form, output)
            return
        seen = seen_at(standings, chosen, request.against) if request.against else seen_now(standings, chosen)
        links = [one.link for one in chosen]
        try:
            _hold(view, seen, standings)
            if request.dry_run:
                write_links(view, standings, "Would be decided", chosen, view.notes, form, output)
                return

            def record(present: SnapshotReader) -> dict[str, Delta]:
                return {SOURCE: _recorded(view, decision, chosen, about, seen, present)}

            view.project.decide([SOURCE], record, reason=f"review: {decision.reason}")
        except Refused as stale:
            write(stale.table, Format.TEXT if form is Format.TURTLE else form, output, prefixes=view.prefixes)
            raise
    with view_at() as view:
        standings = _standings(view)
        after = standings.several(links)
        say(f"decided {len(after)} link{'s' if len(after) != 1 else ''}: {'valid' if decision.valid else 'invalid'}")
        write_links(view, standings, "Decided", after, (*decided(after), *view.notes), form, output, few=True)


def decision_of(request: Request, view: View) -> Decision:
    """Return what the user decided, every part of it held against what there is."""
    from kg.project.who import user
    from kg.review.acts import role_of, said
    from kg.review.decide import OUTCOMES, Decision
    from kg.review.places import phase_of, zone_of

    if not request.verdict and not request.outcome:
        raise InputError("say what was found: --verdict valid or invalid, or --outcome of an impact analysis")
    if request.outcome and request.outcome not in OUTCOMES:
        raise InputError(f"{request.outcome!r} is no outcome: {', '.join(OUTCOMES)}")
    if request.verdict not in {"", "valid", "invalid"}:
        raise InputError(f"{request.verdict!r} is no verdict: valid or invalid")
    valid = request.verdict == "valid" if not request.outcome else request.outcome == "no-effect"
    if request.outcome and request.verdict and valid != (request.verdict == "valid"):
        raise InputError(f"--outcome {request.outcome} means {'valid' if valid else 'invalid'}: leave --verdict out")
    for given, option, needed in (
        (request.phase, "phase", "back-to-phase"),
        (request.zone, "zone", "new-risk-assessment"),
    ):
        if bool(given) != (request.outcome == needed):
            raise InputError(f"--{option} and --outcome {needed} go together")
    reason = said(request.reason)
    if not request.role:
        raise InputError("a decision is made in a role: name it with --role, such as asset-owner or assessor")
    return Decision(
        valid,
        user(view.project.root),
        role_of(request.role),
        reason,
        OUTCOMES.get(request.outcome, ""),
        phase_of(view.reader, request.phase) if request.phase else "",
        zone_of(view.reader, request.zone, view.prefixes) if request.zone else "",
        _text(request.query) if request.query else "",
    )


def _chosen(
    request: Request, decision: Decision, view: View, standings: Standings
) -> tuple[list[Standing], dict[Link, str]]:
    """Return the links that the user named, and the item that was decided about by each where it was an item."""
    from kg.project.items import resolve
    from kg.questions.adhoc import QueryLimits, run_query
    from kg.review.choose import by_items, by_pairs, subjects

    if not request.query:
        item = resolve(view.reader, request.item, view.prefixes)
        if request.link:
            found = by_pairs(standings, [(item.iri, resolve(view.reader, request.link, view.prefixes).iri)])
            return found, {one.link: item.iri for one in found}
        return _apart(by_items(standings, [item.iri], decision))
    answer = run_query(
        view.reader.path, decision.selection, view.prefixes, QueryLimits.of(view.project.config.settings)
    )
    if answer.form != "select":
        raise InputError("a selection is a SELECT query; this one is another")
    items, pairs = subjects(answer.rows)
    chosen, about = _apart(by_items(standings, items, decision))
    return [*chosen, *(one for one in by_pairs(standings, pairs) if one.link not in about)], about


def _apart(found: dict[Link, tuple[Standing, str]]) -> tuple[list[Standing], dict[Link, str]]:
    return [one for one, _ in found.values()], {link: item for link, (_, item) in found.items()}


def _recorded(  # noqa: PLR0917 - what was decided, about what, against what
    view: View,
    decision: Decision,
    chosen: Sequence[Standing],
    about: dict[Link, str],
    seen: Seen,
    present: SnapshotReader,
) -> Delta:
    """Return what to record, made from the state that it is recorded on."""
    from kg.project.items import describe
    from kg.review.decide import decision_lines
    from kg.store import Delta

    heads = present.manifest.notes["heads"]
    standings = _of(present, view.project.history().until(heads))
    _hold(view, seen, standings)
    found = standings.several(one.link for one in chosen)
    before = {one.link: one.record for one in chosen}
    if others := [one for one in found if one.record != before[one.link]]:
        raise overtaken(view, others, standings)
    names = {iri: item.id for iri, item in describe(present, seen.prints, view.prefixes).items()}
    lines = decision_lines(
        decision,
        found,
        base=view.project.config.base,
        heads=heads,
        when=datetime.now(UTC).replace(microsecond=0),
        names=names,
        prefixes=view.prefixes,
        about=about,
    )
    return Delta(lines)


def _hold(view: View, seen: Seen, standings: Standings) -> None:
    """Refuse a decision about something that says something else by now.

    Raises:
        StaleDecision: an end does.
    """
    from kg.review.choose import moved

    found = moved(seen, standings)
    if found:
        raise refuse(view, seen, found, standings)


def _standings(view: View) -> Standings:
    return _of(view.reader, view.history)


def _of(reader: SnapshotReader, history: History) -> Standings:
    from kg.review.content import ContentRules
    from kg.review.states import Standings

    return Standings(reader, history, ContentRules.of(reader))


def _text(query: str) -> str:
    """Return the query that the user named: that of a file, or the text itself."""
    from kg.cli.query import text_of

    return text_of(query).strip()


def _nothing(request: Request, decision: Decision, view: View) -> str:
    """Return why a decision covers nothing."""
    from pyoxigraph import NamedNode

    from kg.project.items import describe, resolve
    from kg.rdf.names import NS

    what = "suspect" if decision.outcome else "open"
    if request.query:
        return f"no link is {what} on which the selected items rest"
    item = resolve(view.reader, request.item, view.prefixes)
    causes = view.reader.objects(NamedNode(item.iri), NamedNode(NS + "suspectBecauseOf"))
    iris = sorted(cause.value for cause in causes if isinstance(cause, NamedNode))
    if iris:
        names = ", ".join(one.id for one in describe(view.reader, iris[:_NAMED], view.prefixes).values())
        more = f" and {len(iris) - _NAMED} more" if len(iris) > _NAMED else ""
        return f"{item.id} is suspect through others, because of {names}{more}: review what rests on these at once"
    return f"no link is {what} on which {item.id} rests; --link ITEM2 judges one again"
