"""SECURITY.md's rules have tests that are there, and the code calls nothing that trusts what it is given."""

import ast
import re
from pathlib import Path

import pytest
import yaml

from remix.study.config import files

ROOT = Path(__file__).parents[2]
RULES = re.findall(
    r"^\| (?!Rule \|)(?!-)([^|]+) \| (`tests/[^|]+`) \|$", (ROOT / "SECURITY.md").read_text(), re.M
)
CODE = [path for part in ("remix", "workflow/scripts") for path in sorted((ROOT / part).rglob("*.py"))]
RULE_FILES = [ROOT / "Snakefile", ROOT / "workflow/Snakefile", *sorted((ROOT / "workflow").rglob("*.smk"))]

# What runs, follows or unpacks whatever it is given: modules, and names by their end.
MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "torch"}
NAMES = {
    *("eval", "exec", "compile", "__import__", "os.system", "os.popen", "getoutput", "getstatusoutput"),
    *("np.load", "numpy.load", "read_pickle", "unsafe_load", "full_load", "FullLoader", "UnsafeLoader"),
    *("extractall", "tar.extract", "archive.extract", "unpack_archive", "urlopen", "urlretrieve"),
}  # fmt: skip
BUILTINS = {"eval", "exec", "compile"}  # a method of this name is something else, such as re.compile


def test_the_page_has_rules():
    assert len(RULES) >= 12


@pytest.mark.parametrize(("rule", "tests"), RULES, ids=[rule for rule, _ in RULES])
def test_the_tests_of_a_rule_are_there(rule, tests):
    for file, name in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", tests):
        tree = ast.parse((ROOT / file).read_text())
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, (
            f"{file}::{name}"
        )
    assert re.fullmatch(r"(`tests/[\w/]+\.py::test_\w+` ?)+", tests), "a test that is not a node's name"


def trusting_names(source):
    """Give what a module uses of `MODULES` and `NAMES`, and what it asks of other functions."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            named = [getattr(node, "module", None) or "", *(alias.name for alias in node.names)]
            yield from MODULES & {name.partition(".")[0] for name in named}
        elif isinstance(node, ast.Attribute | ast.Name):
            name = ast.unparse(node)
            end = name.rpartition(".")[2]
            yield from NAMES & {name, *({end} - BUILTINS if "." in name else ())}
        elif isinstance(node, ast.Call):
            given = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
            yield from {key for key in ("shell", "allow_pickle") if given.get(key, "False") != "False"}
            if ast.unparse(node.func) in ("yaml.load", "yaml.compose", "yaml.parse"):
                yield from {"Loader"} if given.get("Loader") != "LOADER" else ()


@pytest.mark.parametrize(
    "source",
    [
        "np.load(path)",
        "np.lib.format.read_array(stream, allow_pickle=True)",
        "import pickle\npickle.loads(content)",
        "from pickle import loads",
        "import pickle as p",
        "yaml.load(text, yaml.Loader)",
        "eval(text)",
        "yaml.load(text, Loader=yaml.FullLoader)",
        "tarfile.open(path).extractall(folder)",
        "subprocess.run(command, shell=True)",
        "urllib.request.urlopen(address)",
    ],
)
def test_what_must_not_be_called_is_found(source):
    assert list(trusting_names(source))


@pytest.mark.parametrize(
    "source", ["re.compile(text)", "subprocess.run(command, shell=False)", "json.loads(text)"]
)
def test_what_may_be_called_is_not_found(source):
    assert not list(trusting_names(source))


def test_nothing_is_called_that_trusts_what_it_is_given():
    found = {
        (str(path.relative_to(ROOT)), name) for path in CODE for name in trusting_names(path.read_text())
    }
    assert found == set()


def test_the_loader_of_yaml_is_a_safe_one():
    assert files.LOADER in (yaml.SafeLoader, yaml.CSafeLoader)


def test_no_rule_has_a_shell_command():
    """Names would be written into it. A rule has a script, to which names are handed as they are."""
    for path in RULE_FILES:
        assert not re.search(r"^ *(shell|run|wrapper|notebook):|\bshell\(", path.read_text(), re.M), path.name
