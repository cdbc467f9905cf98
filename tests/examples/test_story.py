"""The plant's story: each change makes suspect what was worked out by hand, by the shortest ways, and nothing else."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kg.data import examples_folder
from kg.errors import InputError
from kg.examples.begin import begin_example
from kg.examples.telling import Edit, Step, read_story, take

if TYPE_CHECKING:
    from collections.abc import Iterator

INTERLOCK = Path(sys.executable).with_name("interlock")
EXPECTED = tomllib.loads((Path(__file__).parent / "expected-story.toml").read_text("utf-8"))
CHANGES = [name for name, of in EXPECTED.items() if "suspects" in of]
STORY = read_story()


def interlock(folder: Path, *words: str) -> str:
    done = subprocess.run([INTERLOCK, *words], cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode in {0, 1}, f"interlock {' '.join(words)}\n{done.stderr}"
    return done.stdout


def suspects(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(interlock(folder, "suspects", "--format", "json"))["suspects"]
    return found


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, list[dict[str, Any]]], dict[str, str]]:
    """The folder, what was suspect after the edits of each step, and what each command printed."""
    folder = tmp_path_factory.mktemp("story") / "plant"
    begin_example("plant", folder)
    after: dict[str, list[dict[str, Any]]] = {}
    printed: dict[str, str] = {}
    for step in STORY:
        take(step, folder)
        after[step.name] = suspects(folder)
        for words in step.commands:
            printed[" ".join(words)] = interlock(folder, *words)
    after["end"] = suspects(folder)
    return folder, after, printed


Way = tuple[frozenset[str], ...]


def ways(text: str) -> Iterator[tuple[Way, int]]:
    """Yield each expected way as the names that may stand at each place, and how many items end it."""
    for line in text.strip().splitlines():
        found = re.fullmatch(r"(.*?)(?: \((\d+)\))?", line)
        assert found
        yield tuple(frozenset(place.split(" | ")) for place in found[1].split(" → ")), int(found[2] or 1)


def fits(way: Way, path: list[str]) -> bool:
    """Tell whether a path is one of those that `way` stands for."""
    return len(way) == len(path) and _through(way[:-1], path[:-1]) and any(map(path[-1].startswith, _ends(way)))


def _ends(way: Way) -> list[str]:
    return [name.removesuffix("*") for name in way[-1]]


def _through(way: Way, path: list[str]) -> bool:
    return all(step in places for step, places in zip(path[1:], way[1:], strict=True))


@pytest.mark.parametrize("name", CHANGES)
def test_each_change_makes_suspect_what_was_worked_out_by_hand(
    name: str, told: tuple[Path, dict[str, list[dict[str, Any]]], dict[str, str]]
) -> None:
    expected = EXPECTED[name]
    starts = expected["changed"] if isinstance(expected["changed"], list) else [expected["changed"]]
    found = [one for one in told[1][name] if one["path"][0]["id"] in starts]
    assert {one["cause"] for one in found} == {expected["cause"]}
    left = {one["id"]: [step["id"] for step in one["path"]] for one in found}
    assert len(left) == len(found), Counter(one["id"] for one in found).most_common(3)
    wrong = []
    for way, count in sorted(ways(expected["suspects"]), key=lambda of: "*" in "".join(of[0][-1])):  # `*` is the rest
        ends = set(way[-1])
        named = {item for item in left if item in ends or "*" in "".join(ends)}
        fitting = [item for item in named if fits(way, left[item])]
        if len(fitting) != count:
            wrong.append((way, count, [left[item] for item in named if item in ends]))
        for item in fitting:
            del left[item]
    assert (wrong, left) == ([], {})


@pytest.mark.parametrize("name", [name for name in CHANGES if "old" in EXPECTED[name]])
def test_old_and_new_stand_side_by_side(
    name: str, told: tuple[Path, dict[str, list[dict[str, Any]]], dict[str, str]]
) -> None:
    expected = EXPECTED[name]
    sides = {
        (_side(change["old"]), _side(change["new"]))
        for one in told[1][name]
        if one["path"][0]["id"] == expected["changed"]
        for change in one["changed"]
    }
    assert (expected["old"], expected["new"]) in sides


def _side(value: Any) -> Any:
    return value["id"] if isinstance(value, dict) else value


@pytest.mark.parametrize("between", ["R1-R2", "R2-R3"])
def test_findings_come_and_go_as_worked_out_by_hand(
    between: str, told: tuple[Path, dict[str, list[dict[str, Any]]], dict[str, str]]
) -> None:
    found = json.loads(interlock(told[0], "diff", *between.split("-"), "--format", "json"))["findings"]
    for side in ("new", "cured"):
        names = {f"{one['name']} {one['focus']['id']}{_vulnerability(one)}" for one in found[side]}
        assert names == set(EXPECTED[between][side]), side


def _vulnerability(finding: dict[str, Any]) -> str:
    name = str(finding["value"]).rpartition("/")[2].rstrip(">")
    return f" {name.upper()}" if name.upper().startswith("CVE-") else ""


def test_the_retired_threat_leaves_what_it_alone_asked_for(
    told: tuple[Path, dict[str, list[dict[str, Any]]], dict[str, str]],
) -> None:
    expected = EXPECTED["unjustified"]
    rows = json.loads(interlock(told[0], "ask", "unjustified", "--format", "json"))["rows"]
    assert {row[0]["id"] for row in rows} == set(expected["requirements"])
    assert {row[2]["id"] for row in rows} == {expected["threat"]}
    assert json.loads(interlock(told[0], "ask", "unjustified", "--as-of", "R2", "--format", "json"))["rows"] == []


def test_decisions_end_suspicion(told: tuple[Path, dict[str, list[dict[str, Any]]], dict[str, str]]) -> None:
    """What is left of each change in the end: what was decided is settled with all that hangs below it."""
    left = EXPECTED["left"]
    starts: dict[str, set[str]] = {}
    for one in told[1]["end"]:
        starts.setdefault(one["path"][0]["id"], set()).add(one["id"])
    assert starts == {changed: set(items) for changed, items in left.items()}


def test_what_hangs_on_no_changed_item_is_left_alone(
    told: tuple[Path, dict[str, list[dict[str, Any]]], dict[str, str]],
) -> None:
    assert told[1]["begin"] == []


def test_every_step_is_told_and_every_change_expected() -> None:
    assert {step.name for step in STORY if step.edits} - {"assessment"} <= set(CHANGES) | {"answer"}


def test_a_step_does_not_fit_twice(tmp_path: Path) -> None:
    begin_example("plant", tmp_path / "plant")
    step = next(step for step in STORY if step.edits)
    take(step, tmp_path / "plant")
    with pytest.raises(InputError, match=f"not as the step '{step.name}' of the story expects"):
        take(step, tmp_path / "plant")
    with pytest.raises(InputError, match="begin in a new folder"):
        take(Step("x", "x", "x", (Edit("model/threats.ttl", "il:ThreatScenario", "y"),), ()), tmp_path / "plant")


def test_new_files_of_the_story_ship_with_it() -> None:
    new = [edit.replace for step in STORY for edit in step.edits if not edit.find]
    assert new
    assert all((examples_folder() / "story" / name).is_file() for name in new)
