"""Files of other tools become facts in Interlock's words: one module per format, one named graph per source.

An importer is a pure function from a file and the project's base IRI to sorted N-Triples; it knows no project, fetches
nothing, and gives the same lines for the same statements, whatever their order in the file.
"""
