"""Generated plants of any size, and our figures beside those of a reference in the same run."""
