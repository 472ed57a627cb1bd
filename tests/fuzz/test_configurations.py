"""Settings and catalogues with mistakes in them end in a study that says what they say, or in clear lines."""

import pytest
import yaml
from fuzzed_study import defaults, load, mutated, read, write_defaults
from fuzzing import COUNT, WrongError, feed, pick

pytestmark = pytest.mark.fuzz

OVERLAYS = [
    read(f"config/{name}.yaml") for name in ("authors", "smoke", "tables", "images_reduced", "remedies")
]


def test_mutated_settings_and_catalogues(tmp_path):
    files = write_defaults(tmp_path / "config")

    def attempt(rng, folder):
        # Of a default file, or of an overlay.
        name = pick(rng, ["config", "config", "datasets", "datasets", "datasets", "methods", None, None])
        tree, refuse = mutated(rng, pick(rng, OVERLAYS) if name is None else defaults()[name])
        for _ in range(int(rng.choice([0, 0, 0, 0, 1, 3]))):
            # What comes later may undo what was to be refused.
            tree, refuse = mutated(rng, tree)[0], False
        path = folder / f"{name or 'overlay'}.yaml"
        path.write_text(yaml.safe_dump(tree, sort_keys=False, allow_unicode=True), encoding="utf-8")
        if name is None:
            load(files, [path])
        else:
            load([path if file.stem == name else file for file in files])
        if refuse:
            raise WrongError("an unknown key was ignored")

    assert feed("settings", attempt, tmp_path, COUNT // 2) == []
