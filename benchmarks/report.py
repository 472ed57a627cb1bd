"""benchmarks/results.md: a section for each kind of measurement, which the next one of its kind replaces."""

import os
import re
import sys
from collections.abc import Callable
from importlib import metadata
from typing import Any

from benchmarks.study import ROOT
from remix.errors import RemixError
from remix.study.running.provenance import of_run

RESULTS = ROOT / "benchmarks" / "results.md"
START = (
    "# Measured speed\n\n"
    "Written by `make bench`, `scaling`, `plan`, `overhead` and `default-method`, and by\n"
    "`python -m benchmarks.row_order` and `benchmarks.seizure_waves`; not edited by hand.\n"
)


def replace_section(text: str, title: str, body: str) -> str:
    r"""Put a section of level 2 in the place of the one of the same title, or at the end.

    >>> replace_section("# A\n\n## One\n\nold\n\n## Two\n\nkept\n", "One", "new")
    '# A\n\n## One\n\nnew\n\n## Two\n\nkept\n'
    """
    head, *sections = re.split(r"^(?=## )", text, flags=re.M)
    found = {section.partition("\n")[0]: section.strip() for section in sections}
    found[f"## {title}"] = f"## {title}\n\n{body.strip()}"
    return "\n\n".join([head.strip(), *found.values()]) + "\n"


def in_one_line(main: Callable[[], None]) -> None:
    """Run a program; an error that is known ends it with one line, as it does in the workflow."""
    try:
        main()
    except RemixError as error:
        sys.exit(f"error: {error}")


def write_section(title: str, body: str) -> None:
    """Write a section of the results."""
    text = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else START
    RESULTS.write_text(replace_section(text, title, body), encoding="utf-8")


def machine(*packages: str) -> str:
    """Tell machine, versions and commit in a few lines."""
    facts: dict[str, Any] = of_run(ROOT)
    versions = {name: facts["packages"][name] for name in ("tensorflow", "numpy")}
    for name in packages:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    commit = f"{(facts['commit'] or 'no checkout')[:12]}{', with changes' if facts['modified'] else ''}"
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{facts['machine']['processor']}, {facts['machine']['cores']} cores, {memory:.0f} GiB; "
        f"{facts['machine']['system']}; Python {facts['python']}, "
        f"{', '.join(f'{name} {version}' for name, version in versions.items())}; commit {commit}."
    )
