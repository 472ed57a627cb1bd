"""Settings and catalogues with mistakes in them end in a study that says what they say, or in clear lines."""

import pytest
import yaml
from fuzzed_study import check_cells, defaults, garbled, load, mutated, read, write_defaults
from fuzzing import COUNT, WrongError, chance, feed, pick

pytestmark = pytest.mark.fuzz

OVERLAYS = [
    read(f"config/{name}.yaml") for name in ("authors", "smoke", "tables", "images_reduced", "remedies")
]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return write_defaults(tmp_path_factory.mktemp("study") / "config")


def dump(tree):
    return yaml.safe_dump(tree, sort_keys=False, allow_unicode=True)


def tree_of(rng):
    """Give a tree to be mutated, and the default file that it stands in the place of; None for an overlay."""
    name = pick(rng, ["config", "config", "datasets", "datasets", "datasets", "methods", None, None])
    return (pick(rng, OVERLAYS), None) if name is None else (defaults()[name], name)


def load_with(content, name, folder, files):
    """Load the study with a file in the place of a default one, or as an overlay, and check its cells."""
    path = folder / f"{name or 'overlay'}.yaml"
    path.write_bytes(content)
    if name is None:
        plan, config = load(files, [path])
    else:
        plan, config = load([path if file.stem == name else file for file in files])
    check_cells(plan.study, config)


def test_mutated_settings_and_catalogues(files, tmp_path):
    def attempt(rng, folder):
        tree, name = tree_of(rng)
        tree, refuse = mutated(rng, tree)
        for _ in range(int(rng.choice([0, 0, 0, 0, 1, 3]))):
            # What comes later may undo what was to be refused.
            tree, refuse = mutated(rng, tree)[0], False
        load_with(dump(tree).encode(), name, folder, files)
        if refuse:
            raise WrongError("an unknown key was ignored")

    assert not feed("settings", attempt, tmp_path, COUNT // 2).failures


def test_slips_of_the_hand(files, tmp_path):
    def attempt(rng, folder):
        tree, name = tree_of(rng)
        load_with(garbled(rng, dump(tree)), name, folder, files)

    assert not feed("yaml", attempt, tmp_path, COUNT // 3).failures


def test_mutated_overlays_of_the_audit(files, tmp_path):
    settings = {"audit": {"overlays": ["overlay.yaml"], "repeats": 1, "train": True}}

    def attempt(rng, folder):
        tree = mutated(rng, pick(rng, [read("config/authors.yaml"), read("config/remedies.yaml")]))[0]
        content = garbled(rng, dump(tree)) if chance(rng, 0.3) else dump(tree).encode()
        (folder / "overlay.yaml").write_bytes(content)
        (folder / "overlay-settings.yaml").write_text(dump(settings))
        protocols = load(files, [folder / "overlay-settings.yaml"])[0].runs.audited
        switches = (yaml.safe_load(content) or {}).get("switches", {})
        for key, value in switches.items() if len(protocols) > 1 else ():
            if getattr(protocols[key].switches, key) != value:
                raise WrongError(f"{key} of the protocol of this name is not {value!r}")

    assert not feed("audit", attempt, tmp_path, COUNT // 20).failures
