"""The code that a result depends on, computed from imports.

Snakemake sees the script of a rule, and not what the script imports. Here the imports are read from the
source, without running it, so no list of modules can fall behind them.
"""

import ast
import functools
import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = "remix"
# What words errors, keeps logs, reads and writes files, and imports TensorFlow: no result depends on how.
NEUTRAL = frozenset(
    [f"{PACKAGE}.{name}" for name in ("errors", "lazy", "study.runtime", "study.store")]
    + [f"{PACKAGE}.study.running.{name}" for name in ("disk", "logs", "parquet", "writing")]
)


@functools.cache
def imports_of(module: str) -> frozenset[str]:
    """List the modules of this package that a module imports, at its top or inside a function.

    Parameters
    ----------
    module : str
        Its name, such as ``remix.training``.

    Returns
    -------
    frozenset of str
        Their names, without `NEUTRAL`. Of a package that something is imported from, its ``__init__``.
    """
    return imports_in(_source(module))


def imports_in(path: Path) -> frozenset[str]:
    """List the modules of this package that a Python file imports; see `imports_of`."""
    found = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            found |= {name if _source(name).is_file() else node.module for name in names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    own = {name for name in found if name.startswith(f"{PACKAGE}.") and _source(name).is_file()}
    return frozenset(own - NEUTRAL)


def closure(modules: Iterable[str], imports: Callable[[str], Iterable[str]] = imports_of) -> set[str]:
    """List modules with all that they import, directly or not.

    Parameters
    ----------
    modules : iterable of str
        Where to begin.
    imports : callable
        What a module imports; by default all that its source says.
    """
    found: set[str] = set()
    waiting = list(modules)
    while waiting:
        if (module := waiting.pop()) not in found:
            found.add(module)
            waiting += imports(module)
    return found


def digest(modules: Iterable[str]) -> str:
    """Compute the SHA-256 of the sources of some modules."""
    whole = hashlib.sha256()
    for module in sorted(modules):
        whole.update(f"{module} {_digest(module)}\n".encode())
    return whole.hexdigest()


def digest_of_script(script: Path, found: Iterable[str] = ()) -> str:
    """Compute the SHA-256 of a script with all modules that it imports, and those that it finds by a name."""
    own = hashlib.sha256(script.read_bytes()).hexdigest()
    modules = closure([*imports_in(script), *found])
    return hashlib.sha256(f"{own} {digest(modules)}".encode()).hexdigest()


@functools.cache
def _digest(module: str) -> str:
    return hashlib.sha256(_source(module).read_bytes()).hexdigest()


def _source(module: str) -> Path:
    path = ROOT.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
