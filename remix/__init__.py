"""ReMix: balanced, mixed mini-batches for calibrated deep learning on imbalanced data."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from remix.classifier import ReMixClassifier
    from remix.plotting.reliability_diagram import reliability_diagram
    from remix.prior import PriorCorrectedClassifier

__all__ = ["PriorCorrectedClassifier", "ReMixClassifier", "reliability_diagram"]


def __getattr__(name: str) -> Any:
    """Import what `remix` offers when it is first asked for: parts of the package start without it."""
    if name == "ReMixClassifier":
        from remix.classifier import ReMixClassifier

        return ReMixClassifier
    if name == "PriorCorrectedClassifier":
        from remix.prior import PriorCorrectedClassifier

        return PriorCorrectedClassifier
    if name == "reliability_diagram":
        try:
            from remix.plotting.reliability_diagram import reliability_diagram
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] != "matplotlib":
                raise
            from remix.errors import MissingLibraryError

            raise MissingLibraryError(
                "remix.reliability_diagram draws with matplotlib, which is not installed; "
                "install it, or this package with its extra [plot]"
            ) from None

        return reliability_diagram
    raise AttributeError(f"module 'remix' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
