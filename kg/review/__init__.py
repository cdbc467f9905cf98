"""Reviews: what an item says, told by a fingerprint; how links stand by the records about them; decisions.

What an item says: content, fingerprint (one by one), streaming (all at once). The links along which suspicion spreads,
lifted to the owners of parts: links, memo. What was decided, what items said then, and so how a link stands: records,
past, since, states. Decisions, which links they cover, against what, what is recorded: acts, choose, decide, places.
Both sides of a change, for people and programs, and OSLC Link Validity: sides, tables, lvs.
"""
