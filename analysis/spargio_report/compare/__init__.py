"""Which arms meet, who stands where, what a sweep or a series of runs shows."""
