"""A real browser, for the tests of the page."""

import shutil
import subprocess

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
         "--disable-background-networking", "--disable-component-update"]


def in_browser(page, folder, script="", size="1280,800", flags=()):
    """The page as the browser has it after `script` ran and its figures were unpacked."""
    if not CHROMIUM:
        pytest.skip("no chromium found; it is in .ci/packages-tests.txt")
    copy = folder / "copy.html"
    copy.write_text(page.read_text(encoding="utf-8") + f"<script>{script}</script>", encoding="utf-8")
    ended = subprocess.run([CHROMIUM, *FLAGS, *flags, f"--user-data-dir={folder / 'browser'}", "--virtual-time-budget=5000",
                            f"--window-size={size}", "--dump-dom", copy.as_uri()], capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout
