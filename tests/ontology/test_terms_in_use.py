"""Where terms are mentioned, and which are used."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.ontology.mentions import AREAS, all_mentions, files_of, in_python, in_text
from kg.ontology.usage import nearest, unknown_mentions, unused_terms, uses
from kg.ontology.vocabulary import load_vocabulary
from kg.rdf.names import NS

HERE = Path("here")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("?x a il:Zone ; il:partOfZone ?y .", ["Zone", "partOfZone"]),
        (f"<{NS}Zone>", ["Zone"]),
        ("ail:Zone foo.il:Zone il:", []),
        ("a\nb il:Zone", ["Zone"]),
    ],
)
def test_mentions_in_text(text: str, names: list[str]) -> None:
    assert [m.name for m in in_text(text, HERE)] == names


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ('q = "ASK { ?x a il:Zone }"', {"Zone"}),
        ('q = f"ASK {{ ?x a il:Zone ; il:level {n} }}"', {"Zone", "level"}),
        ('x = il("Zone")', {"Zone"}),
        ('x = NS + "Zone"', {"Zone"}),
        ('x = names.NS + "Zone"', {"Zone"}),
        ('x = f"{NS}Zone> more"', {"Zone"}),
        ('facts.item(iri, "Zone", "Z-1", "title")', {"Zone"}),
        ('plant.item(iri, "zone-1")', set()),
        ('x = OTHER + "Zone"', set()),
        ('# il:Zone\nx = "Zone"', set()),
    ],
)
def test_mentions_in_python(code: str, names: set[str]) -> None:
    assert {m.name for m in in_python(code, HERE)} == names


def test_a_mention_knows_its_line() -> None:
    (mention,) = in_python('\nq = """\nASK {\n  ?x a il:Zone }"""\n', HERE)
    assert mention.line == 4


def test_no_unknown_term_of_ours_anywhere() -> None:
    unknown = [f"{m.file.name}:{m.line} il:{m.name}" for m in unknown_mentions(load_vocabulary())]
    assert unknown == []


@pytest.mark.parametrize("area", ["ontology", "catalogue", "alignment", "hygiene", "importer", "code"])
def test_the_scanner_sees_each_area(area: str) -> None:
    assert area in AREAS
    assert files_of(area)
    assert all_mentions(area)


def test_a_planted_unknown_term_is_seen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "ontology").mkdir()
    (tmp_path / "rule.ttl").write_text("[] a il:Zonne .", encoding="utf-8")
    monkeypatch.setattr("kg.ontology.mentions.shapes_folder", lambda: tmp_path)
    assert [m.name for m in unknown_mentions(load_vocabulary()) if m.file.name == "rule.ttl"] == ["Zonne"]


def test_nearest() -> None:
    known = ["Zone", "zoneKind", "Conduit", "ConduitEnd"]
    assert nearest("Zonne", known)[0] == "Zone"
    assert nearest("conduit", known)[0] == "Conduit"
    assert nearest("xyzzy", known) == []


def test_what_uses_a_term_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A rule that names one term takes that term, and the choices of its range, off the list."""
    (tmp_path / "ontology").mkdir()
    vocabulary = load_vocabulary()
    monkeypatch.setattr("kg.ontology.mentions.questions_folder", lambda: tmp_path)
    monkeypatch.setattr("kg.ontology.mentions.shapes_folder", lambda: tmp_path)
    before = {row[0].id for row in unused_terms(vocabulary).rows}  # type: ignore[union-attr]
    assert {"il:zoneKind", "il:safetyZone"} <= before
    (tmp_path / "kinds.ttl").write_text("[] sh:path il:zoneKind .", encoding="utf-8")
    after = {row[0].id for row in unused_terms(vocabulary).rows}  # type: ignore[union-attr]
    choices = {t.iri.replace(NS, "il:") for t in vocabulary.ours().values() if NS + "ZoneKind" in t.parents}
    assert before - after == {"il:zoneKind", *choices}
    assert uses(vocabulary)[NS + "zoneKind"]["rule"] == {"kinds"}


def test_the_table_says_how_many_are_in_use() -> None:
    table = unused_terms(load_vocabulary())
    assert table.columns == ("term", "kind", "module", "elsewhere")
    assert all(len(row) == 4 for row in table.rows)
    assert "terms are used" in table.notes[0].text
