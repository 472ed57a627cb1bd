"""Hold the docstrings of all names in the API reference against numpydoc's rules.

A docstring may be a paragraph. One that has a section of parameters must have all of them, in their order;
what `remix` and `remix.keras` offer must have it.
"""

import inspect
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

from numpydoc.validate import validate

MODULES = re.findall(r"^   (remix\S*)$", (Path(__file__).parent / "api.md").read_text(), re.M)
FRONT = ("remix", "remix.keras")
# There is a docstring, its summary is one line and ends with a period; sections are known and in order;
# parameters are there, exist and are in order. What else numpydoc can ask for is a matter of style.
CHECKS = {"GL06", "GL07", "GL08", "SS01", "SS03", "SS06", "PR01", "PR02", "PR03", "PR10"}


def public_names(module: ModuleType) -> Iterator[str]:
    """Give the functions and classes that a module defines or offers, and the methods of the classes."""
    offered = getattr(module, "__all__", None)
    for name in offered or [name for name in vars(module) if not name.startswith("_")]:
        thing = getattr(module, name)
        if not (inspect.isclass(thing) or inspect.isfunction(thing)):
            continue
        if offered is None and thing.__module__ != module.__name__:
            continue
        yield f"{module.__name__}.{name}"
        if inspect.isclass(thing):
            own = (each for each in vars(thing) if not each.startswith("_"))
            yield from (
                f"{module.__name__}.{name}.{each}" for each in own if callable(getattr(thing, each, None))
            )


def complaints(name: str, *, is_front: bool) -> Iterator[str]:
    """Say what is wrong with the docstring of a name."""
    result = validate(name)
    has_parameters = re.search(r"^\s*Parameters\n\s*-+$", result["docstring"], re.M)
    checks = CHECKS if has_parameters or is_front else CHECKS - {"PR01"}
    yield from (f"{name}: {code} {text}" for code, text in result["errors"] if code in checks)


if __name__ == "__main__":
    found = [
        text
        for module in MODULES
        for name in public_names(import_module(module))
        for text in complaints(name, is_front=name.rpartition(".")[0] in FRONT)
    ]
    print("\n".join(found) or f"The docstrings of {len(MODULES)} modules are as numpydoc wants them.")
    sys.exit(bool(found))
