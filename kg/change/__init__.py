"""What changed and what follows: suspects, baselines, differences, the log."""
