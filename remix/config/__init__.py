"""The configuration of a study: read, checked as a whole, turned into typed objects."""

from remix.config.study import Network, Study, load_study

__all__ = ["Network", "Study", "load_study"]
