"""Every stored question: its header, its SPARQL, its words. And what a wrong header is told."""

from __future__ import annotations

import re

import pytest
from question_cases import builtin
from rdflib.plugins.sparql import prepareQuery

from kg.data import questions_folder
from kg.errors import BrokenFile, InputError
from kg.questions import Question, all_questions, find_question, parse_question
from kg.rdf.names import NS

QUESTIONS = all_questions()


def queries(question: Question) -> list[str]:
    own = [question.query] if question.query else []
    return own + [step.query for step in question.steps] + [facts.query for facts in question.facts]


@pytest.mark.parametrize("slug", QUESTIONS)
def test_each_query_is_sparql_1_1_on_its_own(slug: str) -> None:
    for query in queries(QUESTIONS[slug]):
        prepareQuery(query)
        assert not re.search(r"\b(SERVICE|LATERAL|FROM)\b", query)


@pytest.mark.parametrize("slug", QUESTIONS)
def test_each_word_of_ours_is_defined(slug: str) -> None:
    text = (questions_folder() / f"{slug}.rq").read_text("utf-8")
    question = QUESTIONS[slug]
    named = {name for p in question.parameters for name in p.classes} | {c for b in question.buckets for c in b.classes}
    named |= {name for step in question.steps for name in (*step.when, *step.of, *step.not_of)}
    defined = set(re.findall(rf"<{re.escape(NS)}([A-Za-z]+)> <[^>]*type>".encode(), builtin()))
    used = {name.encode() for name in set(re.findall(r"\bil:([A-Za-z]+)", text)) | named}
    assert used <= defined


@pytest.mark.parametrize("slug", QUESTIONS)
def test_columns_and_parameters_are_variables_of_the_queries(slug: str) -> None:
    question = QUESTIONS[slug]
    text = " ".join(queries(question))
    for column in (*question.columns, *(c for facts in question.facts for c in facts.columns)):
        assert f"?{column.name}" in text
    blocks = set(re.findall(r"VALUES \?(\w+) \{ \}", text)) - {"from"}
    walked = {"item"} if question.kind == "trace" else set()
    assert blocks == {parameter.name for parameter in question.parameters} - walked


@pytest.mark.parametrize("slug", QUESTIONS)
def test_links_are_named_for_each_hop(slug: str) -> None:
    for step in QUESTIONS[slug].steps:
        head = step.query.partition("WHERE")[0]
        hops = 1 + len(re.findall(r"\?via\w*", head))
        assert not step.targets or "?link" in head or len(step.links) == hops


def test_numbers_are_each_used_once() -> None:
    assert len({question.id for question in QUESTIONS.values()}) == len(QUESTIONS)


def test_a_question_is_found_by_number_and_by_name() -> None:
    assert find_question("q1") == find_question("Threat-Impact") == QUESTIONS["threat-impact"]
    with pytest.raises(InputError, match=r"no question is called 'orfans'; nearest: orphans"):
        find_question("orfans")
    with pytest.raises(InputError, match=r"there are: Q1 threat-impact"):
        find_question("???")


HEAD = """\
#+ id = "Q9"
#+ title = "T"
#+ description = "D"
#+ kind = "trace"
#+ clauses = []
#+ scope = "s"
#+ [[parameter]]
#+ name = "item"
#+ help = "h"
#+ required = true
#+ [[bucket]]
#+ name = "found"
#+ help = "h"
"""
STEP = """
#+ [[step]]
#+ from = ["start"]
#+ to = ["found"]
#+ link = ["x"]
SELECT ?from ?to WHERE { VALUES ?from { } ?from ?p ?to }
"""


def test_a_right_header_is_read() -> None:
    question = parse_question("own", HEAD + STEP + STEP.replace('["start"]', '["found"]'))
    assert [step.start for step in question.steps] == [True, False]
    assert question.steps[1].sources == ("found",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT * WHERE { ?s ?p ?o }", r"own\.rq: has no `#\+` header"),
        (HEAD.replace('"Q9"', "Q9") + STEP, r"own\.rq:1: its header is no TOML"),
        (HEAD.replace("clauses", "clause") + STEP, r"unknown key 'clause' in the header; did you mean 'clauses'\?"),
        (HEAD + STEP.replace("link =", "lnik ="), r"unknown key 'lnik' in \[\[step\]\]"),
        (HEAD.replace('#+ scope = "s"\n', "") + STEP, r"lacks scope in the header"),
        (HEAD.replace('"trace"', '"tree"') + STEP, r"unknown kind 'tree'; there are trace, table"),
        (HEAD + STEP.replace('to = ["found"]', 'to = ["fuond"]'), r"buckets that it does not declare: fuond"),
        (HEAD + STEP.replace("VALUES ?from { } ", ""), r"a step without `VALUES \?from \{ \}` in its query"),
        (HEAD, r"needs steps if it is a trace"),
        (HEAD.replace("#+ required = true\n", "") + STEP, r"is a trace and needs a required parameter `item`"),
        (HEAD.replace('#+ scope = "s"', '#+ scope = "s"\n#+ command = "go"') + STEP, r"unknown command 'go'"),
        (HEAD + STEP + '#+ title = "again"\n', r"has title after its first query"),
        (HEAD + STEP + '#+ [[step]]\n#+ from = ["found"]\n', r"needs one query after each"),
        (HEAD.replace('"item"', '"item"\n#+ type = "number"') + STEP, r"parameter of an unknown type: item"),
    ],
)
def test_a_wrong_header_is_told_what_is_wrong(text: str, message: str) -> None:
    with pytest.raises(BrokenFile, match=message):
        parse_question("own", text)
