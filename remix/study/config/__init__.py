"""The configuration of a study: read, checked as a whole, turned into typed objects."""

from remix.study.config.audit import audit_protocols
from remix.study.config.files import check_files, overlaid, read_overlay
from remix.study.config.study import Study, load_study
from remix.study.config.sweep import sweep_for_reports, sweep_studies

__all__ = [
    "Study",
    "audit_protocols",
    "check_files",
    "load_study",
    "overlaid",
    "read_overlay",
    "sweep_for_reports",
    "sweep_studies",
]
