"""Which importer reads a file; JSON that nobody vouches for; names as parts of IRIs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode

from kg.errors import BrokenFile, InputError, LimitExceeded
from kg.importers.registry import KINDS, convert
from kg.importers.slugs import organisation_name, same_name, slug, slugs
from kg.project.sources import Source
from kg.rdf.guard import Limits

from .graph import BASE, read


def test_rdf_and_json_in_one_batch_keep_their_order(tmp_path: Path) -> None:
    linked = tmp_path / "linked.json"
    linked.write_text('{"@id": "http://a", "http://p": "json"}')
    turtle = tmp_path / "plant.ttl"
    turtle.write_text("<zone> <http://p> 'turtle' .")
    bundle = tmp_path / "bundle.json"
    bundle.write_text(
        '{"type": "bundle", "objects": [{"type": "x-mitre-tactic", "id": "x", "name": "Impact",'
        '"x_mitre_shortname": "i", "x_mitre_domains": ["ics-attack"],'
        '"external_references": [{"source_name": "mitre", "external_id": "TA0105"}]}]}'
    )
    kinds = [(bundle, ""), (turtle, ""), (linked, ""), (turtle, "trig")]
    results = convert([Source("s", path, kind, path.name) for path, kind in kinds], BASE, Limits())
    assert [one.kind for one in results] == ["attack", "turtle", "jsonld", "trig"]
    assert results[1].lines == results[3].lines == [f'<{BASE}zone> <http://p> "turtle" .\n'.encode()]
    assert results[2].lines == [b'<http://a> <http://p> "json" .\n']
    assert b"TA0105" in results[0].lines[0]


def test_graphs_of_a_dataset_become_one_and_the_user_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.trig"
    path.write_text("<http://g> { <http://a> <http://p> 1 } <http://h> { <http://a> <http://p> 1 , 2 }")
    result = read(path)
    assert len(result.lines) == 2
    (caveat,) = result.caveats
    assert caveat.what == "2 named graphs (http://g, http://h) became one graph of the project"
    path.write_text("<http://g> { <http://a> <http://p> 1 }")
    assert read(path).caveats == ()


def test_every_kind_has_a_name_and_a_title() -> None:
    assert [kind.name for kind in KINDS] == [
        "turtle", "trig", "ntriples", "nquads", "rdfxml", "jsonld", "attack", "csaf",
    ]  # fmt: skip
    assert all(kind.title for kind in KINDS)


@pytest.mark.parametrize(
    ("name", "content", "error", "message"),
    [
        ("a.json", '{"a": 1}', BrokenFile, "is JSON, but none that Interlock knows"),
        ("a.json", "[1, 2]", BrokenFile, "is JSON, but none that Interlock knows"),
        ("a.json", '{"document": {"csaf_version": "2.0"', BrokenFile, r"a\.json:1:36: is no JSON"),
        ("a.json", "", BrokenFile, "is empty; a JSON document was expected"),
        ("a.json", b'{"a": "\xff"}', BrokenFile, "is not UTF-8 .byte 0xFF at 7.; save it in UTF-8"),
        ("a.json", b'{"a": \0}', BrokenFile, "is no JSON"),
        ("a.json", '{"a": NaN}', BrokenFile, "NaN is not a JSON number"),
        ("a.json", '{"a": ' + "9" * 5000 + "}", BrokenFile, "is no JSON: Exceeds the limit"),
        ("a.json", '{"a":' * 3000 + "1" + "}" * 3000, LimitExceeded, "nests deeper than 256 levels"),
        ("a.json", "[" * 500 + "]" * 500, LimitExceeded, "nests deeper than 256 levels"),
        ("a.json", "[" * 100_000, LimitExceeded, "nests deeper than 256 levels"),
        ("a.json", '["' + "x" * 5000 + '"]', LimitExceeded, "is larger than 0 MiB; the setting parse-document"),
        ("a.docx", b"PK\x03\x04junk", BrokenFile, "is no file that Interlock can read"),
    ],
)
def test_a_wrong_or_hostile_file_gets_one_line(
    tmp_path: Path, name: str, content: str | bytes, error: type[Exception], message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    small = Limits(document=5000) if len(content) > 5000 and "xxx" in str(content) else Limits()
    with pytest.raises(error, match=message) as caught:
        convert([Source("s", path, "", name)], BASE, small)
    assert str(caught.value).startswith(name)
    assert "\n" not in str(caught.value)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    for path in (tmp_path / "none.json", tmp_path, tmp_path / "pipe.json", Path("/dev/zero")):
        for kind in ("csaf", "turtle") if path.suffix else ("csaf", "turtle", ""):
            with pytest.raises(BrokenFile, match=r"no such file|is no regular file|is a folder|is a device or pipe"):
                convert([Source("s", path, kind, "s")], BASE, Limits())


def test_an_unknown_kind_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"there is no kind of source called 'doors'; there are turtle, .*, csaf"):
        convert([Source("s", tmp_path / "a.ttl", "doors", "s")], BASE, Limits())


def test_a_kind_that_is_asked_for_decides(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"a": 1}')
    with pytest.raises(BrokenFile, match="/document: missing, a CSAF document must have one"):
        convert([Source("s", path, "csaf", "s")], BASE, Limits())
    with pytest.raises(BrokenFile, match="/type: is no STIX bundle"):
        convert([Source("s", path, "attack", "s")], BASE, Limits())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("SIMATIC S7-1500 CPU family (incl. SIPLUS)", "simatic-s7-1500-cpu-family-incl.-siplus"),
        ("  PLC™  100 ", "plc-100"),
        ("Landis+Gyr", "landis-plus-gyr"),
        ("vers:all/>=V2.9.2<V2.9.4", "vers-all-ge-v2.9.2-lt-v2.9.4"),
        ("< 3.2", "lt-3.2"),
        ("<= 3.2", "le-3.2"),
        ("*", "any"),
        ("..", "x-5ec1f7e7"),
        ("Größe Ü1", "grösse-ü1"),
        ("安全コントローラー", "安全コントローラー"),
        ("a/b#c?d", "a-b-c-d"),
    ],
)
def test_slugs(name: str, expected: str) -> None:
    assert slug(name) == expected


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=150), max_size=8))
def test_slugs_are_different_for_different_names_and_fit_an_iri(names: list[str]) -> None:
    given_slugs = slugs(names)
    assert slugs(reversed(names)) == given_slugs
    for name, part in given_slugs.items():
        assert 0 < len(part) <= 120
        assert "/" not in part
        assert part not in {".", ".."}
        NamedNode(BASE + part)
        assert all((other == part) == (same_name(name) == same_name(n)) for n, other in given_slugs.items())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Siemens AG", "Siemens"),
        ("Rockwell Automation ", "Rockwell Automation"),
        ("Schneider Electric Software, LLC", "Schneider Electric Software"),
        ("Example GmbH & Co. KG", "Example"),
        ("Mitsubishi Electric Corporation", "Mitsubishi Electric"),
        ("Moxa Inc.", "Moxa"),
        ("Delta Co., Ltd.", "Delta"),
        ("AG", "AG"),
        ("General Electric (GE)", "General Electric (GE)"),
        ("Siemens Energy", "Siemens Energy"),
        ("Tesco", "Tesco"),
        ("Sage", "Sage"),
    ],
)
def test_a_company_loses_its_legal_form_and_no_more(name: str, expected: str) -> None:
    assert organisation_name(name) == expected
