"""Everything that is said: sentences, tables, JUnit, Markdown."""
