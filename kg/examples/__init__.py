"""The example projects that ship with Interlock, as folders of data.

``plant/``: automation and safety systems of a plant after the Tennessee Eastman process. Ten zones, thirteen conduits,
components that are instances of real products, threat scenarios, risk, targets, requirements, countermeasures, safety
functions and the acts of the people behind them, in readable Turtle (``model/``), with advisories in CSAF form
(``advisories/``). It holds planted faults: each is marked ``Planted fault PF-nn`` in a comment where it sits.

``tutorial/``: one pump station in one zone, commented line by line, with two faults to find and cure.

The folders are copied, never read in place: ``interlock init --example`` and ``--tutorial`` make projects of them.
"""
