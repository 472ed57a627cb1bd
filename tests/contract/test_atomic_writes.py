"""Whatever a script writes is whole or not there: through `running.writing`, or in the folder of fetch."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted((ROOT / "workflow/scripts").glob("*.py"))
MODULES = sorted((ROOT / "remix").rglob("*.py"))
# Methods and functions that write files.
WRITING = {
    "write_text", "write_bytes", "to_csv", "to_parquet", "to_excel", "to_pickle",
    "to_feather", "write_table", "savefig", "save", "savez", "savetxt", "tofile", "dump", "copyfile", "copy2",
    "copytree", "move", "touch", "symlink_to", "hardlink_to",
}  # fmt: skip
# Modules that write files, and why these are whole or not there.
WRITERS = {
    "study/running/writing": "under a temporary name",
    "study/running/logs": "a log, which grows while its job runs",
    "study/data/fetching": "a folder that takes its place as a whole",
    "study/data/archives": "within the folder of fetching",
    "study/data/sources/": "within the folder of fetching",
    "plotting/style": "into memory",
    "study/describe": "in a temporary folder of its own",
}


def writes(path):
    """Calls that write a file, and whether each is within a ``with atomic_path(…)``."""

    def visit(node, atomic):
        if isinstance(node, ast.With):
            atomic = atomic or any("atomic_path(" in ast.unparse(item.context_expr) for item in node.items)
        if isinstance(node, ast.Call) and is_writing(node):
            found.append((f"{path.name}:{node.lineno}: {ast.unparse(node)}", atomic))
        for child in ast.iter_child_nodes(node):
            visit(child, atomic)

    found = []
    visit(ast.parse(path.read_text()), False)
    return found


def is_writing(call):
    if isinstance(call.func, ast.Attribute):
        name = call.func.attr
    else:
        # The functions of remix.study.running.writing have the names of methods.
        name = call.func.id if isinstance(call.func, ast.Name) and call.func.id == "open" else ""
    modes = [argument.value for argument in ast.walk(call) if isinstance(argument, ast.Constant)]
    opened = name == "open" and any(
        isinstance(mode, str) and len(mode) < 4 and set(mode) & set("wax+") and set(mode) <= set("rwaxbt+")
        for mode in modes
    )
    # Without a place, a frame gives its text.
    in_memory = name == "to_csv" and not call.args and "path_or_buf" not in {k.arg for k in call.keywords}
    return opened or (name in WRITING and not in_memory)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_writes_nothing_in_place(path):
    assert [call for call, atomic in writes(path) if not atomic] == []


def test_modules_that_write_are_known():
    names = {path: str(path.relative_to(ROOT / "remix").with_suffix("")) for path in MODULES}
    strange = [
        call
        for path, name in names.items()
        if not any(name == known or (known.endswith("/") and name.startswith(known)) for known in WRITERS)
        for call, atomic in writes(path)
        if not atomic
    ]
    assert strange == []


def test_a_script_that_writes_in_place_would_be_found(tmp_path):
    script = tmp_path / "bad.py"
    lines = [
        "frame.to_csv(snakemake.output[0])",
        "frame.to_csv(path_or_buf=snakemake.output[0])",
        "Path(snakemake.output[0]).write_text(text)",
        "open(snakemake.output[0], 'w').write(text)",
        "with Path(snakemake.output[0]).open('wb') as stream: stream.write(data)",
        "shutil.copyfile(source, snakemake.output[0])",
        "figure.savefig(snakemake.output.png)",
    ]
    for line in lines:
        script.write_text(line)
        assert [atomic for _, atomic in writes(script)] == [False], line
    script.write_text("with atomic_path(snakemake.output[0]) as temporary:\n    frame.to_csv(temporary)")
    assert [atomic for _, atomic in writes(script)] == [True]
    script.write_text("write_csv(frame, snakemake.output[0])\nopen(path).read()\ntext.replace('a', 'w')")
    assert writes(script) == []
