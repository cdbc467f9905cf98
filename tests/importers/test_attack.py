"""ATT&CK for ICS: counts recomputed here from the plain JSON; what is no such bundle is refused."""

from __future__ import annotations

import copy
import json
import random
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from pyoxigraph import RdfFormat, parse

from kg.data import ontology_folder
from kg.errors import BrokenFile
from kg.rdf.names import CATALOGUE, NS

from .graph import Graph, read, shuffled, write_json

if TYPE_CHECKING:
    from pathlib import Path

KINDS = {
    "AttackTechnique": ("attack-pattern",),
    "AttackMitigation": ("course-of-action",),
    "AttackTactic": ("x-mitre-tactic",),
    "AttackGroup": ("intrusion-set", "campaign"),
    "AttackSoftware": ("malware", "tool"),
    "AttackAsset": ("x-mitre-asset",),
    "AttackDataComponent": ("x-mitre-data-component",),
}
SMALL: dict[str, Any] = {
    "type": "bundle",
    "id": "bundle--1",
    "objects": [
        {"type": "x-mitre-collection", "id": "x-mitre-collection--1", "x_mitre_version": "99.1"},
        {
            "type": "x-mitre-tactic",
            "id": "x-mitre-tactic--1",
            "name": "Impact",
            "x_mitre_shortname": "impact",
            "x_mitre_domains": ["ics-attack"],
            "external_references": [{"source_name": "mitre-attack", "external_id": "TA0105"}],
        },
        {
            "type": "attack-pattern",
            "id": "attack-pattern--1",
            "name": "Loss of View",
            "x_mitre_domains": ["ics-attack"],
            "revoked": True,
            "kill_chain_phases": [{"kill_chain_name": "mitre-ics-attack", "phase_name": "impact"}],
            "external_references": [{"source_name": "mitre-attack", "external_id": "T0829", "url": "https://x/T0829"}],
        },
        {
            "type": "attack-pattern",
            "id": "attack-pattern--2",
            "name": "Loss of Sight",
            "x_mitre_domains": ["ics-attack"],
            "external_references": [{"source_name": "mitre-attack", "external_id": "T0999"}],
        },
        {
            "type": "relationship",
            "id": "relationship--1",
            "relationship_type": "revoked-by",
            "source_ref": "attack-pattern--1",
            "target_ref": "attack-pattern--2",
        },
    ],
}


@pytest.fixture(scope="module")
def bundle(shared: Path) -> Path:
    return shared / "testdata" / "attack" / "ics-attack-18.1.json"


def test_the_real_bundle_gives_what_its_json_holds(bundle: Path) -> None:
    objects = json.loads(bundle.read_text("utf-8"))["objects"]
    types = {one["id"]: one["type"] for one in objects}
    graph = Graph(read(bundle))
    for kind, stix in KINDS.items():
        assert len(graph.of_kind(kind)) == sum(one["type"] in stix for one in objects), kind
    relations = Counter(
        (one["relationship_type"], types[one["target_ref"]]) for one in objects if one["type"] == "relationship"
    )
    assert graph.links["countersTechnique"] == relations["mitigates", "attack-pattern"] == 331
    assert graph.links["targetsAsset"] == relations["targets", "x-mitre-asset"]
    assert graph.links["employsTechnique"] == relations["uses", "attack-pattern"]
    assert graph.links["usesSoftware"] == relations["uses", "malware"] == 21
    assert graph.links["attributedTo"] == relations["attributed-to", "intrusion-set"] == 5
    assert graph.links["supersededBy"] == relations["revoked-by", "intrusion-set"] == 2
    ours = {stix for group in KINDS.values() for stix in group}
    gone = [one for one in objects if one["type"] in ours and (one.get("revoked") or one.get("x_mitre_deprecated"))]
    assert graph.links["deprecatedEntry"] == len(gone) == 22
    assert graph.links["inTactic"] == sum(len(one.get("kill_chain_phases", [])) for one in objects)
    assert {version for facts in graph.values.values() for version in facts["knowledgeBaseVersion"]} == {"18.1"}


def test_data_components_detect_through_strategies_and_analytics(bundle: Path) -> None:
    objects = {one["id"]: one for one in json.loads(bundle.read_text("utf-8"))["objects"]}
    expected = {
        (source["x_mitre_data_component_ref"], relation["target_ref"])
        for relation in objects.values()
        if relation["type"] == "relationship" and relation["relationship_type"] == "detects"
        for analytic in objects[relation["source_ref"]].get("x_mitre_analytic_refs", [])
        for source in objects[analytic].get("x_mitre_log_source_references", [])
    }
    assert len(expected) > 100
    assert Graph(read(bundle)).links["detectsTechnique"] == len(expected)


def test_entries_meet_those_of_the_catalogue(bundle: Path) -> None:
    catalogue = {
        str(quad.triple)
        for quad in parse(path=ontology_folder() / "catalogue" / "attack-ics.ttl", format=RdfFormat.TURTLE)
        if quad.subject.value.startswith(f"{CATALOGUE}attack-ics/")
    }
    imported = {str(quad.triple) for quad in parse(b"".join(read(bundle).lines), RdfFormat.N_TRIPLES)}
    assert len(catalogue) > 900
    assert catalogue - imported == set()


def test_only_words_of_the_ontology_are_used(bundle: Path) -> None:
    defined = {
        quad.subject.value
        for module in ontology_folder().glob("*.ttl")
        for quad in parse(path=module, format=RdfFormat.TURTLE)
        if hasattr(quad.subject, "value")
    }
    used = {word.decode() for line in read(bundle).lines for word in re.findall(rb"<([^>]*)>", line)}
    assert {word for word in used if word.startswith(NS)} <= defined


def test_the_order_of_keys_and_objects_changes_nothing(bundle: Path, tmp_path: Path) -> None:
    dice = random.Random(61508)  # noqa: S311 - a repeatable shuffle, no secret
    document = shuffled(json.loads(bundle.read_text("utf-8")), dice)
    dice.shuffle(document["objects"])
    assert read(write_json(tmp_path, document)).lines == read(bundle).lines


def test_what_is_left_out_is_told(bundle: Path) -> None:
    objects = json.loads(bundle.read_text("utf-8"))["objects"]
    sources = sum(one["type"] == "x-mitre-data-source" for one in objects)
    assert [caveat.what for caveat in read(bundle).caveats] == [
        f"left out: {sources} objects of type x-mitre-data-source, for which there is no class"
    ]


def test_a_small_bundle_by_hand(tmp_path: Path) -> None:
    graph = Graph(read(write_json(tmp_path, SMALL)))
    technique = graph[f"{CATALOGUE}attack-ics/T0829"]
    assert technique["identifier"] == ["T0829"]
    assert technique["title"] == ["Loss of View"]
    assert technique["inTactic"] == [f"{CATALOGUE}attack-ics/TA0105"]
    assert technique["supersededBy"] == [f"{CATALOGUE}attack-ics/T0999"]
    assert technique["deprecatedEntry"] == ["true"]
    assert technique["knowledgeBaseVersion"] == ["99.1"]
    assert technique["uri"] == ["https://x/T0829"]
    assert graph[f"{CATALOGUE}attack-ics/T0999"]["deprecatedEntry"] == []


def edit(number: int, key: str, value: object) -> dict[str, Any]:
    document = copy.deepcopy(SMALL)
    document["objects"][number][key] = value
    return document


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({**SMALL, "objects": []}, "is a STIX bundle of no domain of ATT&CK; one of ics-attack was expected"),
        ({**SMALL, "objects": {}}, "/objects: is an object, an array was expected"),
        ({**SMALL, "objects": [4]}, "/objects/0: is a number, an object was expected"),
        (edit(2, "name", 5), "/objects/2/name: is a number, a string was expected"),
        (edit(2, "external_references", []), "/objects/2/external_references: names no reference of MITRE"),
        (edit(2, "revoked", "yes"), "/objects/2/revoked: is a string, true or false was expected"),
        (
            edit(4, "target_ref", "attack-pattern--9"),
            "/objects/4/target_ref: the bundle has no object attack-pattern--9",
        ),
        (
            edit(2, "external_references", [{"source_name": "mitre-attack", "external_id": "T08/../29"}]),
            "'T08/../29' is no identifier of ATT&CK; one like T0800 was expected",
        ),
        (edit(2, "kill_chain_phases", [{"phase_name": "lunch"}]), "no tactic of the bundle has the short name 'lunch'"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path: Path, document: object, message: str) -> None:
    with pytest.raises(BrokenFile, match=re.escape(message)):
        read(write_json(tmp_path, document))


def test_a_bundle_of_another_domain_is_refused(tmp_path: Path) -> None:
    document = json.loads(json.dumps(SMALL).replace("ics-attack", "enterprise-attack"))
    with pytest.raises(BrokenFile, match="is a STIX bundle of enterprise-attack; one of ics-attack was expected"):
        read(write_json(tmp_path, document))
