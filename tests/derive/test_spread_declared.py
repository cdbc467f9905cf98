"""Each declared property in each direction: which end becomes suspect, and what of it is passed on.

The table is MEANINGS "Change" as we read it, written down by hand. S: the subject rests on the object; O: the object on
the subject; B: each on the other. n, f, c: suspicion of need, fulfilment, configuration is passed on to that end.
"""

from __future__ import annotations

from functools import cache

import pytest
from spread_models import CASE, NS, names, reader_of, short

from kg.derive.spread import Spread
from kg.derive.spread_declared import FLOWS, Declared, read_declared
from kg.focus.reads import RecordingReader

TABLE = {
    # requirement and verification from their parents; catalogue edition to requirement
    "derivedFrom": "S n", "refines": "S n", "instantiates": "S n", "verifies": "S nf", "requiredOf": "B S:nf",
    "answers": "B S:n O:f", "specifies": "S nf", "approves": "S nf", "exemptedFor": "S", "protectsAgainst": "S n",
    # risk: method and tolerable risk to risk results, scenario, scope, consequence
    "usesMethod": "S n", "resultOf": "S n", "affectsScope": "S n", "consequenceOf": "S n", "targetFor": "S n",
    "treats": "S nf", "credits": "S f", "assesses": "S nf", "threatens": "S", "exploits": "S nf",
    "entersThrough": "S n", "leadsTo": "B", "mitigates": "S n",
    # evidence to its subject's version; claim to settings, firmware, certificate, environment
    "evidencedBy": "S fc", "evidenceAbout": "S fc", "verifiedOn": "S fc", "claimsFor": "S f", "assumesSetting": "S f",
    "reliesOnSetting": "S f",
    "assumes": "S nf", "assumptionAnsweredBy": "S f", "needsExternalMeasure": "S f", "environmentOf": "S f",
    "restsOn": "S f", "supports": "O f", "undermines": "O f",
    # allocation to provider, and what measures and services stand on
    "allocatedTo": "S f", "providedBy": "S f", "pathOver": "S f", "integratedWith": "S f", "integrates": "S",
    "runsOn": "S f", "deployedOn": "B S:f O:c", "protectedBy": "S f", "compensatedBy": "S f", "coversComponent": "S f",
    "dependsOn": "S fc", "servedBy": "S fc", "contributesTo": "O f", "settingOf": "O c",
    # membership and connection: one looks at both ends, and no further
    "locatedIn": "B", "partOfZone": "B", "attachedTo": "B", "connects": "B", "opensInto": "B", "includesAsset": "S",
    # products, versions, vulnerabilities
    "instanceOf": "S f", "runs": "S f", "versionOf": "S f", "forProduct": "O f", "statusOf": "O f", "raisedBy": "S f",
    "coversVersionsOf": "O f",
    "contests": "O f", "assessesVulnerability": "S f", "onComponent": "S f",
    # element data, proof test, demand to SIL
    "realisedBy": "S fc", "partOfSubsystem": "O fc", "partOfFunction": "O fc", "diagnoses": "B O:f", "proves": "B O:f",
    "carriedBy": "S fc", "usesFlow": "S fc", "flowsFrom": "B S:fc", "flowsTo": "B S:fc", "layerFunction": "S fc",
    "analyses": "S n", "hasInitiatingEvent": "S nf", "initiatedBy": "S f", "targetSilFrom": "S nf", "bypasses": "O f",
    "overPath": "S f", "modifies": "O",
    # interaction to both sides, and back from each side that changed
    "securitySide": "B S:f", "safetySide": "B S:n O:f", "meetsOn": "S f", "analysesInteraction": "S nf",
    "signedOffBy": "O f", "lowers": "B O:f", "judges": "S f", "forFunction": "S f",
}  # fmt: skip

LETTERS = dict(zip("nfc", FLOWS, strict=True))
ENDS = {"S": {"subject"}, "O": {"object"}, "B": {"subject", "object"}}


@cache
def declared() -> Declared:
    return read_declared(reader_of(""))


def row(name: str) -> tuple[set[str], dict[str, set[str]]]:
    """Which ends rest on the other, and what each of them takes over."""
    side, *rest = TABLE[name].split()
    passed: dict[str, set[str]] = {}
    for text in rest:
        ends, _, letters = text.rpartition(":")
        for end in ENDS[ends or side]:
            passed[end] = {LETTERS[letter] for letter in letters}
    return ENDS[side], passed


def test_every_declared_property_is_in_the_table() -> None:
    assert {short(name) for name in declared().rests} == TABLE.keys()
    assert {short(name) for name, _ in declared().passes} <= TABLE.keys()


@pytest.mark.parametrize("name", sorted(TABLE))
def test_each_direction(name: str) -> None:
    ends, passed = row(name)
    reader = reader_of(f":s a il:Item ; il:{name} :o . :o a il:Item .")
    for changed, other, end in (("o", "s", "subject"), ("s", "o", "object")):
        found = Spread(RecordingReader(reader), declared()).walk(CASE + changed)
        assert names(found) == ({other} if end in ends else set()), (name, changed)
        took = declared().passes.get((NS + name, end), frozenset())
        assert took == passed.get(end, set()), (name, end)


def test_nothing_is_passed_on_that_does_not_start() -> None:
    for name, end in declared().passes:
        assert end in declared().rests[name], (name, end)


def test_no_respect_runs_both_ways_over_one_property() -> None:
    # Else what one thing shook would shake its like: the zone's other members, other measures, other functions.
    for name in declared().rests:
        both = [declared().passes.get((name, end), frozenset()) for end in ("subject", "object")]
        assert not both[0] & both[1], name


def test_catalogues_people_and_enumerations_never_become_suspect() -> None:
    rows = reader_of("").select(
        "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> SELECT ?p ?domain ?range WHERE { ?p a"
        " <http://www.w3.org/2002/07/owl#ObjectProperty> OPTIONAL { ?p rdfs:domain ?domain }"
        " OPTIONAL { ?p rdfs:range ?range } }"
    )
    never = {NS + name for name in ("CatalogueEntry", "Agent", "Enumeration")}
    for property_, domain, range_ in rows:
        for end in declared().rests.get(property_.value, ()):  # type: ignore[union-attr]
            class_ = domain if end == "subject" else range_
            if class_ is not None:
                iri = class_.value  # type: ignore[union-attr]
                assert not never & {iri, *declared().above.get(iri, ())}, (property_, end)


def test_every_class_of_items_has_a_cause() -> None:
    causes, above = declared().causes, declared().above
    items = {class_ for class_, ups in above.items() if NS + "Item" in ups}
    assert len(items) > 60
    unnamed = {short(one) for one in items if not {one, *above[one]} - {NS + "Item"} & causes.keys()}
    # Records of what was done, not things that somebody's case rests on.
    assert unnamed - {"Baseline", "Change", "Obligation", "ReviewSelection"} == set()
    assert all(text == text.lower() and " " not in text for text in causes.values())
