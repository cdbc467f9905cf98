"""CSAF 2.0: what an advisory says, recomputed here from the plain JSON; and what is refused, with its place."""

from __future__ import annotations

import copy
import json
import random
import re
from typing import TYPE_CHECKING, Any

import pytest
from pyoxigraph import RdfFormat, parse

from kg.data import ontology_folder
from kg.errors import BrokenFile
from kg.rdf.names import NS

from .graph import BASE, Graph, read, shuffled, write_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ADVISORIES = (
    "cisa/*.json",
    "oasis-2.0/examples/csaf/*.json",
    "oasis-2.0/examples/csaf/csaf_vex/*.json",
    "vendor-native/*.json",
)
DANGLING = "rhsa-2023_4378.json"
"""Its product tree was broken on purpose: a relationship and with it the statuses refer to no product."""

MINIMAL: dict[str, Any] = {
    "document": {
        "category": "csaf_security_advisory",
        "csaf_version": "2.0",
        "title": "One fault in one controller",
        "aggregate_severity": {"text": "critical"},
        "distribution": {"tlp": {"label": "WHITE"}},
        "publisher": {"category": "vendor", "name": "Example Controls GmbH", "namespace": "https://example.com"},
        "tracking": {
            "id": "EX-2026-001",
            "status": "final",
            "version": "1.0.0",
            "initial_release_date": "2026-01-31T09:00:00Z",
            "current_release_date": "2026-02-01T09:00:00.5+01:00",
            "revision_history": [{"number": "1.0.0", "date": "2026-01-31T09:00:00Z", "summary": "First."}],
        },
    },
    "product_tree": {
        "branches": [
            {
                "category": "vendor",
                "name": "Example Controls GmbH",
                "branches": [
                    {
                        "category": "product_name",
                        "name": "PLC 100",
                        "branches": [
                            {
                                "category": "product_version",
                                "name": "2.1",
                                "product": {"name": "PLC 100 2.1", "product_id": "P1"},
                            },
                            {
                                "category": "product_version_range",
                                "name": "<2.1",
                                "product": {"name": "PLC 100 before 2.1", "product_id": "P2"},
                            },
                        ],
                    }
                ],
            }
        ],
        "full_product_names": [{"name": "Linux", "product_id": "P3"}],
        "relationships": [
            {
                "category": "installed_on",
                "product_reference": "P5",
                "relates_to_product_reference": "P3",
                "full_product_name": {"name": "PLC 100 2.1 in a box on Linux", "product_id": "P6"},
            },
            {
                "category": "installed_on",
                "product_reference": "P1",
                "relates_to_product_reference": "P3",
                "full_product_name": {"name": "PLC 100 2.1 on Linux", "product_id": "P5"},
            },
        ],
        "product_groups": [{"group_id": "G1", "product_ids": ["P1", "P5"]}],
    },
    "vulnerabilities": [
        {
            "cve": "CVE-2026-12345",
            "title": "Heap overflow in the web server",
            "cwe": {"id": "CWE-787", "name": "Out-of-bounds Write"},
            "product_status": {"known_affected": ["P2", "P5"], "fixed": ["P1"], "recommended": ["P1"]},
            "flags": [{"label": "component_not_present", "product_ids": ["P1"]}],
            "discovery_date": "2025-12-24T00:00:00Z",
            "threats": [
                {"category": "impact", "details": "Stops the controller.", "group_ids": ["G1"]},
                {"category": "exploit_status", "details": "Seen in the wild.", "product_ids": ["P2"]},
                {"category": "exploit_status", "details": "A proof of concept is public."},
            ],
            "scores": [
                {
                    "products": ["P2"],
                    "cvss_v3": {
                        "version": "3.1",
                        "vectorString": "CVSS:3.1/AV:N",
                        "baseScore": 10,
                        "baseSeverity": "CRITICAL",
                    },
                    "cvss_v2": {"version": "2.0", "vectorString": "AV:N/AC:L", "baseScore": 7.5},
                }
            ],
            "remediations": [
                {
                    "category": "vendor_fix",
                    "details": "Update to 2.1.",
                    "date": "2026-01-31T09:00:00Z",
                    "url": "https://example.com/fix",
                    "restart_required": {"category": "system"},
                    "group_ids": ["G1"],
                    "product_ids": ["P2"],
                }
            ],
        }
    ],
}
STATUS = "advisory/ex-2026-001/status/CVE-2026-12345/"
PLC = "product/example-controls/plc-100"


def advisories(shared: Path) -> list[Path]:
    folder = shared / "testdata" / "csaf"
    found = [path for pattern in ADVISORIES for path in sorted(folder.glob(pattern)) if path.name != DANGLING]
    assert len(found) == 33
    return found


def leaves(branches: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for branch in branches:
        if "product" in branch:
            yield branch["product"]
        yield from leaves(branch.get("branches", []))


def test_every_advisory_loads_with_what_its_json_holds(shared: Path) -> None:
    for path in advisories(shared):
        document = json.loads(path.read_text("utf-8"))
        graph = Graph(read(path))
        tree, vulnerabilities = document.get("product_tree", {}), document.get("vulnerabilities", [])
        tracking = document["document"]["tracking"]
        ((advisory, facts),) = graph.of_kind("Advisory").items()
        assert facts["identifier"] == [tracking["id"]], path
        assert facts["version"] == [tracking["version"]]
        assert facts["trackingStatus"] == [tracking["status"]]
        assert len(facts["hasRevision"]) == len(tracking["revision_history"])
        assert len(facts["describes"]) == len(vulnerabilities) == len(graph.of_kind("Vulnerability"))
        expected = {
            (v["cve"], product_id, category)
            for v in vulnerabilities
            for category, ids in v.get("product_status", {}).items()
            for product_id in ids
        }
        statuses = graph.of_kind("ProductStatus")
        assert len(statuses) == len({(cve, product_id) for cve, product_id, _ in expected}), path
        assert graph.links["statusValue"] == len(expected), path
        for cve in {cve for cve, _, _ in expected}:
            own = [s for s in statuses.values() if s["statusOf"] == [f"vulnerability/{cve}"]]
            assert len(own) == len({p for c, p, _ in expected if c == cve}), (path, cve)
        assert all(s["statedIn"] == [advisory.removeprefix(BASE)] for s in statuses.values())
        scores = {
            (v["cve"], cvss["version"], cvss["vectorString"], float(cvss["baseScore"]))
            for v in vulnerabilities
            for score in v.get("scores", [])
            for key, cvss in score.items()
            if key.startswith("cvss")
        }
        assert len(graph.of_kind("Score")) == len(scores), path
        assert sorted(s["baseScore"][0] for s in graph.of_kind("Score").values()) == sorted(str(s[3]) for s in scores)
        remediations = {
            (v["cve"], r["category"], r["details"], r.get("url"))
            for v in vulnerabilities
            for r in v.get("remediations", [])
        }
        assert len(graph.of_kind("Remediation")) == len(remediations), path
        assert graph.links["hasWeakness"] == sum("cwe" in v for v in vulnerabilities), path
        names = [*leaves(tree.get("branches", [])), *tree.get("full_product_names", [])]
        combined = [r["full_product_name"] for r in tree.get("relationships", [])]
        assert graph.links["installedOn"] == len(combined), path
        spoken = {p for _, p, _ in expected}
        assert spoken <= {name["product_id"] for name in names + combined}
        known = {*graph.of_kind("Product"), *graph.of_kind("ProductVersion"), *graph.of_kind("VersionRange")}
        assert {BASE + p for s in statuses.values() for p in s["forProduct"]} <= known, path
        assert not read(path).caveats, path


def test_advisories_use_only_words_of_the_ontology(shared: Path) -> None:
    defined = {
        quad.subject.value
        for module in ontology_folder().glob("*.ttl")
        for quad in parse(path=module, format=RdfFormat.TURTLE)
        if hasattr(quad.subject, "value")
    }
    for path in advisories(shared):
        used = {word.decode() for line in read(path).lines for word in re.findall(rb"<([^>]*)>", line)}
        assert {word for word in used if word.startswith(NS)} <= defined


def test_the_order_of_keys_changes_nothing(shared: Path, tmp_path: Path) -> None:
    dice = random.Random(62443)  # noqa: S311 - a repeatable shuffle, no secret
    for path in advisories(shared):
        other = write_json(tmp_path, shuffled(json.loads(path.read_text("utf-8")), dice), path.name)
        assert read(other).lines == read(path).lines, path


def test_a_broken_reference_is_refused_with_its_place(shared: Path) -> None:
    path = shared / "testdata" / "csaf" / "vendor-native" / DANGLING
    with pytest.raises(
        BrokenFile, match=rf"^{DANGLING}: /vulnerabilities/0/product_status/fixed: 'NFV-.*' is no product_id"
    ):
        read(path)


def test_products_versions_and_ranges(tmp_path: Path) -> None:
    graph = Graph(read(write_json(tmp_path, MINIMAL)))
    rdf_type = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
    assert graph[PLC][rdf_type] == ["Product"]
    assert graph[PLC]["title"] == ["PLC 100"]
    assert graph[PLC]["suppliedBy"] == ["organisation/example-controls"]
    assert graph["organisation/example-controls"]["title"] == ["Example Controls"]
    assert graph[f"{PLC}/2.1"] == {
        rdf_type: ["ProductVersion"],
        "identifier": ["example-controls/plc-100/2.1"],
        "title": ["PLC 100 2.1"],
        "version": ["2.1"],
        "versionOf": [PLC],
    }
    assert graph[f"{PLC}/lt-2.1"][rdf_type] == ["VersionRange"]
    assert graph[f"{PLC}/lt-2.1"]["rangeExpression"] == ["<2.1"]
    assert (graph[f"{PLC}/lt-2.1"]["versionOf"], graph[f"{PLC}/lt-2.1"]["coversVersionsOf"]) == ([PLC], [PLC])
    assert graph["product/unknown/linux"][rdf_type] == ["Product"]
    assert graph["product/unknown/linux"]["suppliedBy"] == []
    on_linux = graph["advisory/ex-2026-001/product/p5"]
    assert (on_linux[rdf_type], on_linux["version"]) == (["ProductVersion"], ["2.1"])
    assert (on_linux["versionOf"], on_linux["installedOn"]) == ([PLC], ["product/unknown/linux"])
    assert graph["advisory/ex-2026-001/product/p6"]["versionOf"] == [PLC]


def test_status_scores_and_remediations(tmp_path: Path) -> None:
    graph = Graph(read(write_json(tmp_path, MINIMAL)))
    assert graph[STATUS + "p2"]["statusValue"] == ["knownAffected"]
    assert graph[STATUS + "p2"]["text"] == []
    assert graph[STATUS + "p1"]["statusValue"] == ["fixed", "recommended"]
    assert graph[STATUS + "p1"]["justification"] == ["component_not_present"]
    assert graph[STATUS + "p1"]["text"] == graph[STATUS + "p5"]["text"] == ["Stops the controller."]
    assert graph[STATUS + "p5"]["forProduct"] == ["advisory/ex-2026-001/product/p5"]
    vulnerability = graph["vulnerability/CVE-2026-12345"]
    assert vulnerability["title"] == ["CVE-2026-12345"]
    assert vulnerability["hasWeakness"] == ["https://w3id.org/interlock/id/cwe/CWE-787"]
    assert vulnerability["discoveredOn"] == ["2025-12-24T00:00:00Z"]
    assert vulnerability["exploitStatus"] == ["A proof of concept is public."]
    assert graph[STATUS + "p2"]["exploitStatus"] == ["Seen in the wild."]
    assert graph[STATUS + "p5"]["exploitStatus"] == []
    scores = sorted((s["cvssVersion"], s["baseScore"], s["forProduct"]) for s in graph.of_kind("Score").values())
    assert scores == [(["2.0"], ["7.5"], [f"{PLC}/lt-2.1"]), (["3.1"], ["10.0"], [f"{PLC}/lt-2.1"])]
    (fix,) = graph.of_kind("Remediation").values()
    assert fix["restartRequired"] == ["system"]
    assert fix["remediationCategory"] == ["vendor_fix"]
    assert fix["text"] == ["Update to 2.1."]
    assert fix["forProduct"] == ["advisory/ex-2026-001/product/p5", f"{PLC}/2.1", f"{PLC}/lt-2.1"]
    advisory = graph["advisory/ex-2026-001"]
    assert advisory["releasedOn"] == ["2026-02-01T09:00:00.5+01:00"]
    assert (advisory["aggregateSeverity"], advisory["trafficLightProtocol"]) == (["critical"], ["WHITE"])
    assert advisory["issuedBy"] == ["organisation/example-controls"]


def test_a_range_that_is_written_as_a_version_is_a_range(tmp_path: Path) -> None:
    for name, is_range in {
        "vers:all/*": True,
        "< 3.2": True,
        "* | 1.5.0 plus205": True,
        "All versions": True,
        "4.1 and earlier": True,
        "Versions prior to 2": True,
        "2.1": False,
        "V4.5 SP1": False,
        "rev. 8.3.0": False,
        "Allegro 2": False,
    }.items():
        document = copy.deepcopy(MINIMAL)
        document["product_tree"]["branches"][0]["branches"][0]["branches"][0]["name"] = name
        graph = Graph(read(write_json(tmp_path, document)))
        written = graph[f"{PLC}/lt-2.1"]["rangeExpression"] + [
            value for r in graph.of_kind("VersionRange").values() for value in r["rangeExpression"]
        ]
        assert (name in written) is is_range, name


def test_a_tree_of_any_depth(tmp_path: Path) -> None:
    document = copy.deepcopy(MINIMAL)
    branch: dict[str, Any] = {
        "category": "product_version",
        "name": "7",
        "product": {"name": "deep", "product_id": "D"},
    }
    for number in range(100):
        branch = {"category": "legacy", "name": f"layer {number}", "branches": [branch]}
    branch = {"category": "product_name", "name": "Deep One", "branches": [branch]}
    document["product_tree"]["branches"].append({"category": "vendor", "name": "Deep Ltd.", "branches": [branch]})
    graph = Graph(read(write_json(tmp_path, document)))
    assert [
        v["version"] for v in graph.of_kind("ProductVersion").values() if v["versionOf"] == ["product/deep/deep-one"]
    ] == [["7"]]


def test_two_names_with_one_slug_stay_two_products(tmp_path: Path) -> None:
    document = copy.deepcopy(MINIMAL)
    document["product_tree"]["full_product_names"] += [
        {"name": "CPU □ P", "product_id": "S1"},
        {"name": "CPU-P", "product_id": "S2"},
        {"name": "cpu  □ p", "product_id": "S3"},
    ]
    products = Graph(read(write_json(tmp_path, document))).of_kind("Product")
    assert len([p for p in products if p.startswith(f"{BASE}product/unknown/cpu-p")]) == 2


def change(path: str, value: object) -> dict[str, Any]:
    """Return the minimal advisory with one value changed, or removed where `value` is ``...``."""
    document = copy.deepcopy(MINIMAL)
    *way, last = [int(step) if step.isdigit() else step for step in path.split("/")[1:]]
    target: Any = document
    for step in way:
        target = target[step]
    if value is ...:
        del target[last]
    else:
        target[last] = value
    return document


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("/document/tracking/id", ..., "/document/tracking/id: missing, a CSAF document must have one"),
        ("/document/tracking/id", 7, "/document/tracking/id: is a number, a string was expected"),
        ("/document/tracking/id", " ", "/document/tracking/id: is blank"),
        ("/document/tracking", [], "/document/tracking: is an array, an object was expected"),
        ("/document/tracking/status", "done", "'done' is no status; one of draft, interim, final"),
        ("/document/tracking/current_release_date", "31.01.2026", "is no date and time; 2026-01-31T09:00:00Z"),
        ("/document/tracking/current_release_date", "2026-02-30T09:00:00Z", "is no date and time"),
        ("/document/tracking/revision_history", {"number": "1"}, "is an object, an array was expected"),
        ("/document/csaf_version", "2.1", "/document/csaf_version: is '2.1'; CSAF 2.0 is what Interlock reads"),
        ("/document/publisher", None, "/document/publisher: missing"),
        ("/document/title", "half \ud800 pair", "/document/title: holds half of a surrogate pair"),
        ("/vulnerabilities/0/cve", "CVE-1", "/vulnerabilities/0/cve: 'CVE-1' is no CVE identifier"),
        ("/vulnerabilities/0/cwe/id", "787", "/vulnerabilities/0/cwe/id: '787' is no CWE identifier"),
        ("/vulnerabilities/0/product_status/fixed", ["P9"], "/product_status/fixed: 'P9' is no product_id"),
        ("/vulnerabilities/0/product_status/fixed", [["P1"]], "/product_status/fixed/0: is an array, a string"),
        ("/vulnerabilities/0/flags/0/product_ids", ["P9"], "/flags/0/product_ids: 'P9' is no product_id"),
        ("/vulnerabilities/0/threats/0/group_ids", ["G9"], "/threats/0/group_ids: 'G9' is no product group"),
        ("/vulnerabilities/0/scores/0/cvss_v3/baseScore", 11, "/cvss_v3/baseScore: 11 is no score; 0.0 to 10.0"),
        ("/vulnerabilities/0/scores/0/cvss_v3/baseScore", "9", "/cvss_v3/baseScore: is a string, a number"),
        ("/vulnerabilities/0/scores/0/cvss_v3/baseScore", True, "/cvss_v3/baseScore: is true or false, a number"),
        ("/vulnerabilities/0/remediations/0/category", "pray", "'pray' is no category; one of mitigation"),
        ("/product_tree/full_product_names/0/product_id", "P1", "/product_tree/.*/product_id: 'P.' is defined twice"),
        ("/product_tree/product_groups/0/product_ids", ["P1", "P8"], "/product_groups/0/product_ids: 'P8' is no"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path: Path, path: str, value: object, message: str) -> None:
    with pytest.raises(BrokenFile, match=message) as caught:
        read(write_json(tmp_path, change(path, value)), "csaf")
    assert str(caught.value).startswith("document.json: /")
    assert "\n" not in str(caught.value)


def test_a_circle_of_relationships_ends(tmp_path: Path) -> None:
    document = change("/product_tree/relationships/1/product_reference", "P6")
    document["vulnerabilities"] = []
    document["product_tree"]["product_groups"] = []
    caveats = read(write_json(tmp_path, document)).caveats
    assert [caveat.where for caveat in caveats] == [
        "document.json: /product_tree/relationships/0",
        "document.json: /product_tree/relationships/1",
    ]


def test_a_contradiction_is_told(tmp_path: Path) -> None:
    document = change("/vulnerabilities/0/product_status/known_not_affected", ["P2"])
    (caveat,) = read(write_json(tmp_path, document)).caveats
    assert caveat.where == "document.json: /vulnerabilities/0/product_status"
    assert caveat.what == "'P2' is affected and not affected at once"


def test_a_vulnerability_without_cve_has_a_name_of_its_own(tmp_path: Path) -> None:
    document = change("/vulnerabilities/0/cve", ...)
    (item,) = Graph(read(write_json(tmp_path, document))).of_kind("Vulnerability")
    assert re.fullmatch(BASE + "vulnerability/ex-2026-001-[0-9a-f]{8}", item)
    document["vulnerabilities"][0]["ids"] = [{"system_name": "Bug tracker", "text": "#42"}]
    (item,) = Graph(read(write_json(tmp_path, document))).of_kind("Vulnerability")
    assert item == BASE + "vulnerability/bug-tracker-42"
