import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from rules.tree import Tree  # noqa: E402  (found through the line above)


@pytest.fixture(scope="session")
def project() -> Tree:
    return Tree(Path(__file__).resolve().parents[2])
