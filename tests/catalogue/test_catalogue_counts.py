"""How many entries there are and what is known to go wrong, asked by SPARQL.

Expected numbers: IEC 62443-3-3:2013 with COR1:2014 Annex B, IEC 62443-4-2:2019 Annex B, and the counts that assessors
work out by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from kg.rdf.names import CATALOGUE

Ask = Callable[[str], list[tuple[str, ...]]]


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        ("FoundationalRequirement", 7),
        ("SystemRequirementEntry", 100),
        ("ComponentRequirementEntry", 122),
        ("ComponentRequirementPlaceholder", 15),
        ("ComponentConstraint", 4),
        ("LifecyclePracticeEntry", 47),
        ("Practice", 8),
        ("ServiceRequirementEntry", 122),
        ("FunctionalArea", 12),
        ("ZoneConduitRequirementEntry", 39),
        ("SilBand", 8 + 3),
        ("ArchitecturalConstraint", 24 + 5 + 5 + 12),
        ("LifecyclePhase", 16),
        ("AttackTechnique", 83),
        ("AttackTactic", 12),
        ("AttackMitigation", 52),
        ("Crosswalk", 739),
        ("ExternalControl", 2 + 21 + 37 + 22),
    ],
)
def test_entries_by_class(ask: Ask, kind: str, count: int) -> None:
    assert ask(f"SELECT (COUNT(DISTINCT ?x) AS ?n) {{ ?x a il:{kind} }}") == [(str(count),)]


@pytest.mark.parametrize(
    ("kind", "bases", "enhancements"),
    [("SystemRequirementEntry", 51, 49), ("ComponentRequirementEntry", 73, 49), ("ServiceRequirementEntry", 72, 50)],
)
def test_bases_and_enhancements(ask: Ask, kind: str, bases: int, enhancements: int) -> None:
    base = ask(f"SELECT (COUNT(?x) AS ?n) {{ ?x a il:{kind} FILTER NOT EXISTS {{ ?x il:enhances ?y }} }}")
    enhancing = ask(f"SELECT (COUNT(?x) AS ?n) {{ ?x a il:{kind} ; il:enhances ?y . ?y a il:{kind} }}")
    assert (base, enhancing) == ([(str(bases),)], [(str(enhancements),)])


def test_an_enhancement_enhances_a_base_of_its_own_document_and_fr(ask: Ask) -> None:
    assert ask("SELECT ?x { ?x il:enhances ?y . ?y il:enhances ?z }") == []
    assert ask("SELECT ?x { ?x il:enhances ?y ; il:inDocument ?d . FILTER NOT EXISTS { ?y il:inDocument ?d } }") == []
    both = "?x il:enhances ?y ; il:foundationalRequirement ?f . ?y il:foundationalRequirement ?g"
    assert ask(f"SELECT ?x {{ {both} FILTER(?f != ?g) }}") == []


@pytest.mark.parametrize(
    ("entry", "level"),
    [
        ("iec62443-3-3:SR-3.4", 2),  # the corrigendum; 1 before
        ("iec62443-3-3:SR-1.13-RE-1", 2),
        ("iec62443-4-2:NDR-1.13-RE-1", 3),  # differs from the SR that it corresponds to
        ("iec62443-4-2:CR-3.7", 1),  # SR 3.7 is 2
        ("iec62443-4-2:EDR-3.2", 1),
        ("iec62443-3-3:SR-3.7", 2),
        ("iec62443-3-3:SR-2.12", 3),
        ("iec62443-4-2:CR-2.12", 1),
    ],
)
def test_known_traps(ask: Ask, entry: str, level: int) -> None:
    assert ask(f"SELECT ?l {{ {entry} il:lowestLevel ?l }}") == [(str(level),)]


def test_newly_asked_for_at_each_level(ask: Ask) -> None:
    query = "SELECT ?l (COUNT(?x) AS ?n) { ?x a il:SystemRequirementEntry ; il:lowestLevel ?l } GROUP BY ?l"
    assert ask(query) == [("1", "37"), ("2", "23"), ("3", "30"), ("4", "10")]


@pytest.mark.parametrize(("fr", "new"), [("RA", [7, 3, 3, 0]), ("TRE", [1, 1, 1, 0])])
def test_levels_3_and_4_ask_the_same_of_ra_and_tre(ask: Ask, fr: str, new: list[int]) -> None:
    query = (
        f"SELECT ?x ?l {{ ?x a il:SystemRequirementEntry ; il:foundationalRequirement fr:{fr} ; il:lowestLevel ?l }}"
    )
    levels = [int(level) for _, level in ask(query)]
    assert [levels.count(level) for level in (1, 2, 3, 4)] == new


@pytest.mark.parametrize(
    ("vector", "count"),
    [
        ([2, 2, 0, 1, 3, 1, 3], 54),
        ([1] * 7, 37),
        ([2] * 7, 60),
        ([3] * 7, 90),
        ([4] * 7, 100),
        ([0] * 7, 0),
    ],
)
def test_what_a_target_vector_asks_for(ask: Ask, vector: list[int], count: int) -> None:
    frs = ["IAC", "UC", "SI", "DC", "RDF", "TRE", "RA"]
    values = " ".join(f"(fr:{fr} {level})" for fr, level in zip(frs, vector, strict=True))
    query = f"""SELECT (COUNT(?x) AS ?n) {{ VALUES (?f ?t) {{ {values} }}
        ?x a il:SystemRequirementEntry ; il:foundationalRequirement ?f ; il:lowestLevel ?l FILTER(?l <= ?t) }}"""
    assert ask(query) == [(str(count),)]


@pytest.mark.parametrize(
    ("kind", "counts"),
    [
        ("softwareApplication", [34, 53, 67, 73]),
        ("embeddedDevice", [36, 61, 77, 83]),
        ("hostDevice", [36, 62, 78, 84]),
        ("networkDevice", [40, 67, 86, 92]),
    ],
)
def test_what_a_component_type_has_to_meet(ask: Ask, kind: str, counts: list[int]) -> None:
    query = f"SELECT ?x ?l {{ ?x a il:ComponentRequirementEntry ; il:appliesToType il:{kind} ; il:lowestLevel ?l }}"
    levels = [int(level) for _, level in ask(query)]
    assert [sum(level <= limit for level in levels) for limit in (1, 2, 3, 4)] == counts


def test_only_segmentation_is_asked_of_other_than_network_devices_in_rdf(ask: Ask) -> None:
    query = """SELECT DISTINCT ?id { ?x a il:ComponentRequirementEntry ; il:foundationalRequirement fr:RDF ;
        dcterms:identifier ?id ; il:appliesToType ?t FILTER(?t != il:networkDevice) }"""
    assert ask(query) == [("CR 5.1",)]


def test_the_two_catalogues_are_not_one(ask: Ask) -> None:
    without_cr = """SELECT ?s { ?s a il:SystemRequirementEntry
        FILTER NOT EXISTS { ?c a il:ComponentRequirementEntry ; il:correspondsTo ?s } }"""
    without_sr = "SELECT ?c { ?c a il:ComponentRequirementEntry FILTER NOT EXISTS { ?c il:correspondsTo ?s } }"
    assert len(ask(without_cr)) == 24
    assert len(ask(without_sr)) == 40


def test_seven_counterparts_differ_in_level(ask: Ask) -> None:
    query = """SELECT ?id ?cl ?sl { ?c il:correspondsTo ?s ; il:lowestLevel ?cl ; dcterms:identifier ?id .
        ?s il:lowestLevel ?sl FILTER(?cl != ?sl) }"""
    found = ask(query)
    assert found == [
        ("CR 1.1 RE 2", "3", "4"),
        ("CR 2.11", "1", "2"),
        ("CR 2.11 RE 1", "2", "3"),
        ("CR 2.12", "1", "3"),
        ("CR 3.4", "1", "2"),
        ("CR 3.7", "1", "2"),
        ("NDR 1.13 RE 1", "3", "2"),
    ]


def test_a_counterpart_is_of_the_same_fr(ask: Ask) -> None:
    query = """SELECT ?c { ?c il:correspondsTo ?s ; il:foundationalRequirement ?f . ?s il:foundationalRequirement ?g
        FILTER(?f != ?g) }"""
    assert ask(query) == []


def test_placeholders_delegate_or_say_that_the_system_meets_them(ask: Ask) -> None:
    delegating = (
        "SELECT DISTINCT ?id { ?x a il:ComponentRequirementPlaceholder ; dcterms:identifier ?id ; il:delegatesTo ?y }"
    )
    assert len(ask(delegating)) == 12
    rest = """SELECT ?id ?s { ?x a il:ComponentRequirementPlaceholder ; dcterms:identifier ?id ; rdfs:seeAlso ?sr .
        ?sr a il:SystemRequirementEntry ; dcterms:identifier ?s FILTER NOT EXISTS { ?x il:delegatesTo ?y } }"""
    assert ask(rest) == [("CR 2.3", "SR 2.3"), ("CR 5.4", "SR 5.4"), ("CR 7.5", "SR 7.5")]


def test_mode_defaults(ask: Ask) -> None:
    query = "SELECT ?m (COUNT(?x) AS ?n) { ?x a il:SystemRequirementEntry ; il:defaultAllocation ?m } GROUP BY ?m"
    counts = {iri.rpartition("#")[2]: int(n) for iri, n in ask(query)}
    assert counts == {"each": 70, "provider": 5, "boundary": 21, "solution": 4}
    assert ask("SELECT ?x { ?x il:defaultAllocation ?m FILTER NOT EXISTS { ?x il:permittedAllocation ?m } }") == []


@pytest.mark.parametrize(
    ("entry", "trigger"),
    [
        ("iec62443-3-3:SR-2.2", "wirelessPresent"),
        ("iec62443-4-2:NDR-1.6-RE-1", "wirelessPresent"),
        ("iec62443-3-3:SR-1.8", "pkiUsed"),
        ("iec62443-4-2:CR-1.7-RE-2", "passwordsUsed"),
        ("iec62443-4-2:HDR-2.4", "mobileCodeUsed"),
        ("iec62443-3-3:SR-2.3-RE-1", "portableMediaUsed"),
        ("iec62443-4-2:CR-2.5", "humanInterfacePresent"),
    ],
)
def test_triggers(ask: Ask, entry: str, trigger: str) -> None:
    assert ask(f"SELECT ?t {{ {entry} il:appliesWhen ?t }}") == [(f"https://w3id.org/interlock/ns#{trigger}",)]


def test_every_trigger_says_how_sure_we_are(ask: Ask) -> None:
    assert ask("SELECT ?x { ?x il:appliesWhen ?t FILTER NOT EXISTS { ?x il:triggerConfidence 'medium' } }") == []
    assert ask("SELECT DISTINCT ?t { ?t a il:Trigger FILTER NOT EXISTS { ?x il:appliesWhen ?t } }") == []


def test_sil_bands_are_decades_that_touch(ask: Ask) -> None:
    query = """SELECT ?sil ?low ?high { ?b a il:SilBand ; il:level ?sil ; il:demandMode il:%s ; il:lowerBound ?low ;
        il:upperBound ?high ; il:inDocument id:iec61508-1-2010 }"""
    for mode, top in (("lowDemand", 1e-1), ("highDemand", 1e-5)):
        bands = [(int(sil), float(low), float(high)) for sil, low, high in ask(query % mode)]
        assert [sil for sil, _, _ in bands] == [1, 2, 3, 4]
        assert bands[0][2] == top
        for (_, low, high), (_, _, next_high) in pairwise(bands):
            assert next_high == low
            assert high / low == pytest.approx(10)


@pytest.mark.parametrize(
    ("kind", "sff", "hft", "sil"),
    [
        ("typeA", 0.0, 0, 1),  # IEC 61508-2 Table 2
        ("typeA", 0.99, 2, 4),
        ("typeB", 0.0, 0, 0),  # not allowed, Table 3
        ("typeB", 0.8, 0, 1),  # the diagnostic port closed: SIL 1
        ("typeB", 0.95, 0, 2),  # and before: SIL 2
        ("typeB", 0.9, 2, 4),
    ],
)
def test_route_1h(ask: Ask, kind: str, sff: float, hft: int, sil: int) -> None:
    query = f"""SELECT ?sil {{ ?c il:route il:route1H ; il:elementType il:{kind} ; il:sffMinimum ?low ;
        il:hardwareFaultTolerance {hft} ; il:maximumSil ?sil OPTIONAL {{ ?c il:sffMaximum ?high }}
        FILTER(?low <= {sff} && (!BOUND(?high) || {sff} < ?high)) }}"""
    assert ask(query) == [(str(sil),)]


@pytest.mark.parametrize(
    ("route", "sil", "mode", "hft"),
    [
        ("route2H", 2, "lowDemand", 0),
        ("route2H", 2, "highDemand", 1),
        ("route2H", 4, "lowDemand", 2),
        ("iec61511Table6", 1, "highDemand", 0),
        ("iec61511Table6", 2, "lowDemand", 0),
        ("iec61511Table6", 3, "lowDemand", 1),
    ],
)
def test_least_fault_tolerance(ask: Ask, route: str, sil: int, mode: str, hft: int) -> None:
    query = f"""SELECT ?hft {{ ?c il:route il:{route} ; il:level {sil} ; il:demandMode il:{mode} ;
        il:hardwareFaultTolerance ?hft }}"""
    assert ask(query) == [(str(hft),)]


def test_machinery_stops_at_sil_3_and_says_that_we_are_not_sure(ask: Ask) -> None:
    rows = ask("SELECT ?x ?s ?c { ?x il:route il:iec62061Constraint ; il:maximumSil ?s ; il:confidence ?c }")
    assert len(rows) == 12
    assert max(int(sil) for _, sil, _ in rows) == 3
    assert {confidence for _, _, confidence in rows} == {"medium"}


def test_modification_is_lifecycle_phase_15(ask: Ask) -> None:
    query = "SELECT ?t ?c { ?p a il:LifecyclePhase ; il:phaseNumber 15 ; dcterms:title ?t ; dcterms:source ?c }"
    clause = "https://w3id.org/interlock/id/iec61508-1-2010/7.16"
    assert ask(query) == [("Overall modification and retrofit", clause)]


def test_the_bridge_clauses_that_rules_cite_are_there(ask: Ask) -> None:
    cited = ["iec61508-1-2010/7.4.2.3", "iec61508-1-2010/7.5.2.2", "iec61508-1-2010/7.16", "iec61511-1-2016/8.2.4"]
    cited += ["iec61511-1-2016/11.2.12", "iec61511-1-2016/10.3", "iec61511-1-2016/9.4", "iec61511-1-2016/5.2.6"]
    cited += ["iec61508-2-2010/7.4.4.2", "iec62443-3-3-2013/4.2"]
    values = " ".join(f"<{CATALOGUE}{name}>" for name in cited)  # a CURIE with two dots is cut by the engine
    found = ask(f"SELECT ?c {{ VALUES ?c {{ {values} }} ?c a il:Clause ; dcterms:title ?t }}")
    assert [iri for (iri,) in found] == sorted(CATALOGUE + name for name in cited)


def test_crosswalks_keep_their_basis(ask: Ask) -> None:
    query = "SELECT ?b (COUNT(?x) AS ?n) { ?x a il:Crosswalk ; il:crosswalkBasis ?b } GROUP BY ?b"
    counts = {iri.rpartition("#")[2]: int(n) for iri, n in ask(query)}
    assert counts == {"direct": 23 + 37 + 118 + 40, "coLabelled": 2 + 38 + 2 + 40, "derivedBasis": 214 + 225}


def test_gaps_of_the_cyber_resilience_act_have_no_other_side(ask: Ask) -> None:
    query = """SELECT ?id { ?x a il:Crosswalk ; il:crosswalkTo ?c . ?c dcterms:identifier ?id
        FILTER NOT EXISTS { ?x il:crosswalkFrom ?f } }"""
    assert len(ask(query)) == 7
    assert all(identifier.startswith("Annex I Part") for (identifier,) in ask(query))


def test_attack_links(ask: Ask) -> None:
    assert ask("SELECT (COUNT(*) AS ?n) { ?m il:countersTechnique ?t }") == [("331",)]
    assert ask("SELECT ?t { ?t a il:AttackTechnique FILTER NOT EXISTS { ?t il:inTactic ?x } }") == []
    query = "SELECT ?i ?n { attack-ics:M0948 dcterms:identifier ?i ; dcterms:title ?n }"
    assert ask(query) == [("M0948", "Application Isolation and Sandboxing")]
