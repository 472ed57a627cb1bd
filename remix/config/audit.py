"""The audit: the study as it is, under each deviation alone, and under several of them together."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from remix.config.files import read_overlay
from remix.config.study import Study, load_study
from remix.errors import ConfigError

# The study as it is; also the first that predictions are looked for in.
STUDY = "study"
# Sections of an overlay that hold a protocol; anything else would make another study of it.
SECTIONS = ("protocol", "switches")
# What becomes part of a path, as names of tasks and methods do.
_NAME = re.compile("[A-Za-z0-9][A-Za-z0-9_-]*")


class Source(NamedTuple):
    """Where predictions of a method on a cell are made.

    Attributes
    ----------
    protocol, method : str
        The protocol, of those in the audit, and the method that is trained in it.
    """

    protocol: str
    method: str


def audit_protocols(
    config: Mapping[str, Any], files: Sequence[Path], schemas: Path, folder: Path
) -> dict[str, Study]:
    """Build the studies that an audit compares.

    Parameters
    ----------
    config : mapping
        The study's merged configuration.
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
        If the study's configuration is wrong; if an overlay cannot be read, holds other sections, or a value
        that is not allowed; or if two protocols had the same name.
    """
    study = load_study(config, files, schemas)
    protocols = {STUDY: study}
    repeats = min(study.audit.repeats, study.protocol.repeats)
    for overlay in (folder / name for name in study.audit.overlays):
        for name, settings in _deviations(overlay).items():
            if name in protocols:
                raise ConfigError(f"{overlay}: two protocols of the audit would be called '{name}'")
            merged = _overlaid(_overlaid(config, settings), {"protocol": {"repeats": repeats}})
            protocols[name] = load_study(merged, [*files, overlay], schemas, checked=config)
    return protocols


def _deviations(overlay: Path) -> dict[str, dict[str, Any]]:
    """Give each setting of an overlay alone, and where there are several all of them, by name."""
    if not _NAME.fullmatch(overlay.stem):
        raise ConfigError(
            f"{overlay}: results would lie under '{overlay.stem}'; name the file by letters and _"
        )
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


def audit_sources(protocols: Mapping[str, Study]) -> dict[tuple[str, str, str, str], Source]:
    """Find, for every method on every cell under every protocol, where its predictions are made.

    What is the same under two protocols, or of two methods under one, is trained once: where it comes first.
    A protocol with more repeats serves one with fewer.

    Parameters
    ----------
    protocols : mapping of str to Study
        See `audit_protocols`.

    Returns
    -------
    dict
        By (protocol, task, ir, method).
    """
    made: dict[tuple[str, str], list[tuple[Mapping[str, Any], Source]]] = {}
    sources = {}
    for name, study in protocols.items():
        trainings = {
            task: {method: study.training(task, method) for method in study.methods_of(task)}
            for task in study.tasks
        }
        for task, ir in study.cells:
            for method, training in trainings[task].items():
                on_cell = made.setdefault((task, ir), [])
                source = next((place for other, place in on_cell if _serves(other, training)), None)
                if source is None:
                    source = Source(name, method)
                    on_cell.append((training, source))
                sources[name, task, ir, method] = source
    return sources


def _serves(made: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether predictions of one training hold those of the other."""
    repeats = wanted["protocol"]["repeats"]
    same = {**made, "protocol": {**made["protocol"], "repeats": repeats}} == wanted
    return same and made["protocol"]["repeats"] >= repeats


def _overlaid(config: Mapping[str, Any], overlay: Mapping[str, Any]) -> dict[str, Any]:
    """Merge as Snakemake does: mappings key by key, everything else is replaced."""
    merged = dict(config)
    for key, value in overlay.items():
        below = merged.get(key)
        if isinstance(value, Mapping):
            merged[key] = _overlaid(below if isinstance(below, Mapping) else {}, value)
        else:
            merged[key] = value
    return merged
