"""The open project: configuration, sources, records, commits, and finding items by name."""
