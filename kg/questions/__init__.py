"""Stored questions: one `.rq` file each, whose header feeds the command line, HTTP and the docs.

A file is portable SPARQL 1.1 with comments. The lines that begin with ``#+`` are its header, in TOML:

    #+ id = "Q1"                    its number
    #+ title = "…"                  one line
    #+ description = "…"            what it answers and how
    #+ kind = "trace"               or "table"
    #+ clauses = ["IEC …"]          the clauses that it serves
    #+ scope = "…"                  what it looks at
    #+ command = "impact"           the command that asks it of an item (impact, why, trace); left out: only `ask` does
    #+ [[parameter]]                name, help, type (item, string, integer, date), classes, required, default, choices
    #+ reviews = true               of a trace: tells, as `review`, the worst state of the links that lead to an entry
    #+ [[note]]                     code, text: goes with every answer

A **table** has ``[[column]]`` (name, help), each a variable of its one SELECT query. The query takes the value of a
parameter ``p`` at ``VALUES ?p { }``; the block goes away where the parameter is not given. Rows come without doubles
and sorted by their columns, numbers as people count. With ``group = "a"`` and ``least = ["b", …]`` the columns b … hold
the least value of all rows with the same a, and only the rows stay that have the least of the first.

A **trace** starts from the parameter ``item`` and puts what it reaches into ``[[bucket]]``s: name, help, classes of
what belongs into it, ``governing = true`` where entries are marked governing or contributing; contributing ones are
listed, and only a step with ``contributing`` goes on from them. The start counts as an entry of each bucket that takes
its class, without being listed. Then come its steps; each is a header block with one ``[[step]]``, followed by one
query that is valid on its own:

    #+ [[step]]
    #+ from = ["requirements"]      the buckets whose entries are the frontier; ["start"] for the item asked of
    #+ to = ["components", …]       the buckets for what is reached: the first that takes the class of it
    #+ link = ["il:answers"]        what the link says; one more than there are ?via columns
    #+ when = ["Hazard"]            only where the start has one of these classes
    #+ of = ["SystemRequirement"]   only entries of these classes; not_of = […]: all but these
    #+ contributing = true          the frontier is the entries that only contribute, and so does what it reaches
    #+ repeat = true                entries that it adds to its own `from` are asked again, until nothing is new
    #+ otherwise = "…"              what is wrong with an entry from which it reaches nothing
    SELECT ?from ?to … WHERE { VALUES ?from { } … }

The frontier is written into ``VALUES ?from { }`` in blocks of 1,000. Columns: ``?from``; ``?to``, what is reached (a
row without it only says that nothing is missing); ``?class`` of it, which saves looking it up where most nodes are new;
``?link``, the property; ``?via…``, nodes between the two; ``?governing``, a truth value. Blocks with ``[[facts]]``
(``[[facts.column]]`` with name, help) tell more about all entries in the same way.

Wording decides the cost (FINDINGS: "Wording outweighs the engine"). One chain of patterns behind the frontier stays
bound in every engine; so do ``FILTER(?link IN (…))`` on an unbound property, paths ``a|b`` and ``a/b``, and OPTIONAL
with one path in it, which must not follow VALUES directly (rdflib loses rows there). A second VALUES, a UNION of joins,
and OPTIONAL or EXISTS with several patterns make an engine join against the whole store: such a question is several
steps instead.
"""

from __future__ import annotations

from kg.questions.asking import Asker
from kg.questions.header import Question
from kg.questions.header_parser import parse_question
from kg.questions.library import all_questions, find_question
from kg.questions.walk import Plan, Walk, walk

__all__ = ["Asker", "Plan", "Question", "Walk", "all_questions", "find_question", "parse_question", "walk"]
