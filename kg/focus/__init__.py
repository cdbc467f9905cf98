"""What a change touches: from the statements that came and went, which units must run again, and what those read.

A unit is whatever is computed for one focus node at a time: a rule, a derivation, a question. Two ways to know what it
reads:

- **by its text** (`shapes`, `queries`, `traces`): a rule or query is compiled to a `footprint`, an automaton whose
  edges are reads. Walked backwards from what came and went (`touch`) it gives the focus nodes to look at again; walked
  forwards (`neighbourhood`) it cuts out of the facts all that the unit can read from them. Both walk in one `view`.
- **by recording** (`reads`): a unit in Python reads through a recorder, and a log tells who read what has changed.

Each of them may name too many focus nodes, never too few; where nobody can tell, it says so (`Opaque`, `Everything`,
`TooMuch`), and the unit is to be run in full.
"""
