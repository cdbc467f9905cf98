"""Interlock: a knowledge graph of the security and safety case of industrial plants and products."""
