"""Checks of methods that name a classifier which is no network: whether it can be made, and is one."""

import inspect
import sys
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from remix.errors import one_line
from remix.study.config.messages import KeyPath, nearest, shown, unknown
from remix.study.estimators import class_name, load, made

# What the study gives itself, by name and fold.
SEED = "random_state"


def estimator_problems(entry: Mapping[str, Any]) -> Iterator[tuple[KeyPath, str]]:
    """Find what is wrong with the classifier of a method's entry, by importing it.

    Parameters
    ----------
    entry : mapping
        With the key ``estimator``, and sound by the schema.

    Yields
    ------
    tuple
        The key in the entry, and a text.
    """
    path, parameters = entry["estimator"], entry.get("parameters", {})
    try:
        named = load(path)
    # A module may raise anything as it is imported.
    except Exception as error:
        yield ("estimator",), _not_imported(path, error)
        return
    if not inspect.isclass(named) or not {"fit", "get_params"} <= {*dir(named)}:
        yield (
            ("estimator",),
            f"{shown(path)} is no classifier of scikit-learn's kind; name a class that is one",
        )
        return
    known = inspect.signature(named).parameters
    takes_any = any(each.kind is each.VAR_KEYWORD for each in known.values())
    names = [name for name, each in known.items() if each.kind not in (each.VAR_KEYWORD, each.VAR_POSITIONAL)]
    strangers = [] if takes_any else [name for name in parameters if name not in names]
    for name in strangers:
        allowed = [each for each in names if each != SEED]
        yield ("parameters", name), unknown(f"parameter of {class_name(path)}", name, allowed)
    if SEED in parameters:
        text = "the study's seed gives each fold its own, so that methods can be compared; remove it"
        yield ("parameters", SEED), text
    elif not strangers:
        yield from _of_the_made(entry)


def _of_the_made(entry: Mapping[str, Any]) -> Iterator[tuple[KeyPath, str]]:
    from sklearn.base import is_classifier

    here, name = ("parameters",) if "parameters" in entry else ("estimator",), class_name(entry["estimator"])
    try:
        model = made(entry)
    except Exception as error:
        yield here, f"{name} cannot be made: {one_line(error)}; correct its parameters"
        return
    if not is_classifier(model):
        yield ("estimator",), f"{name} is no classifier; name one"
    elif not hasattr(model, "predict_proba"):
        text = f"{name} gives no probabilities with these parameters (no 'predict_proba'); name another"
        yield ("estimator",), text
    elif wrong := _refused(model):
        yield here, f"{wrong} Correct it"


def _refused(model: Any) -> str | None:
    """Say which value of a parameter a classifier refuses; None if it says nothing of it.

    It is fitted to no rows, which each refuses: scikit-learn's look at their parameters before that.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            model.fit(np.empty((0, 1)), np.empty(0))
        except Exception as error:
            # Its module is a private one.
            return one_line(error) if type(error).__name__ == "InvalidParameterError" else None
    return None


def _not_imported(path: str, error: Exception) -> str:
    module, _, name = path.rpartition(".")
    # Of the module that is there; one that raises this as it is imported is not.
    if isinstance(error, AttributeError) and module in sys.modules:
        near = nearest(name, dir(sys.modules[module]))
        remedy = f"did you mean '{near}'?" if near else "correct the name"
        return f"{shown(module)} has no {shown(name)}; {remedy}"
    return f"{shown(path)} cannot be imported ({one_line(error)}); install its package, or correct the path"
