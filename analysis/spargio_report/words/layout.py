"""Rows laid out: as columns for a terminal as wide as it is, and as Markdown."""

import textwrap
import unicodedata

COLOURS = {"FASTER": "32", "CHEAPER": "32", "PASS": "32", "SAME": "32", "SLOWER": "31", "DEARER": "31", "FAIL": "31",
           "MISSING": "31", "DIFFERS": "31", "UNSURE": "33", "INCONCLUSIVE": "33"}
GAP = "  "
LEAST_LAST = 32  # columns that the last cell is given at least where it has to be wrapped
LEAST_WIDTH = 20


def width_of(text: str) -> int:
    """Columns that a terminal takes for it: two for an emoji or an ideograph, none for what is put on the letter before."""
    return sum(0 if unicodedata.combining(letter) or unicodedata.category(letter) in ("Cf", "Me")
               else 2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def terminal(columns, rows, colour: bool, width: int | None = None) -> str:
    """Columns as wide as their widest cell. What is wider than `width` has its last cells wrapped, or a paragraph a row."""
    rows = [tuple(" ".join(str(cell).split("\n")) for cell in row) for row in rows]
    paint = _paint if colour else str
    widths = [max(map(width_of, column)) for column in zip(columns, *rows)]
    free = None if width is None else max(width, LEAST_WIDTH) - sum(widths[:-1]) - len(GAP) * (len(widths) - 1)
    if free is None or widths[-1] <= free:
        return "\n".join(_table(columns, [[row] for row in rows], widths, paint))
    if free < LEAST_LAST:
        return "\n".join(_paragraph(columns, row, max(width, LEAST_WIDTH), paint) for row in rows)
    wrapped_rows = [[(*row[:-1], first), *((*("" for _ in row[:-1]), more) for more in others)]
                    for row in rows for first, *others in [_wrap(row[-1], free)]]
    return "\n".join(_table(columns, wrapped_rows, [*widths[:-1], free], paint))


def _table(columns, rows, widths, paint) -> list[str]:
    """`rows`: of each the lines that it takes."""
    def line(cells, paint=str):
        return GAP.join(paint(cell) + " " * (width - width_of(cell)) for cell, width in zip(cells, widths)).rstrip()
    return [line(columns), line(["-" * width for width in widths]), *(line(cells, paint) for row in rows for cells in row)]


def _paragraph(columns, row, width: int, paint) -> str:
    """Of a row that no terminal of this width could show as one: the first cell, then a line for each other."""
    lines = _wrap(row[0], width)
    for name, cell in zip(columns[1:], row[1:]):
        first, *others = _wrap(f"{name}: {cell}", width - len(GAP))
        lines += [GAP + first, *(GAP * 2 + more for other in others for more in _wrap(other, width - 2 * len(GAP)))]
    return "\n".join(paint(line) for line in [*lines, ""])


def _wrap(text: str, width: int) -> list[str]:
    """Between words; a word that is wider than the line is cut."""
    lines = textwrap.wrap(text, width, break_on_hyphens=False) or [""]
    return lines if max(map(width_of, lines)) <= width else [part for line in lines for part in _cut(line, width)]


def _cut(line: str, width: int) -> list[str]:
    parts = [""]
    for letter in line:
        if width_of(parts[-1] + letter) > width:
            parts.append("")
        parts[-1] += letter
    return parts


def wrapped(paragraph: str, width: int) -> str:
    return "\n".join(_wrap(paragraph, max(width, LEAST_WIDTH)))


def _paint(text: str) -> str:
    for word, code in COLOURS.items():
        text = text.replace(f" {word} ", f" \x1b[{code}m{word}\x1b[0m ")
    return text


def markdown(columns, rows) -> str:
    def line(cells):
        return "| " + " | ".join(" ".join(str(cell).replace("|", "\\|").split("\n")) for cell in cells) + " |"
    return "\n".join([line(columns), "|" + " --- |" * len(columns), *map(line, rows)])
