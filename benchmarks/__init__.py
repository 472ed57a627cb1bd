"""Measurements of speed, for developers; no part of the package or of the study."""
