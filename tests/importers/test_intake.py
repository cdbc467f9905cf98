"""Files taken into a project: copied, listed, committed; the same again changes nothing; a failure leaves no trace."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from kg.cli.import_ import command
from kg.errors import BrokenFile, Busy, InputError, InterlockError, LimitExceeded
from kg.importers.intake import import_files, preview
from kg.importers.registry import convert
from kg.project.project import Project

from .test_csaf import MINIMAL

if TYPE_CHECKING:
    from kg.importers.changes import ImportReport

CONFIG = """# Our plant; this comment stays.
[project]
base = "https://plant.example/"   # and this one

[[source]]
name = "plant"
path = "plant.ttl"

[settings]
parse-size = 1000000
"""
PLANT = """@prefix il: <https://w3id.org/interlock/ns#> . @prefix dcterms: <http://purl.org/dc/terms/> .
<zone/1> a il:Zone ; dcterms:identifier "Z1" ; dcterms:title "Reactor" .
"""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with its index, which takes a moment to build."""
    folder = tmp_path_factory.mktemp("template")
    (folder / "interlock.toml").write_text(CONFIG)
    (folder / "plant.ttl").write_text(PLANT)
    Project(folder, convert=convert).refresh()
    return folder


@pytest.fixture
def root(template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(template, tmp_path / "project"))


def opened(root: Path) -> Project:
    return Project(root, convert=convert)


def tree(root: Path) -> dict[str, bytes | None]:
    """Return every file and folder of a project but its index, with content."""
    return {
        str(path.relative_to(root)): path.read_bytes() if path.is_file() else None
        for path in sorted(root.rglob("*"))
        if ".interlock" not in path.parts
    }


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    change = report.change
    return len(change.added), len(change.modified), len(change.retired), change.unchanged


def advisory(folder: Path, document: object = MINIMAL, name: str = "ex-2026-001.json") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(json.dumps(document))
    return path


def test_an_advisory_becomes_a_source(root: Path, tmp_path: Path) -> None:
    file = advisory(tmp_path / "mail")
    (report,) = import_files(opened(root), [file])
    # By hand from MINIMAL: advisory, revision, organisation, 2 products, version and range, 2 combinations, weakness,
    # vulnerability, 3 statuses, 2 scores, remediation.
    assert counts(report) == (1 + 1 + 1 + 2 + 2 + 2 + 1 + 1 + 3 + 2 + 1, 0, 0, 0)
    assert (report.source, report.kind, report.path) == ("ex-2026-001", "csaf", "sources/imported/ex-2026-001.json")
    assert (root / report.path).read_bytes() == file.read_bytes()
    text = (root / "interlock.toml").read_text()
    assert text.startswith(CONFIG)
    assert text[len(CONFIG) :] == (
        '\n[[source]]\nname = "ex-2026-001"\npath = "sources/imported/ex-2026-001.json"\nkind = "csaf"\n'
    )
    titles = {item.id: item.title for item in report.items.values()}
    assert titles["EX-2026-001"] == "One fault in one controller"
    with opened(root).reader() as reader:
        assert "https://plant.example/graph/source/ex-2026-001" in reader.graphs
        assert reader.ask("ASK { ?status <https://w3id.org/interlock/ns#statusOf> ?vulnerability }")


def test_the_same_file_twice_changes_nothing(root: Path, tmp_path: Path) -> None:
    file = advisory(tmp_path / "mail")
    (first,) = import_files(opened(root), [file])
    before = tree(root)
    (second,) = import_files(opened(root), [file])
    assert counts(second) == (0, 0, 0, counts(first)[0])
    assert tree(root) == before
    assert opened(root).refresh() is None


def test_a_new_version_is_told_apart_item_by_item(root: Path, tmp_path: Path) -> None:
    import_files(opened(root), [advisory(tmp_path / "mail")])
    document = json.loads(json.dumps(MINIMAL))
    document["document"]["tracking"]["version"] = "1.1.0"  # the advisory
    vulnerability = document["vulnerabilities"][0]
    vulnerability["product_status"]["known_affected"].remove("P5")  # a status goes
    vulnerability["product_status"]["under_investigation"] = ["P3"]  # a status comes
    vulnerability["product_status"]["fixed"].append("P2")  # a status changes
    (report,) = import_files(opened(root), [advisory(tmp_path / "later", document)])
    base = "https://plant.example/advisory/ex-2026-001"
    assert report.change.added == (f"{base}/status/CVE-2026-12345/p3",)
    assert report.change.retired == (f"{base}/status/CVE-2026-12345/p5",)
    assert report.change.modified == (base, f"{base}/status/CVE-2026-12345/p2")
    assert report.items[f"{base}/status/CVE-2026-12345/p5"].title == "CVE-2026-12345 in PLC 100 2.1 on Linux"
    assert len(opened(root).config.sources) == 2


def test_a_preview_says_the_same_and_touches_nothing(root: Path, tmp_path: Path) -> None:
    file = advisory(tmp_path / "mail")
    before = tree(root)
    promised = preview(opened(root), [file])
    assert tree(root) == before
    assert import_files(opened(root), [file]) == promised
    assert counts(preview(opened(root), [file])[0])[:3] == (0, 0, 0)


def test_a_file_of_the_project_stays_where_it_is(root: Path) -> None:
    extra = root / "more" / "zones.trig"
    extra.parent.mkdir()
    extra.write_text("<g> { <zone/2> a <http://x> }")
    (report,) = import_files(opened(root), [extra])
    assert (report.source, report.path, report.kind) == ("zones", "more/zones.trig", "trig")
    assert not (root / "sources").exists()
    before = tree(root)
    import_files(opened(root), [extra, root / "plant.ttl"])
    assert tree(root) == before


def test_a_changed_file_of_the_project_is_reported(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "plant.ttl").write_text(PLANT.replace("Reactor", "Stripper") + '<zone/2> dcterms:identifier "Z2" .')
    monkeypatch.chdir(root)
    (report,) = import_files(opened(root), [Path("plant.ttl")])
    assert counts(report) == (1, 1, 0, 0)
    assert report.items["https://plant.example/zone/1"].title == "Stripper"


def test_what_a_recursive_pattern_takes_in_needs_no_entry(root: Path, tmp_path: Path) -> None:
    config = root / "interlock.toml"
    config.write_text(config.read_text() + '[[source]]\nname = "mail"\npath = "sources/**/*"\n')
    (report,) = import_files(opened(root), [advisory(tmp_path / "mail")])
    assert report.source == "mail/ex-2026-001"
    assert len(opened(root).config.sources) == 2
    assert counts(report)[0] > 10


def test_a_source_can_be_named(root: Path, tmp_path: Path) -> None:
    one, other = advisory(tmp_path / "a"), advisory(tmp_path / "b")
    with pytest.raises(InputError, match="would both be the source 'ex-2026-001': import them one by one"):
        import_files(opened(root), [one, other])
    import_files(opened(root), [one], name="first")
    import_files(opened(root), [other], name="second")
    assert [entry.name for entry in opened(root).config.sources] == ["plant", "first", "second"]


BROKEN = {
    "syntax.ttl": ("@prefix p: <http://p/> .\np:a p:b .", BrokenFile, r"syntax\.ttl:2:9: "),
    "empty.json": ("", BrokenFile, "is empty; a JSON document was expected"),
    "bomb.rdf": ("<!DOCTYPE a><a/>", BrokenFile, "DOCTYPE"),
    "deep.jsonld": ('{"@id":' * 3000 + "1" + "}" * 3000, LimitExceeded, "nests deeper than 256"),
    "large.nt": ("#" * 1_000_001, LimitExceeded, "the setting parse-size"),
    "advisory.json": ('{"document": {"csaf_version": "2.0"}}', BrokenFile, "/document/title|/document/tracking"),
    "words.docx": ("words", BrokenFile, "is no file that Interlock can read"),
    "number.json": ("5", BrokenFile, "is JSON, but none that Interlock knows"),
    "other.xml": ("<a><b/></a>", BrokenFile, r"other\.xml:1: is XML, but no RDF/XML"),
    "plant.ttl": ("<a> <b> <c> .", InputError, "the source 'plant' is plant.ttl of this project"),
    "tangle.ttl": (
        "".join(f"_:a{n} <http://p> _:a{(n + 1) % 2001} .\n" for n in range(2001)),
        BrokenFile,
        "blank nodes",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("work", [import_files, preview])
def test_a_refused_file_leaves_no_trace(root: Path, tmp_path: Path, name: str, work: object) -> None:
    content, error, message = BROKEN[name]
    folder = tmp_path / "mail"
    good = advisory(folder)
    bad = folder / name
    bad.write_text(content)
    before = tree(root)
    with pytest.raises(error, match=message) as caught:
        work(opened(root), [good, bad])  # type: ignore[operator]
    assert "\n" not in str(caught.value)
    assert tree(root) == before
    assert opened(root).refresh() is None


def test_a_file_with_a_long_name_gets_a_shorter_one(root: Path, tmp_path: Path) -> None:
    file = tmp_path / f"{'x' * 250}.ttl"
    file.write_text(PLANT)
    (report,) = import_files(opened(root), [file])
    assert report.source == f"{'x' * 100}-{hashlib.sha256(file.name.encode()).hexdigest()[:8]}"
    assert (root / report.path).read_text() == PLANT


def test_what_is_no_file_leaves_no_trace(root: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.ttl")
    (tmp_path / "circle").symlink_to("circle")
    before = tree(root)
    for file in (
        tmp_path,
        tmp_path / "none.ttl",
        tmp_path / "circle",
        tmp_path / "pipe.ttl",
        Path("/dev/zero"),
        root / "record",
    ):
        with pytest.raises(InputError):
            import_files(opened(root), [advisory(tmp_path / "mail"), file])
        assert tree(root) == before


@pytest.mark.parametrize("step", ["convert", "record"])
@pytest.mark.parametrize("again", [False, True])
def test_a_commit_that_fails_leaves_no_trace(root: Path, tmp_path: Path, step: str, *, again: bool) -> None:
    if again:
        import_files(opened(root), [advisory(tmp_path / "mail")])
    document = json.loads(json.dumps(MINIMAL))
    document["document"]["title"] = "Another title"
    before = tree(root)

    def fail(name: str) -> None:
        if name == step:
            raise InterlockError("the disk is full")

    with pytest.raises(InterlockError, match="the disk is full"):
        import_files(opened(root), [advisory(tmp_path / "later", document)], on_step=fail)
    assert tree(root) == before
    assert opened(root).refresh() is None


def test_the_real_advisories_import_in_one_go(root: Path, shared: Path) -> None:
    files = sorted((shared / "testdata" / "csaf" / "cisa").glob("*.json"))
    reports = import_files(opened(root), files)
    assert len(reports) == len(files) == 22
    assert all(counts(report)[0] > 5 and counts(report)[1:] == (0, 0, 0) for report in reports)
    before = tree(root)
    assert all(counts(report)[:3] == (0, 0, 0) for report in import_files(opened(root), files))
    assert tree(root) == before


@pytest.fixture
def run(root: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.chdir(root)
    app = typer.Typer()
    app.command()(command)
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


def test_the_command_prints_what_changed(run: object, tmp_path: Path) -> None:
    file = advisory(tmp_path / "mail")
    text = run(file)  # type: ignore[operator]
    assert text.exit_code == 0
    assert "ex-2026-001 (csaf): 17 added, 0 modified, 0 retired, 0 unchanged" in text.stdout
    assert "… and 7 more" in text.stdout
    again = json.loads(run(file, "--format", "json").stdout)  # type: ignore[operator]
    assert again["rows"] == []
    assert again["notes"][0]["text"] == "ex-2026-001 (csaf): 0 added, 0 modified, 0 retired, 17 unchanged"


def test_the_command_previews_and_lists(run: object, root: Path, tmp_path: Path) -> None:
    before = tree(root)
    result = json.loads(run(advisory(tmp_path / "mail"), "--dry-run", "--format", "json").stdout)  # type: ignore[operator]
    assert len(result["rows"]) == 17
    assert {row[1] for row in result["rows"]} == {"added"}
    assert tree(root) == before
    kinds = json.loads(run("--list", "--format", "json").stdout)  # type: ignore[operator]
    assert ["csaf", "CSAF 2.0 advisory or VEX"] in kinds["rows"]
    wrong = run()  # type: ignore[operator]
    assert isinstance(wrong.exception, InputError)
    assert "name the files to import" in str(wrong.exception)


def test_imports_at_the_same_time_wait_for_each_other(root: Path, tmp_path: Path) -> None:
    waiting = opened(root)
    first, second = (advisory(tmp_path / name, {**MINIMAL, "n": name}, f"{name}.json") for name in ("one", "two"))

    def meanwhile(step: str) -> None:
        if step == "record" and not done:
            config = (root / "interlock.toml").read_text()
            (root / "interlock.toml").write_text(config.replace("[settings]\n", "[settings]\nlock-wait-seconds = 0\n"))
            with pytest.raises(Busy, match=r"\.interlock/import is held by process"):
                import_files(opened(root), [second])
            (root / "interlock.toml").write_text(config)
            done.append(step)

    done: list[str] = []
    import_files(opened(root), [first], on_step=meanwhile)
    assert done
    import_files(waiting, [second])  # opened before the first was in
    assert [entry.name for entry in opened(root).config.sources] == ["plant", "one", "two"]


def test_a_source_is_there_at_every_moment_of_its_replacement(root: Path, tmp_path: Path) -> None:
    import_files(opened(root), [advisory(tmp_path / "a")])
    changed = json.loads(json.dumps(MINIMAL))
    changed["document"]["title"] = "Another title"
    seen: list[bool] = []
    place = root / "sources" / "imported" / "ex-2026-001.json"
    replace = Path.replace

    def watched(self: Path, target: Path) -> Path:
        seen.append(place.exists())
        return replace(self, target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "replace", watched)
        import_files(opened(root), [advisory(tmp_path / "b", changed)])
    assert seen
    assert all(seen)
    assert not [path for path in place.parent.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("words", [["--format", "turtle"], ["--output", "none/report.txt"]])
def test_a_report_that_can_not_be_written_stops_an_import_first(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.chdir(root)
    app = typer.Typer()
    app.command()(command)
    before = tree(root)
    done = CliRunner().invoke(app, [str(advisory(tmp_path / "mail")), *words])
    assert isinstance(done.exception, InputError)
    assert "can't be written" in str(done.exception)
    assert tree(root) == before


def test_a_file_that_states_nothing_says_so(root: Path, tmp_path: Path) -> None:
    (report,) = import_files(opened(root), [advisory(tmp_path / "mail")], kind="jsonld")
    assert [caveat.what for caveat in report.caveats] == [
        "states nothing that could be read as RDF: is it of another kind?"
    ]
