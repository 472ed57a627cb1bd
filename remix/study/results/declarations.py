"""Which tables and figures there are: a module each, found in the folders `tables` and `figures`.

A module declares its result by constants:

``TITLE``
    What the report calls it.
``CATEGORY``, ``ORDER``
    Where it stands in the report: one of `CATEGORIES`, and its place there.
``READS``
    The files that it is made from, by the name under which its function ``make`` takes them. ``{task}`` and
    the like stand for any name: ``make`` takes a mapping of paths by these names.
``ONLY``
    Left out, or when there is such a result: with the ``audit``, in a report about the ``paper`` or its
    ``images``, in one that has an ``answer`` for a table of one's own, or where there are ``long_tails``.

``make(runs, …)`` is a pure function: it takes `remix.study.results.runs.Runs` and what is read, and gives a
`remix.study.results.made.MadeTable` or a Matplotlib figure. Its caption in the report is
``workflow/report/NAME.rst``.

The constants are read from the source. To import the modules would cost pandas and Matplotlib at every start
of Snakemake, which starts anew for each job.
"""

import ast
import functools
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

CATEGORIES = (
    "Verdict",
    "Gains and statistics",
    "Calibration",
    "Tasks",
    "Data and coverage",
    "The method in pictures",
    "Configuration and provenance",
)
Kind = Literal["tables", "figures"]
FORMS: dict[Kind, tuple[str, ...]] = {"tables": ("csv", "md"), "figures": ("png", "svg")}
_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Declaration:
    """A table or a figure, as its module declares it.

    Attributes
    ----------
    kind : {'tables', 'figures'}
    name : str
        Of the module, of its files and of its caption.
    title, category : str
        Its name and its place in the report.
    order : int
        Its place in the category.
    reads : mapping of str to str
        The files that it is made from.
    only : str or None
        When there is such a result; None: always.
    """

    kind: Kind
    name: str
    title: str
    category: str
    order: int
    reads: Mapping[str, str]
    only: str | None = None

    @property
    def module(self) -> str:
        """Name of the module that makes it."""
        return f"remix.study.results.{self.kind}.{self.name}"

    @property
    def of_made_up_data(self) -> bool:
        """Whether no dataset is needed for it."""
        return all(path.startswith("results/demonstrations/") for path in self.reads.values())

    @property
    def files(self) -> list[str]:
        """The files that it is written to."""
        return [f"results/{self.kind}/{self.name}.{form}" for form in FORMS[self.kind]]


@functools.cache
def declared() -> tuple[Declaration, ...]:
    """List all tables and figures, in the order of the report."""
    found = []
    for kind in FORMS:
        for path in sorted((_FOLDER / kind).glob("*.py")):
            constants = _constants(path)
            if "TITLE" in constants:
                fields = {key.lower(): value for key, value in constants.items()}
                found.append(Declaration(kind=kind, name=path.stem, **fields))
    return tuple(sorted(found, key=lambda each: (CATEGORIES.index(each.category), each.order, each.name)))


def by_name() -> dict[str, Declaration]:
    """Give all tables and figures by name; no two of them share one, for it names their caption too."""
    return {each.name: each for each in declared()}


def wanted(kind: Kind, conditions: Collection[str]) -> list[Declaration]:
    """List the tables or the figures of a study, each after those that it is made from.

    Parameters
    ----------
    kind : {'tables', 'figures'}
    conditions : collection of str
        Which values of ``ONLY`` are true of the study: ``paper``, ``images``, ``answer``, ``audit``,
        ``long_tails``.
    """
    waiting = [each for each in declared() if each.kind == kind and (each.only or "") in {"", *conditions}]
    own = {each.files[0] for each in waiting}
    ordered: list[Declaration] = []
    made: set[str] = set()
    while waiting:
        ready = [each for each in waiting if own.intersection(each.reads.values()) <= made]
        if not ready:
            names = ", ".join(each.name for each in waiting)
            raise ValueError(f"These tables read each other in a circle: {names}")
        ordered += ready
        made |= {each.files[0] for each in ready}
        waiting = [each for each in waiting if each not in ready]
    return ordered


def places(results: Iterable[Declaration]) -> dict[str, tuple[str, str]]:
    """Give category and title of each table and figure of a report, which sorts by name: with numbers."""
    found: dict[str, tuple[str, str]] = {}
    shown = {each.name for each in results}
    for k, name in enumerate(CATEGORIES, start=1):
        own = (each for each in declared() if each.category == name and each.name in shown)
        found |= {each.name: (category(name), f"{k}.{n} {each.title}") for n, each in enumerate(own, start=1)}
    return found


def category(name: str) -> str:
    """Give a category as the report has it.

    >>> category("Tasks")
    '4 Tasks'
    """
    return f"{CATEGORIES.index(name) + 1} {name}"


def read_by(results: Iterable[Declaration]) -> list[str]:
    """List what results are made from, without what they make themselves; with ``{task}`` and the like."""
    chosen = list(results)
    own = {path for each in chosen for path in each.files}
    return sorted({path for each in chosen for path in each.reads.values()} - own)


def find(pattern: str, files: Iterable[str]) -> Any:
    """Choose what a name in ``READS`` stands for among the files at hand.

    Parameters
    ----------
    pattern : str
        A path, perhaps with ``{task}`` and the like in it.
    files : iterable of str
        Paths, which end like the pattern.

    Returns
    -------
    Path, or dict of Path
        For a pattern, by what stands for its names: a text for one name, a tuple for several.

    Examples
    --------
    >>> find("results/scores.parquet", ["/a/results/scores.parquet"]).name
    'scores.parquet'
    >>> list(find("variants/{task}/{ir}.parquet", ["variants/musk/0.05.parquet"]))
    [('musk', '0.05')]
    """
    parts = re.split(r"({\w+})", pattern)
    own = "".join("([^/]+)" if part.startswith("{") else re.escape(part) for part in parts)
    matched = ((re.search(f"(?:^|/){own}$", path), Path(path)) for path in files)
    found = {match.groups(): path for match, path in matched if match}
    if len(parts) == 1:
        return found[()]
    return {names[0] if len(names) == 1 else names: path for names, path in found.items()}


_FIELDS = ("TITLE", "CATEGORY", "ORDER", "READS", "ONLY")


def _constants(path: Path) -> dict[str, Any]:
    """Read the constants of a declaration from the source of a module."""
    found = {}
    for node in ast.parse(path.read_bytes()).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if name in _FIELDS:
                found[name] = ast.literal_eval(node.value)
    return found
