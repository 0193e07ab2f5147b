"""What the files of one folder may include."""
from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Area:
    own: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    never: tuple[str, ...] = ()  # patterns of standard or system headers
    self_contained: bool = True  # False: the files of the area may not include one another either
