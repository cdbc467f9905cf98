"""Every catalogue against the table that its facts come from, row by row and asked by SPARQL."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from kg.rdf.names import CATALOGUE, NS

if TYPE_CHECKING:
    from pathlib import Path

Ask = Callable[[str], list[tuple[str, ...]]]
Rows = Callable[[str], list[dict[str, str]]]

LETTERS = {
    "SAR": "softwareApplication",
    "EDR": "embeddedDevice",
    "HDR": "hostDevice",
    "NDR": "networkDevice",
}
MODES = {
    "low demand": {"lowDemand"},
    "high demand or continuous": {"highDemand"},
    "any": {"lowDemand", "highDemand"},
}


def local(iri: str) -> str:
    return iri.removeprefix(NS).rpartition("/")[2] if iri.startswith("https://") else iri


def many(pairs: list[tuple[str, ...]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for key, value in pairs:
        found[key].add(local(value))
    return found


def of(ask: Ask, kind: str, path: str) -> dict[str, set[str]]:
    """Published identifier → local names or texts at the end of a path."""
    return many(ask(f"SELECT ?id ?v {{ ?x a il:{kind} ; dcterms:identifier ?id ; {path} ?v }}"))


def one(values: set[str]) -> str:
    (value,) = values or {""}
    return value


def test_foundational_requirements(ask: Ask, rows: Rows) -> None:
    expected = [(f"FR {r['id'][2:]}", r["abbreviation"], r["title"]) for r in rows("fr.csv")]
    query = """SELECT ?i ?a ?t { ?x a il:FoundationalRequirement ; dcterms:identifier ?i ; il:abbreviation ?a ;
        dcterms:title ?t }"""
    assert ask(query) == sorted(expected)


@pytest.mark.parametrize(
    ("kind", "table"), [("SystemRequirementEntry", "sr_3_3.csv"), ("ComponentRequirementEntry", "cr_4_2.csv")]
)
def test_requirements(ask: Ask, rows: Rows, kind: str, table: str) -> None:
    fields = {
        "title": of(ask, kind, "dcterms:title"),
        "fr": of(ask, kind, "il:foundationalRequirement/dcterms:identifier"),
        "parent": of(ask, kind, "il:enhances/dcterms:identifier"),
        "sl": of(ask, kind, "il:lowestLevel"),
        "confidence": of(ask, kind, "il:confidence"),
        "corresponding_sr": of(ask, kind, "il:correspondsTo/dcterms:identifier"),
    }
    expected = rows(table)
    assert set(fields["title"]) == {r["id"] for r in expected}
    for row in expected:
        for name in fields.keys() & row.keys():
            wanted = row[name].replace("FR", "FR ") if name == "fr" else row[name]
            assert one(fields[name].get(row["id"], set())) == wanted, (row["id"], name)


def test_component_types(ask: Ask, rows: Rows) -> None:
    found = of(ask, "ComponentRequirementEntry", "il:appliesToType")
    for row in rows("cr_4_2.csv"):
        wanted = set(LETTERS.values()) if row["applies_to"] == "all" else {LETTERS[row["applies_to"]]}
        assert found[row["id"]] == wanted, row["id"]


def test_allocation_modes(ask: Ask, rows: Rows) -> None:
    default = of(ask, "SystemRequirementEntry", "il:defaultAllocation")
    permitted = of(ask, "SystemRequirementEntry", "il:permittedAllocation")
    confidence = of(ask, "SystemRequirementEntry", "il:allocationConfidence")
    table = rows("allocation_3_3.csv")
    assert set(default) == {r["id"] for r in table}
    for row in table:
        modes = row["modes"].split("|")
        assert one(default[row["id"]]) == modes[0]
        assert permitted[row["id"]] == set(modes)
        assert one(confidence[row["id"]]) == row["confidence"]


def test_placeholders(ask: Ask, rows: Rows) -> None:
    delegates = of(ask, "ComponentRequirementPlaceholder", "il:delegatesTo/dcterms:identifier")
    titles = of(ask, "ComponentRequirementPlaceholder", "dcterms:title")
    table = rows("cr_4_2_placeholders.csv")
    assert set(titles) == {r["id"] for r in table}
    for row in table:
        assert delegates.get(row["id"], set()) == set(filter(None, row["delegated_to"].split("; ")))
        assert one(titles[row["id"]]) == row["title"]


def test_component_constraints(ask: Ask, rows: Rows) -> None:
    query = (
        "SELECT ?i ?t ?c { ?x a il:ComponentConstraint ; dcterms:identifier ?i ; dcterms:title ?t ; dcterms:source ?c }"
    )
    found = [(i, t, local(c)) for i, t, c in ask(query)]
    assert found == sorted((r["id"], r["title"], r["clause"]) for r in rows("ccsc.csv"))


def test_development_lifecycle(ask: Ask, rows: Rows) -> None:
    query = """SELECT ?i ?t ?p ?pt ?no ?c ?k { ?x a il:LifecyclePracticeEntry ; dcterms:identifier ?i ;
        dcterms:title ?t ; il:inPractice ?pr ; dcterms:source/dcterms:identifier ?c ; il:confidence ?k .
        ?pr dcterms:identifier ?p ; dcterms:title ?pt ; skos:altLabel ?no }"""
    keys = ("id", "title", "practice", "practice_title", "practice_no", "clause", "confidence")
    assert ask(query) == sorted(tuple(r[k] for k in keys) for r in rows("sdl_4_1.csv"))


def test_service_providers(ask: Ask, rows: Rows) -> None:
    area = of(ask, "ServiceRequirementEntry", "il:inFunctionalArea/dcterms:title")
    base = of(ask, "ServiceRequirementEntry", "il:enhances/dcterms:identifier")
    title = of(ask, "ServiceRequirementEntry", "dcterms:title")
    confidence = of(ask, "ServiceRequirementEntry", "il:confidence")
    table = rows("sp_2_4.csv")
    topics = {r["id"]: r["topic"] for r in table}
    assert set(area) == {r["published_id"] for r in table}
    for row in table:
        key = row["published_id"]
        assert area[key] == {row["functional_area"]}
        assert one(base.get(key, set())) == (f"{row['parent']} BR" if row["parent"] else "")
        assert one(confidence[key]) == re.match(r"ids (\w+)", row["confidence"])[1]  # type: ignore[index]
        assert one(title[key]).startswith(row["topic"] or f"{topics[row['parent']]}, enhancement ")
    query = "SELECT ?i ?t ?c { ?x a il:FunctionalArea ; dcterms:identifier ?i ; dcterms:title ?t ; il:confidence ?c }"
    expected = [(r["id"], r["functional_area"], r["confidence"]) for r in rows("sp_2_4_areas.csv")]
    assert ask(query) == sorted(expected)


def test_zones_and_conduits(ask: Ask, rows: Rows) -> None:
    query = """SELECT ?i ?p ?t ?c { ?x a il:ZoneConduitRequirementEntry ; dcterms:identifier ?i ; dcterms:title ?t ;
        il:confidence ?c OPTIONAL { ?x il:partOfEntry/dcterms:identifier ?p } }"""
    keys = ("id", "parent", "title", "confidence")
    assert ask(query) == sorted(tuple(r[k] for k in keys) for r in rows("zcr_3_2.csv"))


def test_sil_bands(ask: Ask, rows: Rows) -> None:
    query = """SELECT ?l ?m ?low ?high ?s ?c { ?x a il:SilBand ; il:inDocument id:iec61508-1-2010 ; il:level ?l ;
        il:demandMode ?m ; il:lowerBound ?low ; il:upperBound ?high ; dcterms:source/dcterms:identifier ?s ;
        il:confidence ?c }"""
    found = {(level, local(m), float(a), float(b), s, c) for level, m, a, b, s, c in ask(query)}
    expected = set()
    for r in rows("sil_61508.csv"):
        (mode,) = MODES[r["mode"]]
        low, high = float(r["lower_inclusive"]), float(r["upper_exclusive"])
        expected.add((r["sil"], mode, low, high, r["table"].removeprefix("IEC 61508-1:2010 "), r["confidence"]))
        if r["rrf_min_exclusive"]:  # the risk reduction factor is one over PFDavg
            assert (1 / high, 1 / low) == pytest.approx((float(r["rrf_min_exclusive"]), float(r["rrf_max_inclusive"])))
    assert found == expected


def test_route_1h(ask: Ask, rows: Rows) -> None:
    query = """SELECT ?e ?low ?high ?h ?sil ?s { ?x il:route il:route1H ; il:elementType ?e ; il:sffMinimum ?low ;
        il:hardwareFaultTolerance ?h ; il:maximumSil ?sil ; dcterms:source/dcterms:identifier ?s
        OPTIONAL { ?x il:sffMaximum ?high } }"""
    found = {(e[-1], float(low), high and float(high), h, sil, s) for e, low, high, h, sil, s in ask(query)}
    expected = {
        (
            r["element_type"],
            float(r["sff_min_inclusive"]),
            r["sff_max_exclusive"] and float(r["sff_max_exclusive"]),
            r["hft"],
            "0" if r["max_sil"] == "not allowed" else r["max_sil"],
            r["table"].removeprefix("IEC 61508-2:2010 "),
        )
        for r in rows("hft_route1h.csv")
    }
    assert found == expected


@pytest.mark.parametrize(
    ("route", "table"), [("route2H", "hft_route2h_61508.csv"), ("iec61511Table6", "hft_61511.csv")]
)
def test_least_fault_tolerance(ask: Ask, rows: Rows, route: str, table: str) -> None:
    query = (
        f"SELECT ?l ?m ?h {{ ?x il:route il:{route} ; il:level ?l ; il:demandMode ?m ; il:hardwareFaultTolerance ?h }}"
    )
    found = {(level, m.rpartition("#")[2], h) for level, m, h in ask(query)}
    assert found == {(r["sil"], mode, r["min_hft"]) for r in rows(table) for mode in MODES[r["mode"]]}


def test_machinery(ask: Ask, rows: Rows) -> None:
    query = """SELECT ?low ?high ?h ?sil { ?x il:route il:iec62061Constraint ; il:sffMinimum ?low ;
        il:hardwareFaultTolerance ?h ; il:maximumSil ?sil OPTIONAL { ?x il:sffMaximum ?high } }"""
    bands = {"<60%": ("0.0", "0.6"), "60% - <90%": ("0.6", "0.9"), "90% - <99%": ("0.9", "0.99"), ">=99%": ("0.99", "")}
    table = rows("sil_62061.csv")
    expected = {
        (
            *map(_number, bands[r["key1"].removeprefix("SFF ")]),
            r["key2"][-1],
            r["value"][-1] if "max" in r["value"] else "0",
        )
        for r in table
        if r["kind"] == "architectural constraint"
    }
    assert {(_number(low), _number(high), h, sil) for low, high, h, sil in ask(query)} == expected
    query = """SELECT ?l ?low ?high { ?x a il:SilBand ; il:inDocument id:iec62061-2021 ; il:level ?l ;
        il:lowerBound ?low ; il:upperBound ?high ; il:demandMode il:highDemand }"""
    ranges = {(r["key1"][-1], *map(float, re.findall(r"1e-\d", r["value"]))) for r in table if r["kind"] == "PFH range"}
    assert {(level, float(low), float(high)) for level, low, high in ask(query)} == ranges


def _number(text: str) -> float | None:
    return float(text) if text else None


def test_lifecycle_phases(ask: Ask, rows: Rows) -> None:
    query = """SELECT ?n ?t ?c ?k { ?x a il:LifecyclePhase ; il:phaseNumber ?n ; dcterms:title ?t ; il:confidence ?k ;
        dcterms:source/dcterms:identifier ?c }"""
    table = rows("lifecycle_61508.csv")
    expected = [
        (r["phase"], r["name"], f"clause {r['clause_61508_1_2010'].split()[0]}", r["confidence"]) for r in table
    ]
    assert ask(query) == sorted(expected)


def test_attack_mitigations(ask: Ask, rows: Rows) -> None:
    query = "SELECT ?i ?n { ?x a il:AttackMitigation ; dcterms:identifier ?i ; dcterms:title ?n }"
    assert ask(query) == sorted((r["id"], r["name"]) for r in rows("attack_ics_mitigations.csv"))
    links = """SELECT ?m ?t ?n { ?x il:countersTechnique ?y ; dcterms:identifier ?m .
        ?y dcterms:identifier ?t ; dcterms:title ?n }"""
    keys = ("mitigation", "technique", "technique_name")
    assert ask(links) == sorted(tuple(r[k] for k in keys) for r in rows("attack_ics_mitigates.csv"))


def test_attack_techniques_and_tactics(ask: Ask, shared: Path) -> None:
    objects = json.loads((shared / "testdata/attack/ics-attack-18.1.json").read_text(encoding="utf-8"))["objects"]
    named = {
        reference["external_id"]: thing
        for thing in objects
        if not thing.get("revoked") and not thing.get("x_mitre_deprecated")
        for reference in thing.get("external_references", [])
        if reference["source_name"] == "mitre-attack"
    }
    techniques = {k: v for k, v in named.items() if v["type"] == "attack-pattern"}
    tactics = {v["x_mitre_shortname"]: k for k, v in named.items() if v["type"] == "x-mitre-tactic"}
    found = ask("SELECT ?i ?n { ?x a il:AttackTechnique ; dcterms:identifier ?i ; dcterms:title ?n }")
    assert found == sorted((k, v["name"]) for k, v in techniques.items())
    pairs = ask("SELECT ?i ?t { ?x il:inTactic/dcterms:identifier ?t ; dcterms:identifier ?i }")
    chains = [(k, tactics[c["phase_name"]]) for k, v in techniques.items() for c in v["kill_chain_phases"]]
    assert pairs == sorted(chains)


def test_crosswalks(ask: Ask, rows: Rows) -> None:
    query = """SELECT ?f ?doc ?fi ?t ?toDoc ?ti ?old ?b ?r { ?x a il:Crosswalk ; il:crosswalkTo ?t ;
        il:crosswalkBasis ?b ; il:crosswalkRelation ?r .
        ?t dcterms:identifier ?ti ; il:inDocument/dcterms:identifier ?toDoc
        OPTIONAL { ?t skos:altLabel ?old }
        OPTIONAL { ?x il:crosswalkFrom ?f . ?f dcterms:identifier ?fi ; il:inDocument/dcterms:identifier ?doc } }"""
    basis = {"direct": "direct", "coLabelled": "co-labelled", "derivedBasis": "derived"}
    found = []
    for _, document, from_id, _, to_document, to_id, old, kind, relation in ask(query):
        whole = from_id.endswith(" as a whole")
        standard = "IEC 62443 part" if whole or not from_id else document
        source = from_id.removesuffix(" as a whole") or "none (gap)"
        target = old.removesuffix(" of the 2022 proposal") or to_id
        found.append((standard, source, to_document, target, relation, basis[kind.rpartition("#")[2]]))
    names = {
        "ATT&CK for ICS mitigation": "ATT&CK for ICS",
        "ATT&CK for ICS technique": "ATT&CK for ICS",
        "CRA (2022 proposal) Annex I": "Regulation (EU) 2024/2847",
    }
    expected = [
        (
            r["from_standard"],
            r["from_id"],
            names.get(r["to_standard"], r["to_standard"]),
            r["to_id"],
            r["relation"],
            r["basis"],
        )
        for r in rows("crosswalks.csv")
    ]
    assert sorted(found) == sorted(expected)


def test_cyber_resilience_act(ask: Ask, rows: Rows) -> None:
    query = """SELECT ?i ?t { ?x a il:ExternalControl ; il:inDocument id:eu-cra-2024-2847 ; dcterms:identifier ?i ;
        dcterms:title ?t ; il:confidence "medium" }"""
    expected = [
        (f"Annex I {r['final_reg_2024_2847_item']}", r["topic"].split(" (new")[0]) for r in rows("cra_annex1_62443.csv")
    ]
    assert ask(query) == sorted(expected)


def test_no_text_of_a_standard(ask: Ask) -> None:
    """The tables hold no requirement text, nor may we: a title is short and orders nothing."""
    for identifier, title in ask("SELECT ?i ?t { ?x il:inDocument ?d ; dcterms:identifier ?i ; dcterms:title ?t }"):
        assert len(title) <= 120, identifier
        assert not re.search(r"\bshall\b", title), identifier


def test_every_entry_is_named_once_and_every_link_ends_somewhere(ask: Ask) -> None:
    twice = """SELECT ?d ?i (COUNT(DISTINCT ?x) AS ?n) { ?x il:inDocument ?d ; dcterms:identifier ?i }
        GROUP BY ?d ?i HAVING(COUNT(DISTINCT ?x) > 1)"""
    assert ask(twice) == []
    dangling = f"""SELECT DISTINCT ?o {{ ?s ?p ?o FILTER(ISIRI(?o) && STRSTARTS(STR(?o), "{CATALOGUE}"))
        FILTER NOT EXISTS {{ ?o a ?t }} }}"""
    assert ask(dangling) == []
    nameless = """SELECT ?x { ?x il:inDocument ?d
        FILTER(NOT EXISTS { ?x dcterms:identifier ?i } || NOT EXISTS { ?x dcterms:title ?t }) }"""
    assert ask(nameless) == []
