"""From files to records: result files and guardrails. Nothing here judges."""
