"""The audit: the study as it is, under each deviation alone, and under several of them together."""

import dataclasses
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from remix.errors import ConfigError
from remix.study.config.configuration import Configuration, load_configuration
from remix.study.config.files import overlaid, read_overlay
from remix.study.study import STUDY, Study

# Sections of an overlay that hold a protocol; anything else would make another study of it.
SECTIONS = ("protocol", "switches")


def audit_protocols(
    configuration: Configuration,
    config: Mapping[str, Any],
    files: Sequence[Path],
    schemas: Path,
    folder: Path,
) -> dict[str, Study]:
    """Build the studies that an audit compares.

    Parameters
    ----------
    configuration : Configuration
        The study with its audit.
    config : mapping
        The merged configuration that it was loaded from.
    files : sequence of Path
        The files that it was merged from.
    schemas : Path
        Folder of the JSON schemas.
    folder : Path
        What ``audit.overlays`` are relative to: files with settings below ``protocol`` and ``switches``.

    Returns
    -------
    dict of str to Study
        ``study``; for each overlay, each of its settings alone, under its key, and where there are several
        all together, under the overlay's name without suffix. All but the first have ``audit.repeats``
        repeats at most.

    Raises
    ------
    ConfigError
        If an overlay cannot be read, holds other sections, or a value that is not allowed; or if two
        protocols had the same name.
    """
    protocols, audit = {STUDY: configuration.study}, configuration.audit
    repeats = min(audit.repeats, configuration.study.protocol.repeats)
    for overlay in (folder / name for name in audit.overlays):
        for name, settings in _deviations(overlay).items():
            if name in protocols:
                raise ConfigError(f"{overlay}: two protocols of the audit would be called '{name}'")
            merged = overlaid(overlaid(config, settings), {"protocol": {"repeats": repeats}})
            study = load_configuration(
                merged, [*files, overlay], schemas, checked=config, imports=False
            ).study
            protocols[name] = dataclasses.replace(study, run=f"audit/{_run_name(name, settings)}")
    return protocols


def _deviations(overlay: Path) -> dict[str, dict[str, Any]]:
    """Give each setting of an overlay alone, and where there are several all of them, by name."""
    sections = read_overlay(overlay)
    for section, settings in sections.items():
        if section not in SECTIONS:
            allowed = " and ".join(SECTIONS)
            raise ConfigError(
                f"{overlay}: '{section}' is not allowed in audit.overlays; it may hold {allowed}"
            )
        if not isinstance(settings, Mapping):
            raise ConfigError(f"{overlay}: '{section}' must be a mapping of settings")
    alone = {
        str(key): {section: {key: value}}
        for section, settings in sections.items()
        for key, value in settings.items()
    }
    return {**alone, overlay.stem: sections} if len(alone) > 1 else alone


def _run_name(name: str, settings: Mapping[str, Any]) -> str:
    """Name a protocol with the value that it sets, if this is one word: ``epochs_500``."""
    values = [value for section in settings.values() for value in section.values()]
    word = str(values[0])
    return f"{name}_{word}" if len(values) == 1 and re.fullmatch(r"[\w.-]+", word) else name
