"""RDF itself: names, terms, guarded parsing, canonical form. Knows nothing of projects or standards."""
