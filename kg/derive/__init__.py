"""Facts that follow from others, kept in the graph ``graph/derived`` and brought forward by what a change touches.

Only what somebody asks for is kept: what is wrong, suspect or unmet, and why; not every step on the way. The graph
follows from the other graphs, the records and the set of derivations alone, so it may be dropped at any time.

A derivation is a file ``<name>.rq`` in this folder: portable SPARQL 1.1 with a header, lines that begin with ``#+``, in
TOML:

    #+ id = "D1"                    its number
    #+ title = "…"                  one line
    #+ description = "…"            what it says of what, and why
    #+ stratum = 1                  from 1; it may read what lower strata derive, nothing of its own or of higher ones
    #+ clauses = ["IEC …"]          the clauses that it serves
    CONSTRUCT { ?focus il:lostSource ?source } WHERE { VALUES ?focus { } … }

Each triple that it makes has ``?focus`` as its subject, statements of the template are parted by `` ; `` or `` . ``
between spaces, and the query is bound by one ``VALUES ?focus { }``: a full run takes it out, and a run after a change
writes the focus nodes that the change touches into it, in blocks of 1,000. Which these are follows from the query's
text (`kg.focus`), so nothing has to be declared; what can't be told makes a full run, and a note says so.

What SPARQL can't say, or is slow at, is a class (`kg.derive.unit.Computation`) that computes one focus node at a time.
What it reads is recorded, and it runs again where one of these reads would find something else.

Whatever way: after a change the graph is what a full run would have made of it.
"""

from __future__ import annotations

from kg.derive.run import Derivations

__all__ = ["Derivations"]
