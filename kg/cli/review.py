"""`interlock review`: how links stand, and decisions about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from kg.cli.common import AsOfOption, FormatOption, OutputOption, stated
from kg.errors import InputError
from kg.report import Format

if TYPE_CHECKING:
    from kg.cli.reviewing import Request

__all__ = ["command"]

_DECIDING = "verdict", "outcome", "reason", "role", "against", "phase", "zone"


def command(  # noqa: PLR0917 - options, which Typer passes by name
    item: Annotated[
        str, typer.Argument(metavar="[ITEM]", help="An identifier, a CURIE or an IRI.", show_default=False)
    ] = "",
    link: Annotated[
        str,
        typer.Option(
            "--link",
            callback=stated,
            metavar="ITEM2",
            help="Only the links between ITEM and this one.",
            show_default=False,
        ),
    ] = "",
    query: Annotated[
        str,
        typer.Option(
            "--query",
            metavar="FILE|TEXT",
            help="A SELECT that gives items, or pairs of linked items.",
            show_default=False,
        ),
    ] = "",
    verdict: Annotated[
        str, typer.Option("--verdict", metavar="valid|invalid", help="What was found.", show_default=False)
    ] = "",
    outcome: Annotated[
        str,
        typer.Option(
            "--outcome",
            metavar="no-effect|update|back-to-phase|new-risk-assessment",
            help="How the impact analysis of what changed ended; it ends the suspicion.",
            show_default=False,
        ),
    ] = "",
    phase: Annotated[
        str,
        typer.Option("--phase", metavar="N", help="With back-to-phase: the number of the phase.", show_default=False),
    ] = "",
    zone: Annotated[
        str,
        typer.Option(
            "--zone", metavar="ZONE", help="With new-risk-assessment: the zone or conduit.", show_default=False
        ),
    ] = "",
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="Why; no decision without.", show_default=False)
    ] = "",
    role: Annotated[
        str, typer.Option("--role", metavar="ROLE", help="In which role: asset-owner, assessor …", show_default=False)
    ] = "",
    against: Annotated[
        str,
        typer.Option(
            "--against",
            callback=stated,
            metavar="FINGERPRINT|CHANGE",
            help="What you looked at; refused if that is no longer so.",
            show_default=False,
        ),
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be decided, and decide nothing.")] = False,
    list_: Annotated[bool, typer.Option("--list", help="List the links of the project.")] = False,
    state: Annotated[
        str,
        typer.Option(
            "--state",
            callback=stated,
            metavar="STATE",
            help="With --list: suspect, invalid, valid or unreviewed.",
            show_default=False,
        ),
    ] = "",
    as_of: AsOfOption = "",
    form: FormatOption = Format.TEXT,
    output: OutputOption = None,
) -> None:
    """Show how the links of ITEM stand, or decide about them.

    A decision covers the links to what ITEM rests on that are suspect or never reviewed; it is recorded for what both
    ends say, with who, in which role, when and why. If an end came to say something else meanwhile, nothing is stored,
    both sides are shown, and the exit code is 1. As turtle, links are resources of OSLC Link Validity.
    """
    from kg.cli import reviewing

    request: Request = reviewing.Request(
        item, link, query, verdict, outcome, phase, zone, reason, role, against, dry_run=dry_run
    )
    deciding = [name for name in _DECIDING if getattr(request, name)]
    if list_:
        if item or link or query or deciding:
            raise InputError("--list lists all links, at most those of one --state: leave the rest out")
        reviewing.list_links(state, as_of, form, output)
        return
    if state:
        raise InputError("--state goes with --list")
    if not item and not query:
        raise InputError("name an item, or select several with --query; --list lists all links")
    if item and query:
        raise InputError("an item or --query: not both")
    if not deciding and not dry_run and not query:
        reviewing.show(item, link, as_of, form, output)
        return
    if as_of:
        raise InputError("a decision is about what is so now: leave --as-of out")
    reviewing.decide(request, form, output)
