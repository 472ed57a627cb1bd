"""Classifiers that are no networks, by the import path that a method's entry names.

Of a library nothing is imported before a classifier of it is asked for.
"""

import hashlib
import importlib
import importlib.util
import inspect
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

# Packages that are distributed under another name than they are imported by.
DISTRIBUTIONS = {"sklearn": "scikit-learn", "imblearn": "imbalanced-learn"}


def load(path: str) -> Any:
    """Import what a path names, such as ``sklearn.linear_model.LogisticRegression``.

    Raises
    ------
    ImportError
        If there is no such module; whatever the module raises as it is imported.
    AttributeError
        If the module has nothing of this name.
    """
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


def made(spec: Mapping[str, Any], random_state: int | None = None) -> Any:
    """Make the classifier of a method, unfitted.

    Parameters
    ----------
    spec : mapping
        ``estimator``, the import path, and where there are any its ``parameters``.
    random_state : int, optional
        Given to classifiers that take one.

    Returns
    -------
    classifier
        As scikit-learn has them.
    """
    named, given = load(spec["estimator"]), dict(spec.get("parameters", {}))
    # CatBoost's `get_params` has what was given and nothing else.
    if random_state is not None and "random_state" in inspect.signature(named).parameters:
        given["random_state"] = random_state
    return named(**given)


def class_name(path: str) -> str:
    """Give the last part of an import path.

    >>> class_name("sklearn.linear_model.LogisticRegression")
    'LogisticRegression'
    """
    return path.rpartition(".")[2]


def library(path: str) -> str:
    """Name the library of an import path, with its version; it is not imported for that.

    What is no installed package, such as a module beside the study, has the SHA-256 of its source as version.

    Raises
    ------
    ImportError
        If there is no such module.
    """
    module = path.rpartition(".")[0]
    package = module.partition(".")[0]
    name = DISTRIBUTIONS.get(package, package)
    try:
        return f"{name} {metadata.version(name)}"
    except metadata.PackageNotFoundError:
        found = importlib.util.find_spec(module)
        if found is None or found.origin is None or not Path(found.origin).is_file():
            raise ImportError(f"there is no module {module!r}") from None
        return f"{module} {hashlib.sha256(Path(found.origin).read_bytes()).hexdigest()}"
