from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from report_results import CONTROL, FINDINGS, TABLE, TRACE, finding, item

from kg.report.style import cells, safe, wrapped
from kg.values import Entry, Findings, Item, Note, Severity, Table

if TYPE_CHECKING:
    from collections.abc import Callable

FINDINGS_TEXT = """\
✗ IEC 62443-3-2:2020 ZCR 5.6  iec62443-3-2-2020/ZCR-5.6              4 violations
  The zone has no target level for this foundational requirement; give it one
  with its basis.
    Z-CTRL  Basic process control       IAC, TRE, RDF
    Z-SIS   Safety instrumented system  IAC

▲ model/own                                                            2 warnings
    SIF-101  Reactor high pressure trip
      · It has no trip point; state it.
      · It has no safe state; state it.

● house/flat  house rule                                                   1 info
  Seven equal targets.
    Z-CTRL  Basic process control  2

7 findings: 4 violations, 2 warnings, 1 info · 71 rules ran
note  2 rules found nothing to judge: no Bypass
      model/a, model/b
"""

TABLE_TEXT = """\
Components of a zone

item                        zone                                number  share  safety
──────────────────────────  ──────────────────────────────────  ──────  ─────  ──────
PLC-1   Reactor controller  Z-CTRL  Basic process control           12   0.25  yes
ESD-10  Emergency shutdown  Z-SIS   Safety instrumented system       3         no

2 rows
"""

TRACE_TEXT = """\
TS-4  Engineering workstation changes logic
What depends on this threat scenario?

risk results  1
  RR-4  Logic changed

requirements  2  1 governing, 1 contributing
  ● SR-1  Identify users  level 2, held by Z-CTRL
  ○ SR-2  Unique users

countermeasures  1
  CM-3  Jump host

none: evidence

paths  the shortest way to each
  TS-4  Engineering workstation changes logic
  └─ ^il:derivedFrom RR-4  Logic changed
     └─ ^il:derivedFrom https://plant.example/SLT-1
        ├─ ^il:derivedFrom SR-1  Identify users
        │  └─ is answered by CM-3  Jump host
        └─ ^il:derivedFrom SR-2  Unique users

4 items over 5 links
"""


def test_findings_are_said_once_by_rule_and_item(rendered: Callable[..., str]) -> None:
    assert rendered(FINDINGS, "text", width=81) == FINDINGS_TEXT


def test_a_table_has_aligned_columns(rendered: Callable[..., str]) -> None:
    assert rendered(TABLE, "text") == TABLE_TEXT


def test_a_trace_shows_buckets_and_the_tree_of_paths(rendered: Callable[..., str]) -> None:
    assert rendered(TRACE, "text") == TRACE_TEXT


@pytest.mark.parametrize("result", [FINDINGS, TABLE, TRACE])
def test_colours_change_no_letter(rendered: Callable[..., str], result: Findings) -> None:
    plain, coloured = rendered(result, "text"), rendered(result, "text", colour=True)
    assert "\x1b[" not in plain
    assert "\x1b[" in coloured
    bare = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert [line.rstrip() for line in bare.splitlines()] == plain.splitlines()


@pytest.mark.parametrize("width", [40, 60, 100])
def test_nothing_is_wider_than_the_terminal(rendered: Callable[..., str], width: int) -> None:
    for result in (FINDINGS, TABLE):
        lines = rendered(result, "text", width=width).splitlines()
        # A header of a rule keeps its name whole; everything else gives way.
        assert [line for line in lines if cells(line) > max(width, 70)] == []


def test_many_values_are_counted(rendered: Callable[..., str]) -> None:
    items = tuple(
        finding("model/m", Severity.WARNING, CONTROL, "Wrong number.", value=f'"{n}"') for n in range(10_000, 10_400)
    )
    text = rendered(Findings(items, 1), "text", width=80)
    assert "400 warnings" in text
    assert re.search(r"10000, 10001,.* … 400 in all\n", text)
    assert len(text.splitlines()) == 5


def test_a_value_that_the_message_names_is_not_said_again(rendered: Callable[..., str]) -> None:
    one = finding(
        "model/m", Severity.WARNING, CONTROL, "No class il:Zoen.", value="<https://w3id.org/interlock/ns#Zoen>"
    )
    text = rendered(Findings((replace(one, about=None),), 1), "text")
    assert text.count("il:Zoen") == 1


def test_one_message_for_many_items_comes_first_else_the_item_does(rendered: Callable[..., str]) -> None:
    foci = [item(f"Z-{n}", "zone") for n in range(5)]
    same = tuple(finding("m/m", Severity.WARNING, f, message) for f in foci for message in ("One.", "Two."))
    text = rendered(Findings(same, 1), "text")
    assert text.count("One.") == text.count("Two.") == 1
    other = tuple(finding("m/m", Severity.WARNING, f, f"{f.id} {k}.") for f in foci for k in "ab")
    lines = rendered(Findings(other, 1), "text").splitlines()
    assert lines[1:4] == ["    Z-0  zone", "      · Z-0 a.", "      · Z-0 b."]


def test_nothing_found_says_so(rendered: Callable[..., str]) -> None:
    assert rendered(Findings((), 71), "text") == "✓ nothing found · 71 rules ran\n"
    assert rendered(Table("Empty", ("a", "b"), ()), "text") == "Empty\n\nno rows\n"


def test_text_of_unknown_origin_cannot_steer_the_terminal(rendered: Callable[..., str]) -> None:
    evil = "a\x1b[31mb\x07c\u202ed\ne"
    focus = item(evil, evil)
    results = (
        Findings((finding("m/m", Severity.INFO, focus, evil, value=f'"{evil}"'),), 1, (Note("x", evil, (evil,)),)),
        Table(evil, (evil,), ((focus,), (evil,)), (Note("x", evil),)),
        replace(TRACE, question=evil, start=focus, buckets=((evil, (Entry(focus, True, ((evil, evil),)),)),)),
    )
    for result in results:
        text = rendered(result, "text")
        assert not set(text) & {"\x1b", "\x07", "\u202e"}
        assert "\N{REPLACEMENT CHARACTER}[31mb" in text


def test_wide_and_combining_characters_count_as_they_show() -> None:
    assert (cells("abc"), cells("制御"), cells("e\u0301"), cells("Ü")) == (3, 4, 1, 1)
    assert wrapped("制御 制御系統", 6) == ["制御", "制御系", "統"]
    assert wrapped("a bb ccc", 4) == ["a bb", "ccc"]
    assert wrapped("", 4) == [""]
    assert safe(" a \t b\n") == "a b"


def test_a_narrow_terminal_wraps_cells_and_drops_titles(rendered: Callable[..., str]) -> None:
    text = rendered(TABLE, "text", width=60)
    assert "Reactor controller" not in text
    wide = Table("", ("a", "b"), (("word " * 30, "x"),))
    lines = rendered(wide, "text", width=40).splitlines()
    assert max(map(len, lines)) <= 40
    assert sum("word" in line for line in lines) > 3


def test_a_huge_tree_stops_and_says_so(rendered: Callable[..., str]) -> None:
    paths = tuple((TRACE.start.iri, f"urn:x:{n}", f"urn:y:{n}") for n in range(1000))
    text = rendered(replace(TRACE, paths=paths), "text")
    assert "… and 1,600 more nodes, which --format json gives in full" in text


def test_leaves_of_one_link_are_told_in_one_breath(rendered: Callable[..., str]) -> None:
    paths = (*((TRACE.start.iri, f"urn:leaf:{n}") for n in range(4)), (TRACE.start.iri, "urn:twig", "urn:tip"))
    text = rendered(replace(TRACE, paths=paths), "text")
    lines = [line.strip() for line in text.splitlines()]
    assert "├─ urn:twig" in lines
    assert "│  └─ urn:tip" in lines
    at = lines.index("└─ 4 that lead no further")
    assert lines[at + 1] == "urn:leaf:0, urn:leaf:1, urn:leaf:2, urn:leaf:3"


def test_a_long_bucket_names_its_entries_side_by_side_and_breaks_between_names_only(
    rendered: Callable[..., str],
) -> None:
    entries = tuple(Entry(Item(f"urn:{n}", f"SR 1.{n}", "a title"), governing=n != 5) for n in range(1, 41))
    text = rendered(replace(TRACE, buckets=(("requirements", entries),), paths=()), "text")
    lines = text.splitlines()
    head = lines.index("requirements  40  39 governing, 1 contributing")
    assert lines[head + 1].startswith("  ● SR 1.1, SR 1.2, ")
    assert lines[head + 2].startswith("    SR 1.")
    assert "  ○ SR 1.5" in lines
    assert "a title" not in text
