"""Suspects in each format, from hand-made ones."""

from __future__ import annotations

import csv
import io
import json

from kg.report import Format, render
from kg.values import Changed, Item, Note, Suspect, Suspects

T = Item("https://e/T", "T", "A threat", "ThreatScenario")
R = Item("https://e/R", "R", "A \x1b[31mresult", "RiskResult")
S = Item("https://e/S", "S")
SAID = (Changed(T, "il:text", None, "new,\ntext"),)
WHEN = "2026-11-23T13:55:02Z"
DERIVED = "il:derivedFrom"
FOUND = Suspects(
    (
        Suspect(R, "threat", (T, R), (DERIVED,), SAID, WHEN),
        Suspect(S, "threat", (T, R, S), (DERIVED, DERIVED), SAID, WHEN),
        Suspect(T, "zone", (S, T), ("il:threatens",), (Changed(S, "il:partOfZone", R, None),), ""),
    ),
    (Note("n", "Something to know."),),
)


def written(result: Suspects, form: Format, width: int | None = None) -> str:
    stream = io.StringIO()
    render(result, form, stream, width=width)
    return stream.getvalue()


def test_json_has_the_promised_shape() -> None:
    found = json.loads(written(FOUND, Format.JSON))
    assert found.keys() == {"suspects", "notes"}
    second = found["suspects"][1]
    assert second.keys() == {"id", "iri", "title", "kind", "cause", "path", "changed", "since"}
    assert [(one["id"], one.get("link")) for one in second["path"]] == [
        ("T", None), ("R", "il:derivedFrom"), ("S", "il:derivedFrom"),
    ]  # fmt: skip
    assert second["changed"] == [
        {
            "item": {"id": "T", "iri": "https://e/T", "title": "A threat", "kind": "ThreatScenario"},
            "property": "il:text",
            "old": None,
            "new": "new,\ntext",
        }
    ]
    assert found["suspects"][2]["changed"][0]["old"]["id"] == "R"
    assert json.loads(written(Suspects(()), Format.JSON)) == {"suspects": [], "notes": []}


def test_text_groups_by_cause_then_change() -> None:
    lines = written(FOUND, Format.TEXT).splitlines()
    assert lines[0] == "threat  1 change, 2 suspects"
    assert lines[1] == "  T  A threat  since 2026-11-23T13:55:02Z"
    assert lines[2] == "    il:text  nothing → new, text"
    assert lines[3].startswith("  └─ il:derivedFrom R  A ")
    assert lines[4] == "     └─ il:derivedFrom S"
    assert "zone  1 change, 1 suspect" in lines
    assert "    il:partOfZone  R → nothing" in lines
    assert "3 suspects because of 2 changes" in lines
    assert not any("\x1b" in line for line in lines)  # text of unknown origin can't steer a terminal
    assert written(Suspects(()), Format.TEXT) == "✓ nothing is suspect\n"


def test_csv_has_a_row_for_each_value() -> None:
    rows = list(csv.DictReader(io.StringIO(written(FOUND, Format.CSV))))
    assert [(row["item"], row["path"], row["old"], row["new"]) for row in rows] == [
        ("R", "T > R", "", "new,\ntext"), ("S", "T > R > S", "", "new,\ntext"), ("T", "S > T", "R", ""),
    ]  # fmt: skip


def test_turtle_says_what_is_derived() -> None:
    text = written(FOUND, Format.TURTLE)
    assert text.count("il:suspectBecauseOf <https://e/T>") == 2
    assert "il:suspectBecauseOf <https://e/S>" in text
    assert 'dcterms:title "A threat"' in text


def test_long_values_that_begin_alike_show_where_they_differ() -> None:
    old, new = (Item(f"https://e/{end}", f"{'long-name-of-a-product-' * 4}/{end}") for end in ("v2.9.2", "v2.9.4"))
    for rows, said in (
        ((old, new), "long-name-of-a-produ…-product-/v2.9.2 → long-name-of-a-produ…-product-/v2.9.4"),
        (("a" * 200, "b" * 200), f"{'a' * 59}… → {'b' * 59}…"),
        (("a" * 100, "a" * 101), f"{'a' * 59}… → {'a' * 20}…{'a' * 16}"),
        (("short", "a" * 100), f"short → {'a' * 59}…"),
    ):
        found = Suspects((Suspect(R, "product", (T, R), (DERIVED,), (Changed(T, "il:runs", *rows),), WHEN),))
        assert f"il:runs {said}" in " ".join(written(found, Format.TEXT).split())
