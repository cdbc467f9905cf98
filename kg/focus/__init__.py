"""What a change touches: from the triples that came and went, which units must run again, and what those read."""
