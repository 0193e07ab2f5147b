"""One look for all figures: colour-blind safe (Okabe and Ito), told apart in black and white by shape and fill."""

from contextlib import contextmanager
from dataclasses import dataclass

from spargio_report.figures.canvas import plt
from spargio_report.read.model import REPEAT

BLUE, SKY, ORANGE, GREEN = "#0072B2", "#56B4E9", "#E69F00", "#009E73"
VERMILION, PURPLE, BLACK, GREY, LIGHT = "#D55E00", "#CC79A7", "#000000", "#666666", "#E4E4E4"

WIDTH_IN = 7.2  # two columns of a paper
DPI = 150


@dataclass(frozen=True)
class Mark:
    colour: str
    marker: str
    line: str


_MARKS = {
    "spargio": Mark(BLUE, "o", "-"),
    "floor": Mark(BLACK, "v", ":"),
    "threads": Mark(ORANGE, "s", "--"),
    "asio": Mark(GREEN, "^", "-."),
    "asio_uring": Mark(GREEN, "<", "-."),
    "libuv": Mark(VERMILION, "D", "--"),
    "tbb": Mark(PURPLE, "P", "-."),
    "tokio": Mark(GREY, "X", "--"),
    "go": Mark(SKY, ">", "-."),
    "rayon": Mark(PURPLE, "*", "--"),
}
_SPARE = [Mark(SKY, "p", "--"), Mark(GREY, "h", "-."), Mark(BLACK, "d", ":")]


def mark_of(backend: str) -> Mark:
    if backend in _MARKS:
        return _MARKS[backend]
    return _SPARE[sum(map(ord, backend)) % len(_SPARE)]


def is_variant(arm: str) -> bool:
    """Arms with knobs or repeats are drawn hollow, so that they are told from the plain arm of their backend."""
    return "[" in arm or REPEAT.search(arm) is not None


def face_of(arm: str, backend: str) -> str:
    return "white" if is_variant(arm) else mark_of(backend).colour


SMALLEST = 0.25  # of the usual size: a name that would have to be smaller loses its end


def fitted(text: str, size: float, letters: int) -> tuple[str, float]:
    """A name where so many letters of that size fit: longer ones get smaller letters, and the longest are cut."""
    most = int(letters / SMALLEST)
    text = text if len(text) <= most else text[:most - 1] + "…"
    return text, size * min(1, letters / max(1, len(text)))


RC = {
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "axes.titlesize": 9,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titley": 1.0,  # no tick stands above an axis with a title; to look for one takes a seventh of a drawing
    "axes.labelsize": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "axes.axisbelow": True,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "grid.color": "#D9D9D9",
    "grid.linewidth": 0.5,
    "lines.linewidth": 1.1,
    "lines.markersize": 4.5,
    "hatch.linewidth": 0.6,
    "text.parse_math": False,  # names come from files
    "svg.fonttype": "path",  # the same glyphs wherever it is opened
    "svg.hashsalt": "spargio",  # the same file from the same data
    "pdf.fonttype": 42,
    "figure.dpi": DPI,
    "savefig.dpi": DPI,
}


@contextmanager
def shared_style():
    with plt.rc_context(RC):
        yield plt


def ratio_tick(value: float, _=None) -> str:
    return f"{value:g}×"


def time_tick(ns: float, _=None) -> str:
    for size, unit in ((1e9, "s"), (1e6, "ms"), (1e3, "µs")):
        if ns >= size:
            return f"{ns / size:g} {unit}"
    return f"{ns:g} ns"


def rate_tick(per_second: float, _=None) -> str:
    """1500 -> 1.5 k."""
    for size, unit in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if per_second >= size:
            return f"{per_second / size:g}{unit}"
    return f"{per_second:g}"
