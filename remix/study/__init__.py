"""The experiment: what is trained of each cell, where it is kept, and how it is read."""

from remix.study.reading import predictions, validation

__all__ = ["predictions", "validation"]
