"""Measurements, for developers; no part of the package or of the study."""
