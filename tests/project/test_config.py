"""interlock.toml is read strictly: one line says what is wrong and what would be right."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from kg.errors import BrokenFile, InputError
from kg.project.config import FILE, SourceEntry, read_config
from kg.project.project import Project
from kg.project.settings import SETTINGS, Settings
from kg.project.sources import StatCache, find_sources, graph_of, name_of, parse_limits
from kg.project.start import add_source, init_project
from kg.rdf.guard import Limits
from kg.rdf.names import PREFIXES

if TYPE_CHECKING:
    from pathlib import Path

HEAD = '[project]\nbase = "https://plant.example/"\n'
FULL = """
profile = "soc"
[project]
base = "https://plant.example/"
title = "Plant"
[[source]]
name = "plant"
path = "sources/*.ttl"
[[source]]
name = "advisories"
path = "a.json"
kind = "csaf"
[methods]
risk = "matrix"
[rules]
paths = ["rules/*.ttl"]
[prefixes]
p = "https://plant.example/item/"
[settings]
query-rows = 2
lock-wait-seconds = 1
"""


def write(tmp_path: Path, text: str) -> Path:
    file = tmp_path / FILE
    file.write_text(text)
    return file


def test_all_that_may_be_said(tmp_path: Path) -> None:
    config = read_config(write(tmp_path, FULL))
    assert (config.base, config.title, config.profile) == ("https://plant.example/", "Plant", "soc")
    assert config.sources == (
        SourceEntry("plant", "sources/*.ttl"),
        SourceEntry("advisories", "a.json", "csaf"),
    )
    assert config.methods == {"risk": "matrix"}
    assert config.rules == ("rules/*.ttl",)
    assert config.prefixes == {**PREFIXES, "p": "https://plant.example/item/", "": "https://plant.example/"}
    assert config.settings.whole("query-rows") == 2
    assert config.settings.number("lock-wait-seconds") == 1.0
    assert config.settings.whole("snapshots-kept") == 5


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"\[project\] has no 'base'; write base = "),
        ("[project]\nbase = 1", "'base' of .project. must be a text, not 1"),
        (
            '[project]\nbase = "https://p.example/"\n[rules]\npaths = "a.ttl"',
            "'paths' of .rules. must be a list of texts",
        ),
        (
            '[project]\nbase = "https://p.example/"\n[rules]\npaths = ["../a.ttl"]',
            "must lie inside the project's folder",
        ),
        (
            '[project]\nbase = "https://p.example/"\n[rules]\npath = []',
            "unknown key of .rules. 'path'; did you mean 'paths'",
        ),
        ('[project]\nbase = "https://plant.example"', "must be an absolute IRI that ends in '/' or '#'"),
        ('[project]\nbase = "plant/"', "must be an absolute IRI"),
        ('[project]\nbase = "https://a b/"', "must be an absolute IRI"),
        ('project = "x"', r"'project' must be a table, \[project\]"),
        (HEAD + "titel = 'x'", r"unknown key of \[project\] 'titel'; did you mean 'title'\?"),
        ("sources = []\n" + HEAD, "unknown key 'sources'; did you mean 'source'"),
        (HEAD + "[source]\nname = 'x'", r"written as \[\[source\]\], with two brackets"),
        ("source = ['x']\n" + HEAD, r"written as \[\[source\]\]"),
        (HEAD + "[[source]]\nname = 'x'", "source 'x' has no 'path'"),
        (HEAD + "[[source]]\nname = 'a/b'\npath = 'x'", "source name 'a/b' must be letters"),
        (HEAD + "[[source]]\nname = 'a'\npath = '../x'", "must lie inside the project's folder"),
        (HEAD + "[[source]]\nname = 'a'\npath = '/etc/passwd'", "must lie inside the project's folder"),
        (HEAD + "[[source]]\nname = 'a'\npath = 'x'\nsort = 1", r"unknown key of \[\[source\]\] 'sort'"),
        (HEAD + 2 * "[[source]]\nname = 'a'\npath = 'x'\n", "two sources are called 'a'"),
        (
            HEAD + "[settings]\nlock-wait-second = 1",
            "unknown setting 'lock-wait-second'; did you mean 'lock-wait-seconds'",
        ),
        (HEAD + "[settings]\nzzz = 1", "unknown setting 'zzz'; there are: blank-node-count, "),
        (HEAD + "[settings]\nsnapshots-kept = '5'", "'snapshots-kept' must be a whole number, not '5'"),
        (HEAD + "[settings]\nsnapshots-kept = true", "'snapshots-kept' must be a whole number, not True"),
        (HEAD + "[settings]\nsnapshots-kept = 1.5", "'snapshots-kept' must be a whole number, not 1.5"),
        (HEAD + "[settings]\nsnapshots-kept = 0", "'snapshots-kept' must be at least 1, not 0"),
        (HEAD + "[settings]\nquery-seconds = inf", "'query-seconds' must be at most 1e.09, not inf"),
        (HEAD + "[settings]\nquery-memory = 9999999999999999999", "'query-memory' must be at most"),
        (HEAD + '[[source]]\nname = "a"\npath = "**b"', r"in the path '\*\*b', \*\* must stand between slashes"),
        (HEAD + '[rules]\npaths = ["a/b**"]', r"in the path 'a/b\*\*', \*\* must stand between slashes"),
        (HEAD + '[[source]]\nname = "a"\npath = "a*\\u0000"', "holds a NUL character"),
        (HEAD + '[prefixes]\na = "no iri"', "prefix 'a' must stand for an absolute IRI, not 'no iri'"),
        ("a = " + "[" * 5000, "nests its brackets too deep"),
        (HEAD + "[settings]\nquery-seconds = nan", "'query-seconds' must be at least 0.1, not nan"),
        (HEAD + "[prefixes]\nil = 'https://x/'", "'il' under .prefixes. is one of Interlock's own"),
        (HEAD + "[prefixes]\n'a b' = 'https://x/'", "'a b' under .prefixes. is no prefix"),
        (HEAD + "[methods]\nrisk = 3", r"'risk' of \[methods\] must be a text"),
    ],
)
def test_what_is_wrong_is_one_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read_config(write(tmp_path, text))
    assert str(caught.value).startswith("interlock.toml: ")


def test_broken_toml_has_its_place(tmp_path: Path) -> None:
    with pytest.raises(BrokenFile, match=r"^interlock\.toml:2:\d+: is no valid TOML: "):
        read_config(write(tmp_path, "[project]\nbase = \n"))
    (tmp_path / FILE).write_bytes(b"\xff\xfe")
    with pytest.raises(BrokenFile, match="is no UTF-8 text"):
        read_config(tmp_path / FILE)


def test_settings_have_the_defaults_of_what_they_set() -> None:
    limits = parse_limits(read_config_of_defaults())
    assert limits == Limits()
    assert [name for name, _ in Settings().items()] == [setting.name for setting in SETTINGS]
    assert all(setting.help and not setting.help.endswith(".") for setting in SETTINGS)


def read_config_of_defaults():
    from kg.project.config import Config

    return Config("https://plant.example/")


def test_sources_by_pattern_and_by_name(tmp_path: Path) -> None:
    for name in ("b.ttl", "a.ttl", ".hidden.ttl", "c d.ttl", "deep/e.ttl"):
        (tmp_path / "s" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "s" / name).touch()
    entries = (
        "[[source]]\nname = 'x'\npath = 's/*.ttl'\n"
        "[[source]]\nname = 'deep'\npath = 's/**/e.ttl'\n[[source]]\nname = 'one'\npath = 's/a.ttl'\nkind = 'turtle'\n"
    )
    config = read_config(write(tmp_path, HEAD + entries))
    found = [(one.name, one.shown, one.kind) for one in find_sources(tmp_path, config)]
    assert found == [
        ("x/a", "s/a.ttl", ""),
        ("x/b", "s/b.ttl", ""),
        ("x/c d", "s/c d.ttl", ""),
        ("deep/e", "s/deep/e.ttl", ""),
        ("one", "s/a.ttl", "turtle"),
    ]
    assert graph_of(config.base, "x/c d") == "https://plant.example/graph/source/x/c%20d"
    assert name_of(graph_of(config.base, "x/c d")) == "x/c d"


def test_a_wide_pattern_leaves_out_what_is_hidden_and_the_records(tmp_path: Path) -> None:
    names = (".interlock/snapshots/x/manifest.json", "record/changes/y.json", "s/.git/z.json", "s/.w.json", "s/a.json")
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    config = read_config(write(tmp_path, HEAD + "[[source]]\nname = 'x'\npath = '**/*.json'\n"))
    assert [one.shown for one in find_sources(tmp_path, config)] == ["s/a.json"]


def test_sources_that_clash_or_are_missing(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").touch()
    (tmp_path / "a.nt").touch()
    config = read_config(write(tmp_path, HEAD + "[[source]]\nname = 'x'\npath = 'a.*'\n"))
    with pytest.raises(InputError, match=r"a\.nt and a\.ttl would both be the source 'x/a': rename"):
        find_sources(tmp_path, config)
    config = read_config(write(tmp_path, HEAD + "[[source]]\nname = 'x'\npath = 'none.ttl'\n"))
    with pytest.raises(InputError, match=r"source 'x' names none\.ttl, which is no file: put it back"):
        find_sources(tmp_path, config)


def test_a_file_name_of_another_encoding_is_refused(tmp_path: Path) -> None:
    name = os.fsdecode(b"a\xff.ttl")
    (tmp_path / name).touch()
    config = read_config(write(tmp_path, HEAD + '[[source]]\nname = "a"\npath = "*.ttl"'))
    with pytest.raises(InputError, match=r"'a\\udcff\.ttl' is no UTF-8: rename it"):
        find_sources(tmp_path, config)


@pytest.mark.parametrize("damage", ["[]", "7", "null", '{"x": 1}', '{"x": [1]}'])
def test_a_damaged_memory_of_digests_is_forgotten(tmp_path: Path, damage: str) -> None:
    memory, file = tmp_path / "memory.json", tmp_path / "x"
    memory.write_text(damage.replace("x", str(file)))
    file.write_text("abc")
    # FIPS 180-2, appendix B.1
    expected = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert StatCache(memory).digest(file) == expected


def test_digests_that_can_not_be_kept_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / "memory.json").mkdir()
    file = tmp_path / "x"
    file.write_text("abc")
    os.utime(file, (0, 0))
    cache = StatCache(tmp_path / "memory.json")
    cache._new["gone"] = [0, 0, 0, 0, ""]  # noqa: SLF001 - something to keep, without waiting for the clock
    cache.save()
    assert cache.digest(file).startswith("sha256:ba78")


def test_init_keeps_what_is_no_text_and_makes_nothing_for_a_bad_base(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_bytes(b"\xff\xfe")
    init_project(tmp_path)
    assert (tmp_path / ".gitignore").read_bytes().startswith(b"\xff\xfe\n# The index")
    with pytest.raises(InputError, match="must be an absolute IRI"):
        init_project(tmp_path / "new", base="x")
    assert not (tmp_path / "new").exists()


def test_init_makes_a_project_once(tmp_path: Path) -> None:
    folder = tmp_path / "My Plant (north)"
    file = init_project(folder, title='The "north" plant')
    assert file == folder / FILE
    config = read_config(file)
    assert (config.base, config.title) == ("https://example.org/my-plant-north/", 'The "north" plant')
    assert ".interlock/" in (folder / ".gitignore").read_text()
    assert "record/** -text" in (folder / ".gitattributes").read_text()
    assert Project.find(folder / "sources").root == folder
    with pytest.raises(InputError, match="is a project already"):
        init_project(folder)


def test_init_keeps_what_is_there_and_refuses_a_bad_base(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("mine")
    with pytest.raises(InputError, match="must be an absolute IRI"):
        init_project(tmp_path, base="nonsense")
    assert not (tmp_path / FILE).exists()
    init_project(tmp_path, base="https://plant.example/#")
    assert (tmp_path / ".gitignore").read_text().startswith("mine\n#")


def test_a_source_is_added_at_the_end_or_not_at_all(tmp_path: Path) -> None:
    file = write(tmp_path, "# kept\n" + HEAD.rstrip())
    add_source(tmp_path, SourceEntry("a", "sources/ä.ttl"))
    add_source(tmp_path, SourceEntry("b", "b.json", "csaf"))
    assert read_config(file).sources == (SourceEntry("a", "sources/ä.ttl"), SourceEntry("b", "b.json", "csaf"))
    before = file.read_text()
    assert before.startswith("# kept\n")
    for entry in (SourceEntry("a", "x.ttl"), SourceEntry("c", "../x.ttl"), SourceEntry("c/d", "x.ttl")):
        with pytest.raises(InputError):
            add_source(tmp_path, entry)
        assert file.read_text() == before
