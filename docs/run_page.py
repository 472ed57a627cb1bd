"""Run the Python of a page of this site, block after block: `python run_page.py PAGE FOLDER`."""

import os
import re
import sys
from pathlib import Path
from typing import Any


def python_blocks(page: Path) -> list[str]:
    """Give the blocks of Python of a page in Markdown, in their order."""
    return re.findall(r"^```python\n(.*?)^```", page.read_text(), re.M | re.S)


def run_page(page: Path, folder: Path) -> dict[str, Any]:
    """Run all blocks of a page as one program, with a folder as the working directory; gives its names."""
    names: dict[str, Any] = {"__name__": "__main__"}
    before = Path.cwd()
    os.chdir(folder)
    try:
        for number, block in enumerate(python_blocks(page), start=1):
            exec(compile(block, f"{page.name}, block {number}", "exec"), names)
    finally:
        os.chdir(before)
    return names


if __name__ == "__main__":
    given, where = (Path(argument).resolve() for argument in sys.argv[1:])
    where.mkdir(parents=True, exist_ok=True)
    run_page(given, where)
