"""Judges and draws the result files of spargio-bench. All statistics of the project live here."""
