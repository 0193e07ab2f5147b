"""From blocks to ratios, bounds and decisions. Numbers in, numbers out."""
