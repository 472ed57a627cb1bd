"""The configuration of a study: read, checked as a whole, turned into typed objects."""

from remix.config.audit import audit_protocols, audit_sources
from remix.config.study import Network, Study, load_study

__all__ = ["Network", "Study", "audit_protocols", "audit_sources", "load_study"]
