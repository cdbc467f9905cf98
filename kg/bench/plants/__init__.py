"""Plants of the example's shape, made from a seed: more triples are more systems, never bigger ones."""

from __future__ import annotations

from kg.bench.plants.generate import LARGEST, PLANT, SMALLEST, Plant, generate

__all__ = ["LARGEST", "PLANT", "SMALLEST", "Plant", "generate"]
