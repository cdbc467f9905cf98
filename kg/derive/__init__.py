"""Facts that follow from others, kept in the graph ``graph/derived`` and brought forward by what a change touches."""
