"""What holds of every rule file: documented, with both twins, citing its clause, about terms that exist, said once."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, Literal, NamedNode, Quad, RdfFormat, parse
from rule_twins import CASES, DAY, FAIL, PASS, all_twins, ground

from kg.data import ontology_folder, shapes_folder
from kg.errors import BrokenFile
from kg.rdf.names import BASE, DCTERMS, PREFIXES, RDFS, RULE, SH, SKOS
from kg.rules import RuleSet, apply_profile, check, load_profile, packaged_rule_files, profile_names, read_rules
from kg.rules.rule import TargetKind
from kg.values import Severity

if TYPE_CHECKING:
    from pathlib import Path

    from pyoxigraph import Triple

    from kg.rules import Rule

FILES = packaged_rule_files()
RULES = read_rules(FILES)
TWINS = {twins.rule: twins for twins in all_twins()}
OURS = {"house": "house rule of Interlock", "model": "model rule of Interlock"}
CITES = re.compile(r"\((?:(?:IEC|ISA)[^()]*\d[^()]*|[^()]*(?:house|model) rule[^()]*)\)\.$")
SEVERITY_MAY_VARY = {"bridge/interaction", "model/system-requirement"}
"""Rules whose plan gives two severities: one for the general case, one for the graver or milder one."""


@pytest.fixture(scope="module")
def declared() -> set[str]:
    """Every IRI that the ontology or a catalogue is about."""
    folder = ontology_folder()
    files = [*folder.glob("*.ttl"), *(folder / "catalogue").glob("*.ttl")]
    quads = [q for file in files for q in parse(path=file, format=RdfFormat.TURTLE)]
    return {q.subject.value for q in quads if isinstance(q.subject, NamedNode)}


def each_rule() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("rule", RULES.rules, ids=lambda rule: rule.name)


def triples_of(file: Path) -> list[Triple]:
    return [q.triple for q in parse(path=file, format=RdfFormat.TURTLE)]


def objects(rule: Rule, predicate: str) -> list[NamedNode | BlankNode | Literal]:
    subject = NamedNode(rule.iri)
    file = next(f for f in RULES.files if f.shown == rule.file)
    return [t.object for t in file.triples if t.subject == subject and t.predicate.value == predicate]


def test_there_are_rules_for_each_document() -> None:
    folders = {rule.name.partition("/")[0] for rule in RULES.rules}
    standards = {"3-2-2020", "3-3-2013", "4-2-2019", "2-4-2015"}
    assert folders >= {f"iec62443-{s}" for s in standards} | {"iec61508-1-2010", "iec61511-1-2016", "bridge", *OURS}
    assert len(FILES) >= 75


@each_rule()
def test_a_rule_is_documented(rule: Rule) -> None:
    assert len(objects(rule, RDFS + "label")) == 1
    (definition,) = objects(rule, SKOS + "definition")
    assert isinstance(definition, Literal)
    assert definition.language == "en"
    assert len(definition.value.split()) >= 8
    assert rule.sources
    assert len(objects(rule, SH + "severity")) == 1


@each_rule()
def test_a_rule_is_named_after_its_file(rule: Rule) -> None:
    file = next(f for f in FILES if str(f) == rule.file)
    place = file.relative_to(shapes_folder()).with_suffix("").as_posix()
    assert rule.name == place or re.fullmatch(re.escape(place) + r"\.\d", rule.name)
    assert rule.iri == RULE + rule.name


@each_rule()
def test_a_rule_has_both_twins_and_expects_something(rule: Rule) -> None:
    twins = TWINS[rule.name]
    assert twins.facts(PASS)
    assert twins.facts(FAIL)
    assert twins.expected()


def test_every_case_belongs_to_a_rule() -> None:
    assert set(TWINS) == {rule.name for rule in RULES.rules}
    assert {f.name for f in CASES.rglob("*") if f.is_file()} == {"pass.ttl", "fail.ttl", "expected.csv"}


@each_rule()
def test_twins_differ_in_little(rule: Rule) -> None:
    lines = {w: set(TWINS[rule.name].facts(w).decode().replace(f"/{w}/", "/x/").splitlines()) for w in (PASS, FAIL)}
    assert lines[PASS] != lines[FAIL]
    assert lines[PASS] & lines[FAIL] or len(lines[PASS] | lines[FAIL]) <= 12


@each_rule()
def test_sources_are_clauses_of_a_catalogue_or_say_what_they_are(rule: Rule, declared: set[str]) -> None:
    for source in rule.sources:
        if source.startswith(BASE):
            assert source in declared
        else:
            assert source in OURS.values() or re.match(r"IEC \d+-\d+-?\d*:\d{4}[, ].*\d", source), source
    folder = rule.name.partition("/")[0]
    if folder in OURS:
        assert OURS[folder] in rule.sources or any(s.startswith(BASE) for s in rule.sources)
    else:
        assert not set(rule.sources) & set(OURS.values())


@each_rule()
def test_targets_exist(rule: Rule, declared: set[str]) -> None:
    assert rule.targets
    for target in rule.targets:
        assert target.kind is not TargetKind.QUERY
        assert target.term in declared


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(shapes_folder()).as_posix())
def test_messages_say_what_would_be_right_and_cite(file: Path) -> None:
    messages = [t.object.value for t in triples_of(file) if t.predicate.value == SH + "message"]
    assert messages
    for message in messages:
        assert CITES.search(message), message
        assert ":" in message or " must " in message or " lies " in message, message
    folder = file.parent.name
    if folder == "house":
        assert all(OURS["house"] in message for message in messages)


def test_no_message_is_used_by_two_rules() -> None:
    users: dict[str, set[str]] = defaultdict(set)
    for file in FILES:
        for t in triples_of(file):
            if t.predicate.value == SH + "message":
                users[t.object.value].add(file.name)
    assert {text: names for text, names in users.items() if len(names) > 1} == {}


def test_no_rule_file_repeats_another() -> None:
    forms: dict[str, list[str]] = defaultdict(list)
    for file in FILES:
        forms[form(file)].append(file.name)
    assert [names for names in forms.values() if len(names) > 1] == []


def form(file: Path) -> str:
    """Return what a file demands, whatever its rules are called and whatever they say about themselves."""
    words = {RDFS + "label", SKOS + "definition", DCTERMS + "source", SH + "message", SH + "severity", SH + "declare"}
    names: dict[str, BlankNode] = {}
    data = Dataset()
    for t in triples_of(file):
        if t.predicate.value in words | {SH + "prefixes", SH + "prefix", SH + "namespace"}:
            continue
        subject = t.subject
        if isinstance(subject, NamedNode) and subject.value.startswith(RULE):
            subject = names.setdefault(subject.value, BlankNode())
        data.add(Quad(subject, t.predicate, t.object))
    data.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return "\n".join(sorted(str(quad) for quad in data))


@each_rule()
def test_all_parts_of_a_rule_are_as_severe_as_it_says(rule: Rule) -> None:
    (stated,) = objects(rule, SH + "severity")
    file = next(f for f in RULES.files if f.shown == rule.file)
    mine = {NamedNode(name) for name, shape in RULES.shapes.items() if shape.rule == rule.iri}
    severities = {t.object for t in file.triples if t.subject in mine and t.predicate.value == SH + "severity"}
    silent = mine - {t.subject for t in file.triples if t.predicate.value == SH + "severity"}
    assert silent == set()
    assert severities == {stated} or rule.name in SEVERITY_MAY_VARY


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(shapes_folder()).as_posix())
def test_queries_are_portable(file: Path) -> None:
    for t in triples_of(file):
        assert t.predicate.value != SH + "class", "sh:class is quadratic where it is nested"
        if t.predicate.value == SH + "select":
            text = t.object.value
            assert not re.search(r"\b(VALUES|MINUS|SERVICE|LATERAL|GRAPH|NOW)\b", text), "not allowed or not portable"
            assert not re.search(r"\{\s*SELECT", text), "a nested query would lose $this"
            assert not re.search(r"\?(until|from|today|due)\s*[<>]", text), "dates compare as text: STR(?a) < STR(?b)"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(shapes_folder()).as_posix())
def test_a_file_declares_the_prefixes_of_its_queries(file: Path) -> None:
    facts = triples_of(file)
    declared: dict[str, str] = {}
    prefixes = {t.subject: t.object.value for t in facts if t.predicate.value == SH + "prefix"}
    for t in facts:
        if t.predicate.value == SH + "namespace":
            declared[prefixes[t.subject]] = t.object.value
    used = {
        name
        for t in facts
        if t.predicate.value == SH + "select"
        for name in re.findall(r"(?<![\w:?$-])([A-Za-z][\w-]*):[A-Za-z]", t.object.value)
    }
    assert used == set(declared)
    assert all(PREFIXES[name] == namespace for name, namespace in declared.items())


def test_the_rules_speak_only_of_terms_that_are_defined() -> None:
    check([ground(), *catalogues()], RULES, as_of=DAY)


def catalogues() -> list[bytes]:
    folder = ontology_folder() / "catalogue"
    quads = [q for file in folder.glob("*.ttl") for q in parse(path=file, format=RdfFormat.TURTLE)]
    return [f"{q.triple} .\n".encode() for q in quads]


@pytest.mark.parametrize(
    ("file", "right", "wrong"),
    [
        ("iec62443-3-2-2020/ZCR-1.1.ttl", "il:perimeter ;", "il:perimetre ;"),
        ("iec62443-3-2-2020/ZCR-1.1.ttl", "il:SystemUnderConsideration ;", "il:SystemUnderConsiderations ;"),
        ("iec62443-3-2-2020/ZCR-1.1.ttl", "sh:minCount 1", "sh:mincount 1"),
        ("iec62443-3-2-2020/ZCR-5.12.ttl", "$this il:residualRisk ?value", "$this il:residualRsk ?value"),
        ("iec62443-2-4-2015/SP.05.ttl", "sh:targetNode iec62443-2-4:SP.05 ", "sh:targetNode iec62443-2-4:SP.50 "),
    ],
)
def test_a_misspelt_term_is_refused(tmp_path: Path, file: str, right: str, wrong: str) -> None:
    text = (shapes_folder() / file).read_text(encoding="utf-8")
    assert right in text
    spoilt = tmp_path / "spoilt.ttl"
    spoilt.write_text(text.replace(right, wrong), encoding="utf-8")
    with pytest.raises(BrokenFile):
        check([ground()], read_rules([spoilt]), as_of=DAY)


def test_ontology_and_catalogues_alone_break_no_rule() -> None:
    every = [f"<{BASE}ns#CatalogueEntry> <{RDFS}subClassOf> <{BASE}ns#Item> .\n".encode()]
    names = {rule.name for rule in RULES.rules}
    found = check([ground(), *catalogues(), *every], RULES, as_of=DAY).items
    assert [finding for finding in found if finding.name in names] == []


@pytest.mark.parametrize("name", profile_names())
def test_a_profile_chooses_rules_that_exist(name: str) -> None:
    profile = load_profile(name)
    chosen = apply_profile(RULES, profile)
    assert profile.title
    assert profile.description
    assert len(chosen.rules) >= 20 if name != "model" else {r.name.partition("/")[0] for r in chosen.rules} == {"model"}


def test_the_profiles_of_the_standards_hold_all_rules_of_their_standards() -> None:
    def folders(name: str) -> dict[str, int]:
        count: dict[str, int] = defaultdict(int)
        for rule in chosen(name).rules:
            count[rule.name.partition("/")[0]] += 1
        return count

    def chosen(name: str) -> RuleSet:
        return apply_profile(RULES, load_profile(name))

    everything = folders("all")
    security, safety = folders("iec62443"), folders("iec61511")
    for folder, rules in everything.items():
        if folder.startswith("iec62443"):
            assert security[folder] == rules
        if folder.startswith("iec615"):
            assert safety[folder] == rules
    assert security["bridge"] == safety["bridge"] == everything["bridge"]
    assert "house" not in folders("assessment")


def test_violations_are_what_the_standards_demand_and_advice_is_ours() -> None:
    for rule in RULES.rules:
        if rule.name.startswith("house/"):
            assert rule.severity is Severity.INFO
