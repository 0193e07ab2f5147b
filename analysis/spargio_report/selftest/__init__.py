"""The proof of the gate (M15, M16): how often it errs, measured and held against what it promises."""
