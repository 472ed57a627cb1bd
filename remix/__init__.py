"""ReMix: balanced, mixed mini-batches for calibrated deep learning on imbalanced data."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from remix.classifier import ReMixClassifier

__all__ = ["ReMixClassifier"]


def __getattr__(name: str) -> Any:
    """Import what `remix` offers when it is first asked for: parts of the package start without it."""
    if name == "ReMixClassifier":
        from remix.classifier import ReMixClassifier

        return ReMixClassifier
    raise AttributeError(f"module 'remix' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
