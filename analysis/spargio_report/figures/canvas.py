"""matplotlib, the same for everybody: loaded without the settings of the user, of the folder, or of the environment (M14).

The other modules of this room take it from here, never by themselves: whoever imports it first decides what it reads.
"""

import atexit
import os
import shutil
import tempfile
import threading
from contextlib import contextmanager, suppress
from pathlib import Path

HERE = Path(__file__).resolve().parent  # holds an empty matplotlibrc


class _NoTimer:
    """In the place of a thread that would say, after some seconds, that fonts are being looked for."""

    def __init__(self, *_, **__):
        pass

    start = cancel = __init__


@contextmanager
def _alone():
    """matplotlib looks for a matplotlibrc in the working directory before anywhere else, so for a moment that is ours."""
    before = os.open(".", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    timer, backend = threading.Timer, os.environ.pop("MPLBACKEND", None)
    try:
        os.chdir(HERE)
        threading.Timer = _NoTimer  # where no thread may be started this one would end the program
        yield
    finally:
        threading.Timer = timer
        if backend is not None:
            os.environ["MPLBACKEND"] = backend
        os.fchdir(before)
        os.close(before)


def _place_for_fonts() -> None:
    """matplotlib keeps a list of the fonts: where the user has no place for it, in a folder that goes with the program."""
    given = os.environ.get("MPLCONFIGDIR")
    place = Path(given or os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "matplotlib"))
    with suppress(OSError):
        place = Path(os.path.abspath(place)) if given else place
        if place.is_absolute():
            place.mkdir(parents=True, exist_ok=True)
            if os.access(place, os.W_OK | os.X_OK):
                os.environ["MPLCONFIGDIR"] = str(place)
                return
    folder = tempfile.mkdtemp(prefix="spargio-fonts-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["MPLCONFIGDIR"] = folder


_place_for_fonts()
with _alone():
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    from matplotlib.colors import LinearSegmentedColormap, TwoSlopeNorm
    from matplotlib.patches import Rectangle
    from matplotlib.ticker import (
        FixedFormatter,
        FixedLocator,
        FuncFormatter,
        LogLocator,
        MaxNLocator,
        NullFormatter,
        NullLocator,
        PercentFormatter,
    )

__all__ = ["FixedFormatter", "FixedLocator", "FuncFormatter", "LinearSegmentedColormap", "LogLocator", "MaxNLocator",
           "NullFormatter", "NullLocator", "PercentFormatter", "Rectangle", "TwoSlopeNorm", "plt"]
