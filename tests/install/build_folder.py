"""What a configured build folder says of itself."""

import re
from pathlib import Path


def entry_of_cache(build: Path, name: str) -> str:
    """Empty where the cache has no such entry."""
    found = re.search(rf"^{name}:\w+=(.*)$", (build / "CMakeCache.txt").read_text(), re.MULTILINE)
    return found.group(1) if found else ""
