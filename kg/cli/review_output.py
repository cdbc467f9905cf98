"""How `interlock review` shows links: tables, or resources of OSLC Link Validity."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from kg.cli.common import write
from kg.errors import InputError, StaleDecision
from kg.report import Format
from kg.values import Note, Table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from kg.cli.asking import View
    from kg.review.choose import Moved, Seen
    from kg.review.states import Standing, Standings

__all__ = ["Refused", "decided", "hint", "overtaken", "refuse", "write_links"]

_SHORT: Final = 14
"""Characters of a fingerprint that are shown where people read; ``--against`` takes as few."""

_FEW: Final = ("state", "from", "link", "to")
_FOR_PROGRAMS: Final = ("as", "judged_from_fingerprint", "judged_to_fingerprint")


class Refused(StaleDecision):
    """A decision that was refused, with both sides as a table."""

    def __init__(self, message: str, table: Table) -> None:
        super().__init__(message)
        self.table = table


def refuse(view: View, seen: Seen, found: Sequence[Moved], standings: Standings) -> Refused:
    """Return the refusal of a decision about items that say something else now than when somebody looked."""
    from kg.review.tables import Shown

    shown = Shown(standings, view.prefixes)
    rows = [
        (change.item, change.property, change.old, change.new, one.old or None, one.new or None)
        for one in found
        for change in shown.difference(one.iri, seen.pairs)
    ]
    columns = ("item", "property", "old", "new", "old_fingerprint", "new_fingerprint")
    names = ", ".join(shown.item(one.iri).id for one in found)
    return Refused(
        f"{names}: says something else than what was decided about; nothing is stored, look at both sides and decide"
        " again",
        Table("Both sides", columns, tuple(rows)),
    )


def overtaken(view: View, found: Sequence[Standing], standings: Standings) -> Refused:
    """Return the refusal of a decision about links that somebody else decided about since they were chosen."""
    from kg.review.tables import Shown

    shown = Shown(standings, view.prefixes)
    names = ", ".join(sorted({shown.item(end).id for one in found for end in one.dependents or one.link[:1]}))
    return Refused(
        f"{names}: somebody else decided meanwhile; nothing is stored, look at that and name the link with --link to"
        " decide again",
        _brief(shown.table("Decided meanwhile", found, ()), few=False),
    )


def write_links(  # noqa: PLR0917 - what is shown, of what, how and where
    view: View,
    standings: Standings,
    title: str,
    found: Sequence[Standing],
    notes: Sequence[Note],
    form: Format,
    output: Path | None,
    *,
    few: bool = False,
) -> None:
    """Write how links stand; as turtle in the terms of OSLC; to people with `few` columns only."""
    from kg.review.tables import Shown

    if form is not Format.TURTLE:
        table = Shown(standings, view.prefixes).table(title, found, notes)
        write(_brief(table, few=few) if form is Format.TEXT else table, form, output, prefixes=view.prefixes)
        return
    from kg.rdf.turtle import write_turtle
    from kg.review.lvs import HEAD, LVS, OSLC, validity_triples

    named = {prefix: namespace for prefix, namespace in view.prefixes.items() if prefix}
    triples = list(validity_triples(found, view.project.config.base))
    text = write_turtle(triples, prefixes={**named, "oslc": OSLC, "oslc_lvs": LVS}, header=HEAD)
    if output is None:
        sys.stdout.write(text)
        return
    try:
        output.write_text(text, "utf-8")
    except OSError as wrong:
        raise InputError(f"{output} can't be written: {wrong.strerror}") from wrong


def hint(item: str, fingerprint: str, heads: Sequence[str]) -> list[Note]:
    """Return how to say what was looked at, when deciding."""
    state = heads[0][:12] if len(heads) == 1 else fingerprint
    text = f"{item} has the fingerprint {fingerprint}; decide about just this state with --against {state}"
    return [Note("against", text)] if fingerprint else []


def decided(found: Sequence[Standing]) -> list[Note]:
    """Return who decided, when and why, as one note."""
    records = [one.record for one in found if one.record is not None]
    if not records:
        return []
    last = max(records, key=lambda one: one.rank)
    return [Note("decision", f"decided {last.when}: {last.reason}", (last.by, last.role))]


def _brief(table: Table, *, few: bool) -> Table:
    """Return a table without the columns that only programs need, and those in which nothing stands."""
    kept = [
        number
        for number, name in enumerate(table.columns)
        if (name in _FEW if few else name not in _FOR_PROGRAMS) and any(row[number] is not None for row in table.rows)
    ]
    rows = (
        tuple(
            cell[:_SHORT] if table.columns[number].endswith("fingerprint") and isinstance(cell, str) else cell
            for number, cell in ((number, row[number]) for number in kept)
        )
        for row in table.rows
    )
    return replace(table, columns=tuple(table.columns[number] for number in kept), rows=tuple(rows))
