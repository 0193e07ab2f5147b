"""The door: one file a command, its flags and its steps."""
