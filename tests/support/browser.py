"""Pages opened in a real browser, without a window and without a network."""

import shutil
import subprocess

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--virtual-time-budget=5000",
    # Whatever a page asks for, nothing is found.
    "--host-resolver-rules=MAP * ~NOTFOUND",
]  # fmt: skip

needs_browser = pytest.mark.skipif(CHROMIUM is None, reason=f"none of {', '.join(NAMES)} is on PATH")


def dump_dom(page, folder, *, action=""):
    """Open a page, run some JavaScript once it has loaded, and give the document that results, as HTML."""
    opened = folder / "opened.html"
    opened.write_text(
        f"{page.read_text()}\n<script>addEventListener('load', () => {{ {action} }})</script>\n"
    )
    result = subprocess.run(
        [CHROMIUM, *FLAGS, f"--user-data-dir={folder / 'profile'}", "--dump-dom", opened.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )  # fmt: skip
    return result.stdout
