"""Mutated configurations and catalogues end in a study that says what they say, or in clear lines."""

import pytest
import yaml
from fuzzed_study import ROOT, check, defaults, load, read, same, write_defaults
from fuzzed_yaml import bomb, garbled, mutated, rewritten
from fuzzing import COUNT, WrongError, chance, feed, pick

pytestmark = pytest.mark.fuzz

BAD = yaml.safe_load((ROOT / "tests/unit/bad_configs.yaml").read_text(encoding="utf-8"))
OVERLAYS = [
    read(f"config/{name}.yaml") for name in ("authors", "smoke", "tables", "images_reduced", "remedies")
]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return write_defaults(tmp_path_factory.mktemp("study") / "config")


def dump(tree):
    return yaml.safe_dump(tree, sort_keys=False, allow_unicode=True).encode("utf-8", "surrogatepass")


def tree_of(rng, files):
    """Give a tree to be mutated, and the default file that it stands in the place of; None for an overlay."""
    name = pick(rng, ["config", "config", "datasets", "datasets", "datasets", "methods", None, None])
    if name is not None:
        return defaults()[name], name
    own = pick(rng, [*OVERLAYS, read("remix/later_methods.yaml")])
    return own, None


def place(content, name, folder, files):
    """Write an input; gives the default files and overlays that make the configuration."""
    path = folder / f"{name or 'overlay'}.yaml"
    path.write_bytes(content)
    if name is None:
        return files, [path]
    return [path if file.stem == name else file for file in files], []


def test_mutated_settings_and_catalogues(files, tmp_path):
    def attempt(rng, folder):
        tree, name = tree_of(rng, files)
        tree, refuse = mutated(rng, tree)
        for _ in range(int(rng.choice([0, 0, 0, 0, 1, 3]))):
            # What comes later may undo what was to be refused.
            tree, refuse = mutated(rng, tree)[0], False
        configuration, _, config = load(*place(dump(tree), name, folder, files), files[0].parent, files)
        if refuse:
            raise WrongError("an unknown key was ignored")
        check(configuration, config)

    assert not feed("settings", attempt, tmp_path, COUNT // 2).failures


def test_garbled_files(files, tmp_path):
    def attempt(rng, folder):
        if chance(rng, 0.05):
            content, name = bomb(rng), pick(rng, ["config", None])
        else:
            tree, name = tree_of(rng, files)
            text = pick(rng, BAD)["overlay"] if name is None and chance(rng, 0.7) else dump(tree).decode()
            content = garbled(rng, text)
        configuration, _, config = load(*place(content, name, folder, files), files[0].parent, files)
        check(configuration, config)

    assert not feed("yaml", attempt, tmp_path, COUNT // 3).failures


def test_the_same_in_another_form(files, tmp_path):
    expected = load(files, audit_folder=files[0].parent, cached=files)[0]

    def attempt(rng, folder):
        name = pick(rng, list(defaults()))
        given = place(rewritten(rng, defaults()[name]), name, folder, files)
        found = load(*given, files[0].parent, files)[0]
        ordered = [(each.study.cells, list(each.study.methods)) for each in (found, expected)]
        if found != expected or ordered[0] != ordered[1]:
            raise WrongError("the study is another one")

    assert not feed("forms", attempt, tmp_path, COUNT // 8).failures


def test_mutated_overlays_of_the_audit(files, tmp_path):
    def attempt(rng, folder):
        tree = pick(rng, [read("config/authors.yaml"), read("config/remedies.yaml")])
        for _ in range(int(rng.integers(3))):
            tree = mutated(rng, tree)[0]
        (folder / "overlay.yaml").write_bytes(
            garbled(rng, dump(tree).decode()) if chance(rng, 0.3) else dump(tree)
        )
        settings = {"audit": {"overlays": ["overlay.yaml"], "repeats": 1}}
        (folder / "overlay-settings.yaml").write_bytes(dump(settings))
        _, protocols, _ = load(files, [folder / "overlay-settings.yaml"], folder, files)
        switches = (yaml.safe_load((folder / "overlay.yaml").read_bytes()) or {}).get("switches", {})
        for key, value in switches.items() if len(protocols) > 1 else ():
            same(getattr(protocols[key].switches, key), value, f"{key} of the protocol of this name")

    assert not feed("audit", attempt, tmp_path, COUNT // 20).failures
