"""CURIEs that people type and read."""

from __future__ import annotations

import pytest

from kg.rdf.names import BASE, NS, PREFIXES, curie, expand


@pytest.mark.parametrize(
    ("iri", "shown"),
    [
        (NS + "Zone", "il:Zone"),
        (BASE + "id/iec62443-3-3-2013/SR-1.1-RE-1", "iec62443-3-3:SR-1.1-RE-1"),
        (BASE + "id/iec62443-1-1-2009/IAC", "fr:IAC"),
        (BASE + "id/iec62443-3-3-2013", "id:iec62443-3-3-2013"),
        ("https://example.org/x", "https://example.org/x"),
        # a local part with a slash is no CURIE that Turtle could read
        (BASE + "rule/iec62443-3-2-2020/ZCR-5.6", BASE + "rule/iec62443-3-2-2020/ZCR-5.6"),
        # a namespace alone has no local part to show
        (NS, NS),
    ],
)
def test_an_iri_is_shown_under_its_longest_prefix(iri: str, shown: str) -> None:
    assert curie(iri) == shown


def test_expanding_gives_back_what_was_shown() -> None:
    for namespace in PREFIXES.values():
        iri = namespace + "x-1.2"
        assert expand(curie(iri)) == iri


def test_what_is_no_curie_expands_to_nothing() -> None:
    assert expand("Zone") is None
    assert expand("nobody:Zone") is None
