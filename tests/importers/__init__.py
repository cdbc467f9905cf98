"""Importers, each held against the plain file."""
