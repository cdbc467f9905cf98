"""The command line: one module per command, each parses its arguments, calls, and chooses a renderer."""
