"""Interlock over HTTP: the stored questions and SPARQL, read-only.

`server.app.create_app` makes the Flask application of a project, `server.run.serve` runs it. Nothing here commits: each
request is answered from the snapshot that is current when it comes, and what another process commits is there for the
next one.

    GET  /health               whether there is something to ask, and which snapshot; asks nothing
    GET  /questions            the stored questions, as their headers say
    GET  /questions/<name>     the answer to one, its parameters as ?name=value
    GET  /impact/<item>        the answer of the command of that name; /why/<item> and /trace/<item> likewise
    GET  /sparql?query=…       SPARQL 1.1 Query; POST takes a form, or the query as it is

An item is an identifier, a CURIE or an IRI, percent-encoded where its characters need it. Answers to questions are JSON
or CSV as `kg.report` writes them; rows of SPARQL are SPARQL 1.1 JSON or CSV, graphs Turtle or N-Triples. ``Accept``
chooses, ``?format=json|csv|turtle|ntriples`` wins over it. Every error is ``{"error": {"code", "message"}}``.
"""
