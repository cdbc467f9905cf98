"""The words of Interlock: what they are, whether they are in order, and who uses them.

`vocabulary` reads them, `check` judges them (ours, or an extension of somebody else's), `usage` tells where they are
used, `context`, `formatting` and `pages` write the JSON-LD context, canonical files and the HTML.
"""
