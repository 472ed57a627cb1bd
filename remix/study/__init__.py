"""The experiment: what is trained of each cell, where it is kept, and how it is read."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from remix.study.reading import predictions, validation

__all__ = ["predictions", "validation"]


def __getattr__(name: str) -> Any:
    """Import what `remix.study` offers when it is first asked for: rules start without pandas."""
    if name in __all__:
        from remix.study import reading

        return getattr(reading, name)
    raise AttributeError(f"module 'remix.study' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
