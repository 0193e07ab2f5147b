"""What is written to disk: the page, the Markdown, a history."""
