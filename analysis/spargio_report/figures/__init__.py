"""One file a figure, and the look that all share."""
