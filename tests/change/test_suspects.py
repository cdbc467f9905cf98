"""`interlock suspects` as a user meets it; what is suspect after each step is worked out by hand."""

from __future__ import annotations

import csv
import io
import shutil
from typing import TYPE_CHECKING

import pytest
from history_projects import ROOT, as_json, begin, edit, git, interlock, ok, refused

if TYPE_CHECKING:
    from pathlib import Path

PLANT = ROOT / "kg" / "examples" / "plant"


def ids(found: dict[str, object]) -> set[str]:
    return {one["id"] for one in found["suspects"]}  # type: ignore[attr-defined]


def accept(folder: Path, name: str = "R1") -> None:
    ok(interlock("baseline", name, "--accept", "--role", "asset-owner", "--reason", "as built", cwd=folder))


@pytest.fixture
def zone(tmp_path: Path) -> Path:
    return begin(tmp_path / "zone")


def test_nothing_judged_says_how_to_begin(zone: Path) -> None:
    found = as_json("suspects", cwd=zone)
    assert found["suspects"] == []
    assert [note["code"] for note in found["notes"]] == ["nothing-judged"]
    assert "interlock baseline NAME --accept" in found["notes"][0]["text"]
    accept(zone)
    assert as_json("suspects", cwd=zone) == {"suspects": [], "notes": []}


def test_threat_reaches_what_it_governs(zone: Path) -> None:
    accept(zone)
    edit(zone, '"A stick brings a worm"', '"A stick brings ransomware"')
    found = as_json("suspects", cwd=zone, code=1)
    # R2 asks level 1: SR 1.1, and C1 that answers it; not SR 1.1 RE 1, of level 2.
    assert ids(found) == {"R2", "SL-T IAC", "Z SR 1.1", "C1"}
    last = found["suspects"][-1]
    assert last.keys() == {"id", "iri", "title", "kind", "cause", "path", "changed", "since"}
    assert (last["id"], last["kind"], last["cause"]) == ("C1", "Countermeasure", "threat")
    assert [(one["id"], one.get("link")) for one in last["path"]] == [
        ("T2", None), ("R2", "il:derivedFrom"), ("SL-T IAC", "il:derivedFrom"), ("Z SR 1.1", "il:derivedFrom"),
        ("C1", "il:answers"),
    ]  # fmt: skip
    (row,) = last["changed"]
    assert row.keys() == {"item", "property", "old", "new"}
    assert (row["item"]["id"], row["property"]) == ("T2", "dcterms:title")
    assert (row["old"], row["new"]) == ("A stick brings a worm", "A stick brings ransomware")
    assert last["since"].endswith("Z")


def test_going_back_ends_it_and_a_new_departure_counts_anew(zone: Path) -> None:
    accept(zone)
    edit(zone, '"A stranger logs in"', '"A guest logs in"')
    assert "Z SR 1.1 RE 1" in ids(as_json("suspects", cwd=zone, code=1))
    edit(zone, '"A guest logs in"', '"A stranger logs in"')
    assert as_json("suspects", cwd=zone) == {"suspects": [], "notes": []}


def test_deciding_settles_what_hangs_below_as_far_as_nothing_changes(zone: Path) -> None:
    accept(zone)
    edit(zone, '"A stick brings a worm"', '"A stick brings ransomware"')
    decide = ("review", "R2", "--link", "T2", "--verdict", "valid", "--role", "asset-owner", "--reason", "same demand")
    ok_done = interlock(*decide, cwd=zone)
    assert ok_done.returncode == 0, ok_done.stderr
    assert as_json("suspects", cwd=zone)["suspects"] == []
    # What hangs below the result is suspect again as soon as the result itself has to change. It asked 1 and asks 2:
    # now it governs the enhancement too.
    edit(zone, "il:level 1 ] .", "il:level 2 ] .")
    assert ids(as_json("suspects", cwd=zone, code=1)) == {"SL-T IAC", "Z SR 1.1", "Z SR 1.1 RE 1", "C1"}


def test_result_that_asks_less_still_shakes_what_it_governed(zone: Path) -> None:
    accept(zone)
    demand = "il:asks [ il:foundationalRequirement fr:IAC ; il:level {} ] ."
    edit(zone, demand.format(2), demand.format(1))
    found = as_json("suspects", cwd=zone, code=1)
    assert ids(found) == {"SL-T IAC", "Z SR 1.1", "Z SR 1.1 RE 1", "C1"}
    assert {one["cause"] for one in found["suspects"]} == {"risk"}
    assert ("il:asks/il:level", "2", "1") in {
        (row["property"], row["old"], row["new"]) for one in found["suspects"] for row in one["changed"]
    }


def test_invalid_link_leaves_what_hangs_below_open(zone: Path) -> None:
    accept(zone)
    edit(zone, '"A stick brings a worm"', '"A stick brings ransomware"')
    done = interlock(
        *("review", "R2", "--link", "T2", "--outcome", "update", "--role", "asset-owner", "--reason", "asks more"),
        cwd=zone,
    )
    assert done.returncode == 0, done.stderr
    found = as_json("suspects", cwd=zone, code=1)
    assert ids(found) == {"SL-T IAC", "Z SR 1.1", "C1"}  # R2 was decided: it has to change
    assert [note["code"] for note in found["notes"]] == ["must-change"]
    assert found["notes"][0]["text"].endswith(": R2")
    assert all([one["id"] for one in entry["path"]][:2] == ["T2", "R2"] for entry in found["suspects"])
    assert all(entry["changed"][0]["new"] == "A stick brings ransomware" for entry in found["suspects"])


def test_retired_threat_and_unjustified_requirements(zone: Path) -> None:
    accept(zone)
    edit(zone, 'dcterms:identifier "T1" ;', 'dcterms:identifier "T1" ; il:status il:retired ;')
    rows = as_json("ask", "unjustified", cwd=zone)["rows"]
    assert [(row[0]["id"], row[2]["id"]) for row in rows] == [("Z SR 1.1 RE 1", "T1")]  # T2 still asks for SR 1.1
    table = as_json("ask", "suspects", cwd=zone)["rows"]
    assert {row[0]["id"] for row in table} == ids(as_json("suspects", cwd=zone, code=1))
    edit(zone, 'dcterms:identifier "T1" ; il:status il:retired ;', 'dcterms:identifier "T1" ;')
    assert as_json("ask", "unjustified", cwd=zone)["rows"] == []


def test_retired_says_what_its_status_was_before(zone: Path) -> None:
    edit(zone, 'dcterms:identifier "T1" ;', 'dcterms:identifier "T1" ; il:status il:inOperation ;')
    accept(zone)
    edit(zone, "il:inOperation", "il:retired")
    (row,) = as_json("suspects", cwd=zone, code=1)["suspects"][0]["changed"]
    assert (row["property"], row["old"]["id"], row["new"]["id"]) == ("il:status", "il:inOperation", "il:retired")


def test_vanished_threat_is_called_as_it_was(zone: Path) -> None:
    accept(zone)
    line = '<threat/T1> a il:ThreatScenario ; dcterms:identifier "T1" ; dcterms:title "A stranger logs in" .\n'
    edit(zone, line, "")
    found = as_json("suspects", cwd=zone, code=1)
    assert {one["path"][0]["id"] for one in found["suspects"]} == {"T1"}
    assert {one["cause"] for one in found["suspects"]} == {"threat"}
    assert ids(found) == {"R1", "SL-T IAC", "Z SR 1.1", "Z SR 1.1 RE 1", "C1"}
    rows = as_json("ask", "unjustified", cwd=zone)["rows"]
    assert [row[0]["id"] for row in rows] == ["Z SR 1.1 RE 1"]


def test_since_needs_no_review(zone: Path) -> None:
    git(zone, "init", "-q")
    ok(interlock("baseline", "R1", cwd=zone))
    git(zone, "add", "-A")
    git(zone, "commit", "-q", "-m", "as built")
    edit(zone, '"A stick brings a worm"', '"A stick brings ransomware"')
    expected = {"R2", "SL-T IAC", "Z SR 1.1", "C1"}
    for moment in ("R1", "HEAD"):
        found = as_json("suspects", "--since", moment, cwd=zone, code=1)
        assert ids(found) == expected, moment
        assert {one["cause"] for one in found["suspects"]} == {"threat"}
    assert ids(as_json("suspects", "--since", "R1", "--cause", "threat", cwd=zone, code=1)) == expected
    assert as_json("suspects", "--since", "now", cwd=zone)["suspects"] == []
    # Reviewed or not makes no difference to it.
    accept(zone, "R2")
    assert as_json("suspects", cwd=zone)["suspects"] == []
    assert ids(as_json("suspects", "--since", "R1", cwd=zone, code=1)) == expected
    early = as_json("suspects", "--since", "2020-01-01", cwd=zone)
    assert [note["code"] for note in early["notes"]] == ["records-begin-later"]


def test_new_children_are_no_suspects_since(zone: Path) -> None:
    ok(interlock("baseline", "R1", cwd=zone))
    new = '<cm/C2> a il:Countermeasure ; dcterms:identifier "C2" ; il:answers <sr/1.1> .\n'
    edit(zone, "<cm/C1> a il:Countermeasure ;", f"{new}<cm/C1> a il:Countermeasure ;")
    edit(zone, '"People are told apart"', '"People are told well apart"')
    # C1 answered what SR 1.1 said then. C2 is new, and SR 1.1 rests on it: that is new to SR 1.1.
    found = as_json("suspects", "--since", "R1", cwd=zone, code=1)
    assert {(one["id"], one["path"][0]["id"]) for one in found["suspects"]} == {("C1", "Z SR 1.1"), ("Z SR 1.1", "C2")}


def test_under(zone: Path) -> None:
    accept(zone)
    edit(zone, '"A stick brings a worm"', '"A stick brings ransomware"')
    edit(zone, '"Accounts"', '"Accounts and badges"')
    everything = {"R2", "SL-T IAC", "Z SR 1.1", "C1"}
    assert ids(as_json("suspects", cwd=zone, code=1)) == everything
    assert ids(as_json("suspects", "--under", "Z SR 1.1", cwd=zone, code=1)) == {"Z SR 1.1", "C1"}
    assert ids(as_json("suspects", "--under", "C1", cwd=zone, code=1)) == {"C1", "Z SR 1.1"}
    assert ids(as_json("suspects", "--under", "T1", cwd=zone, code=1)) == {"SL-T IAC", "Z SR 1.1", "C1"}
    assert as_json("suspects", "--under", "Z SR 1.1 RE 1", cwd=zone)["suspects"] == []
    assert ids(as_json("suspects", "--cause", "countermeasure", cwd=zone, code=1)) == {"Z SR 1.1"}


def test_as_of(zone: Path) -> None:
    accept(zone)
    edit(zone, '"A stick brings a worm"', '"A stick brings ransomware"')
    ok(interlock("baseline", "R2", cwd=zone))
    edit(zone, '"A stick brings ransomware"', '"A stick brings a worm"')
    assert as_json("suspects", cwd=zone)["suspects"] == []
    assert ids(as_json("suspects", "--as-of", "R2", cwd=zone, code=1)) == {"R2", "SL-T IAC", "Z SR 1.1", "C1"}
    assert as_json("suspects", "--as-of", "R1", cwd=zone)["suspects"] == []
    assert "it is later or of another branch" in refused(
        interlock("suspects", "--since", "R2", "--as-of", "R1", cwd=zone)
    )


def test_other_formats(zone: Path) -> None:
    accept(zone)
    edit(zone, '"A stick brings a worm"', '"A stick brings ransomware"')
    text = ok(interlock("suspects", cwd=zone), 1)
    assert text.splitlines()[0] == "threat  1 change, 4 suspects"
    assert "dcterms:title  A stick brings a worm → A stick brings ransomware" in text
    assert "4 suspects because of 1 change" in text
    rows = list(csv.DictReader(io.StringIO(ok(interlock("suspects", "--format", "csv", cwd=zone), 1))))
    assert {row["item"] for row in rows} == {"R2", "SL-T IAC", "Z SR 1.1", "C1"}
    assert rows[-1]["path"] == "T2 > R2 > SL-T IAC > Z SR 1.1 > C1"
    assert (rows[0]["old"], rows[0]["new"]) == ("A stick brings a worm", "A stick brings ransomware")
    turtle = ok(interlock("suspects", "--format", "turtle", cwd=zone), 1)
    assert turtle.count("il:suspectBecauseOf <https://example.org/two-zones/threat/T2>") == 4
    ok(interlock("suspects", "--output", "found.json", "--format", "json", cwd=zone), 1)
    assert (zone / "found.json").is_file()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--under", "nobody"), "no item is called 'nobody'"),
        (("--cause", "weather"), "no cause is called 'weather'; there are: assumption, catalogue-edition"),
        (("--since", "yesteryear"), "'yesteryear' names no moment"),
        (("--as-of", "yesteryear"), "'yesteryear' names no moment"),
        (("--since", ""), "--since was given with nothing after it"),
        (("--as-of", " "), "--as-of was given with nothing after it"),
        (("--under", ""), "--under was given with nothing after it"),
        (("--cause", ""), "--cause was given with nothing after it"),
    ],
)
def test_wrong_use_is_one_line(zone: Path, words: tuple[str, ...], said: str) -> None:
    assert said in refused(interlock("suspects", *words, cwd=zone))


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("suspects") / "plant"
    shutil.copytree(PLANT, folder)
    accept(folder)
    return folder


def changed_plant(plant: Path, file: str, old: str, new: str) -> dict[tuple[str, str], set[str]]:
    """What one edit of the example plant makes suspect: cause and what changed → the items; then undo the edit."""
    path = plant / "model" / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    found: dict[tuple[str, str], set[str]] = {}
    for one in as_json("suspects", cwd=plant, code=1)["suspects"]:
        found.setdefault((one["cause"], one["path"][0]["id"]), set()).add(one["id"])
    path.write_text(text, "utf-8")
    assert as_json("suspects", cwd=plant)["suspects"] == []
    return found


def test_plant_safety_requirement(plant: Path) -> None:
    # SFR-03 refines it, SIF-01 has to meet it, VER-13 verified it.
    found = changed_plant(plant, "safety-systems-and-bypasses.ttl", "shut within 20 s", "shut within 15 s")
    assert found == {("requirement", "SFR-01"): {"SFR-03", "SIF-01", "VER-13"}}


def test_plant_moved_component(plant: Path) -> None:
    # Its old and its new zone, and no other member of them; its flows, its measure with the requirements that this
    # answers and the results that credit it, its verification and assessment, the scenario that aims at it; the
    # treatment of such a result, and its approval.
    found = changed_plant(
        plant, "components.ttl", "replica that the enterprise reads\" ;\n    il:locatedIn <zone/dmz>",
        "replica that the enterprise reads\" ;\n    il:locatedIn <zone/supervisory>",
    )  # fmt: skip
    assert found == {
        ("membership", "HIS-02"): {
            "Z-DMZ", "Z-SUP", "DF-11", "DF-12", "DF-13", "CM-25", "DMZ SR 4.1", "DMZ SR 4.3", "RR-04", "RR-18",
            "VER-12", "VUA-06", "IN-01", "TS-11", "RT-02", "APR-12",
        }
    }  # fmt: skip


def test_plant_firmware(plant: Path) -> None:
    found = changed_plant(plant, "components.ttl", 'il:firmwareVersion "2023 R2"', 'il:firmwareVersion "2023 R3"')
    ((start, items),) = found.items()
    assert start == ("firmware", "HIS-02")
    assert {"VER-12", "CM-25", "Z-DMZ"} <= items
    assert "Z-SUP" not in items


def test_plant_setting(plant: Path) -> None:
    # What it contributes to; its component with the verifications made on it, its flows, its element, the function that
    # it serves; the claim about its product that assumes this setting; none of the component's own requirements.
    old = 'reactor-plc> ;\n    il:settingName "access-level" ;\n    il:settingValue "'
    found = changed_plant(plant, "claims-and-settings.ttl", f'{old}3"', f'{old}1"')
    ((start, items),) = found.items()
    assert start == ("setting", "SET-01")
    assert items == {
        "CC-03", "PLC-101", "RC SR 2.1", "DF-01", "DF-02", "DF-06", "DF-07", "DF-09", "DF-10", "DF-18", "E-18", "EF-02",
        "VER-05", "VER-06", "VER-07", "VER-08",
    }  # fmt: skip
