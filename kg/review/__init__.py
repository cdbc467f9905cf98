"""Reviews: what an item says, told by a fingerprint; how links stand by the records about them; decisions.

    content, fingerprint, streaming   what counts of an item, and its fingerprint, one by one or all at once
    links, memo                       the links along which suspicion spreads, lifted to the owners of parts
    records, past, since, states      what was decided, what items said then, and so how a link stands
    acts, choose, decide, places      decisions: which links they cover, against what, and what is recorded
    sides, tables, lvs                both sides of a change, for people and programs; OSLC Link Validity
"""
