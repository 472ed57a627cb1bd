"""TensorFlow, imported when something of it is first used.

It takes seconds to import and takes hold of a GPU's memory. The stages of a method draw in NumPy: who only
draws, for a model of another Keras backend, does without it. Modules that say ``from remix.lazy import tf``
also say ``from __future__ import annotations``, since an annotation such as ``tf.Tensor`` would be a use.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__all__ = ["tf"]


class _TensorFlow:
    def __getattr__(self, name: str) -> Any:
        attribute = getattr(import_module("tensorflow"), name)
        setattr(self, name, attribute)
        return attribute


if TYPE_CHECKING:
    # Also what import-linter sees: that a module may come to import TensorFlow is no secret to it.
    import tensorflow as tf
else:
    tf = _TensorFlow()
