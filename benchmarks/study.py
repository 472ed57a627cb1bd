"""The study whose speed is measured: the default one, or with more of the catalogue."""

from pathlib import Path
from typing import Any

import yaml

from remix.config import Study, load_study

ROOT = Path(__file__).resolve().parents[1]


def default_study(*overlays: Path) -> Study:
    """Read the default study, and overlays over it."""
    files = [ROOT / "config" / f"{name}.yaml" for name in ("config", "datasets", "methods")] + list(overlays)
    config: dict[str, Any] = {}
    for path in files:
        for key, value in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            config[key] = {**config.get(key, {}), **value} if isinstance(value, dict) else value
    return load_study(config, files, ROOT / "workflow" / "schemas")
