"""Pickles that hold lists, numbers, texts and NumPy arrays of bytes, and nothing else; they run no code.

A pickle is a program that may call anything. Here it may use the instructions alone that Python 2 wrote for a
batch of CIFAR-10, and may name three things of NumPy, each replaced by a stand-in that only keeps what it is
given. NumPy itself never sees it: its own unpickling trusts the sizes and flags that a file claims.
"""

import io
import pickle
import pickletools
from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from remix.errors import SourceError

# What Python 2 wrote for dicts, lists, integers, strings and arrays, by the names of `pickletools`.
_INSTRUCTIONS = frozenset(
    {
        *("PROTO", "STOP", "MARK", "NONE", "NEWTRUE", "NEWFALSE", "BININT", "BININT1", "BININT2"),
        *("SHORT_BINSTRING", "BINSTRING", "BINUNICODE"),
        *("EMPTY_TUPLE", "TUPLE", "TUPLE1", "TUPLE2", "TUPLE3", "EMPTY_LIST", "APPEND", "APPENDS"),
        *("EMPTY_DICT", "SETITEM", "SETITEMS", "BINPUT", "LONG_BINPUT", "BINGET", "LONG_BINGET"),
        *("GLOBAL", "REDUCE", "BUILD"),
    }
)
_STORES = ("BINPUT", "LONG_BINPUT")


class StoredArray:
    """Stands for a NumPy array: keeps what a pickle says of it."""

    def __init__(self, *_: Any) -> None:
        self.state: Any = None

    def __setstate__(self, state: Any) -> None:
        self.state = state

    def as_bytes(self, name: str) -> np.ndarray:
        """Make an array of uint8 of it.

        Raises
        ------
        SourceError
            If it is none; `name` is the file's.
        """
        match self.state:
            case (1, tuple() as shape, _StoredType(code=b"u1"), fortran, bytes() as content):
                # The sizes are the file's claim; Python's whole numbers do not overflow.
                if all(type(size) is int and size >= 0 for size in shape) and prod(shape) == len(content):
                    return np.frombuffer(content, np.uint8).reshape(shape, order="F" if fortran else "C")
        raise SourceError(f"{name} holds an array that is not one of bytes")


class _StoredType:
    """Stands for a NumPy data type."""

    def __init__(self, code: Any, *_: Any) -> None:
        self.code = code

    def __setstate__(self, _: Any) -> None:
        """Forget byte order and flags, which bytes do not need."""


class _Name:
    """Stands for a class or function: what a pickle may call, or only name, and never change."""

    __slots__ = ("_make",)

    def __init__(self, make: Callable[..., Any] | None = None) -> None:
        self._make = make

    def __call__(self, *arguments: Any) -> Any:
        if self._make is None:
            raise pickle.UnpicklingError("it calls what it may only name")
        return self._make(*arguments)

    def __setstate__(self, _: Any) -> None:
        raise pickle.UnpicklingError("it changes what it may only name")


# As NumPy was organised when the files were written.
_ALLOWED = {
    ("numpy.core.multiarray", "_reconstruct"): _Name(StoredArray),
    ("numpy", "ndarray"): _Name(),
    ("numpy", "dtype"): _Name(_StoredType),
}


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        """Give a stand-in; whatever else is named is an error."""
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"it names {module}.{name}, which is not allowed")
        return _ALLOWED[module, name]


def load(content: bytes, name: str) -> Any:
    """Read a pickle of Python 2; its strings become bytes, its arrays `StoredArray`.

    Parameters
    ----------
    content : bytes
        The whole file.
    name : str
        Its name, for messages.

    Raises
    ------
    SourceError
        If it is damaged, or does anything that a batch of CIFAR-10 does not need.
    """
    try:
        _check_instructions(content)
        return _Unpickler(io.BytesIO(content), encoding="bytes").load()
    # A damaged pickle may end in almost any error of Python.
    except Exception as error:
        reason = " ".join(str(error).split())[:150] or type(error).__name__
        raise SourceError(f"{name} cannot be read as a pickle of CIFAR-10: {reason}") from None


def _check_instructions(content: bytes) -> None:
    """Refuse what a batch does not need, and lengths and places that take more memory than the file."""
    for count, (instruction, argument, _) in enumerate(pickletools.genops(content)):
        if instruction.name not in _INSTRUCTIONS:
            raise pickle.UnpicklingError(f"it has the instruction {instruction.name}, which is not allowed")
        if instruction.name in _STORES and int(argument or 0) > count:
            raise pickle.UnpicklingError(f"it stores under the number {argument}, which is too large")
