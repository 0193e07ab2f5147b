"""The gates: what is asked, what was found, and how a FAIL becomes red."""
