"""Writes what a history found: history.md, history.json and the figures."""

from pathlib import Path

from spargio_report.compare.series import Series, Settings
from spargio_report.figures.history_panels import draw_history
from spargio_report.figures.style import shared_style
from spargio_report.words import history_words


def write_history(all_series: list[Series], settings: Settings, folder: Path, formats: tuple[str, ...]) -> list[Path]:
    """history.md, history.json and, where there is a series of two runs or more, a figure for each machine."""
    page, data = folder / "history.md", folder / "history.json"
    page.write_text("# History\n\n" + history_words.markdown_text(all_series, settings) + "\n", encoding="utf-8")
    data.write_text(history_words.json_text(all_series, settings), encoding="utf-8")
    written = [page, data]
    with shared_style() as plt:
        for number_of, (machine, some) in enumerate(history_words.by_machine(all_series).items(), start=1):
            canvas = draw_history(machine, some)
            if canvas is None:
                continue
            for kind in formats:
                written.append(folder / f"history-{number_of}.{kind}")
                # No date inside, so that the same data gives the same file.
                canvas.savefig(written[-1], metadata={"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(kind))
            plt.close(canvas)
    return written
