"""Interlock over HTTP: the questions and the graph, read-only."""
