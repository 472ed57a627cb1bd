"""The configuration of a study: read, checked as a whole, turned into typed objects."""

from remix.study.config.audit import audit_protocols
from remix.study.config.configuration import Configuration, load_configuration
from remix.study.config.files import DEFAULT_FILES, check_files, merged_files, overlaid, read_overlay

__all__ = [
    "DEFAULT_FILES",
    "Configuration",
    "audit_protocols",
    "check_files",
    "load_configuration",
    "merged_files",
    "overlaid",
    "read_overlay",
]
