"""The rules of the house, each a function from a tree of files to its findings."""
