"""People name items in many ways; each finds the one item, or says which ones it could be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kg.errors import AmbiguousItem, UnknownItem
from kg.project.builtin import builtin_files, read_builtin
from kg.project.items import describe, resolve
from kg.rdf.names import BASE, CATALOGUE, NS, PREFIXES
from kg.store import memory_reader
from kg.values import Item

if TYPE_CHECKING:
    from kg.store import Reader

PLANT = "https://plant.example/"
NAMES = {**PREFIXES, "": PLANT}
IDENTIFIER = "<http://purl.org/dc/terms/identifier>"
TITLE = "<http://purl.org/dc/terms/title>"
LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"
TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"

OWN = f"""
<{PLANT}zone/Z1> {TYPE} <{NS}Zone> .
<{PLANT}zone/Z1> {IDENTIFIER} "Z-1" .
<{PLANT}zone/Z1> {TITLE} "Reaktor"@de .
<{PLANT}zone/Z1> {TITLE} "Reactor"@en .
<{PLANT}zone/Z1> {LABEL} "a label" .
<{PLANT}plc> {TYPE} <{NS}Asset> .
<{PLANT}plc> {TYPE} <{NS}Component> .
<{PLANT}plc> {IDENTIFIER} "PLC 101-A" .
<{PLANT}plc> {LABEL} "Controller" .
<{PLANT}anonymous> <{NS}connects> <{PLANT}zone/Z1> .
<{PLANT}twin1> {IDENTIFIER} "TWIN" .
<{PLANT}twin2> {IDENTIFIER} "twin" .
<{PLANT}case1> {IDENTIFIER} "Mixed.Case 7" .
<{PLANT}mine> {IDENTIFIER} "SM-1" .
"""


@pytest.fixture(scope="module")
def reader() -> Reader:
    ours = [b"".join(read_builtin(path)) for path in builtin_files().values()]
    return memory_reader([OWN.lstrip().encode(), *ours])


@pytest.mark.parametrize(
    "name",
    [
        PLANT + "zone/Z1",
        ":zone/Z1",
        "zone/Z1",
        "Z-1",
        "z-1",
        "Z 1",
        "Z1",
        "  Z-1 ",
    ],
)
def test_a_projects_own_item(reader: Reader, name: str) -> None:
    assert resolve(reader, name, NAMES) == Item(PLANT + "zone/Z1", "Z-1", "Reactor", "Zone")


@pytest.mark.parametrize(
    ("name", "local"),
    [
        ("SR 1.1 RE 1", "iec62443-3-3-2013/SR-1.1-RE-1"),
        ("SR-1.1-RE-1", "iec62443-3-3-2013/SR-1.1-RE-1"),
        ("sr 1.1 re1", "iec62443-3-3-2013/SR-1.1-RE-1"),
        ("SR1.1RE1", "iec62443-3-3-2013/SR-1.1-RE-1"),
        ("iec62443-3-3:SR-1.1-RE-1", "iec62443-3-3-2013/SR-1.1-RE-1"),
        (CATALOGUE + "iec62443-3-3-2013/SR-1.1-RE-1", "iec62443-3-3-2013/SR-1.1-RE-1"),
        ("iec62443-4-1:SR-1", "iec62443-4-1-2018/SR-1"),
        ("SP.05.01 BR", "iec62443-2-4-2015/SP.05.01-BR"),
        ("IAC", "iec62443-1-1-2009/IAC"),
        ("FR 1", "iec62443-1-1-2009/IAC"),
        ("ZCR 5.6", "iec62443-3-2-2020/ZCR-5.6"),
    ],
)
def test_an_entry_of_a_catalogue(reader: Reader, name: str, local: str) -> None:
    assert resolve(reader, name, NAMES).iri == CATALOGUE + local


@pytest.mark.parametrize(
    ("name", "among"),
    [
        ("SR-1", {"iec62443-4-1:SR-1", "iec62443-3-3:SR-1.1"}),  # 4-1 SR-1, or the SR 1.x of 3-3
        ("SI", {"fr:SI", "iec62443-4-1:SI"}),
        ("Twin", {PLANT + "twin1", PLANT + "twin2"}),
        ("SM-1", {PLANT + "mine", "iec62443-4-1:SM-1"}),  # a project's own item does not hide the standard's
    ],
)
def test_an_ambiguous_name_gives_the_candidates(reader: Reader, name: str, among: set[str]) -> None:
    with pytest.raises(AmbiguousItem) as caught:
        resolve(reader, name, NAMES)
    assert among <= set(caught.value.candidates)
    for candidate in caught.value.candidates:
        assert resolve(reader, candidate, NAMES).iri


def test_the_very_spelling_wins(reader: Reader) -> None:
    assert resolve(reader, "TWIN", NAMES).iri == PLANT + "twin1"
    assert resolve(reader, "twin", NAMES).iri == PLANT + "twin2"


def test_case_and_punctuation_that_no_rule_foresees(reader: Reader) -> None:
    assert resolve(reader, "mixed/case/7", NAMES).iri == PLANT + "case1"


def test_an_unknown_name_gives_the_nearest(reader: Reader) -> None:
    with pytest.raises(UnknownItem) as caught:
        resolve(reader, "SR 1.14", NAMES)
    assert "SR 1.1" in caught.value.nearest
    assert len(caught.value.nearest) <= 5
    for name in ("xyzzy-nothing", "", "???", "http://nowhere.example/x", "rule:none", 'x" } #', "a b <c>"):
        with pytest.raises(UnknownItem):
            resolve(reader, name, NAMES)


def test_describe_keeps_the_order_and_takes_the_most_specific_class(reader: Reader) -> None:
    iris = [PLANT + "plc", PLANT + "anonymous", f"{BASE}id/iec62443-3-3-2013/SR-1.1", PLANT + "plc", "http://x/y"]
    assert list(describe(reader, iris).values()) == [
        Item(PLANT + "plc", "PLC 101-A", "Controller", "Component"),
        Item(PLANT + "anonymous", PLANT + "anonymous"),
        Item(
            f"{BASE}id/iec62443-3-3-2013/SR-1.1",
            "SR 1.1",
            "Human user identification and authentication",
            "SystemRequirementEntry",
        ),
        Item("http://x/y", "http://x/y"),
    ]
    assert describe(reader, []) == {}


def test_describe_many(reader: Reader) -> None:
    many = [f"{PLANT}n/{number}" for number in range(2500)]
    assert list(describe(reader, many)) == many
