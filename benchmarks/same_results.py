"""Whether two runs of a study gave the same: predictions value for value, tables and figures byte for byte.

``python -m benchmarks.same_results OLD NEW`` compares two folders of results.
"""

import argparse
from pathlib import Path

from benchmarks.report import in_one_line
from remix.errors import RemixError
from remix.study import predictions, validation
from remix.study.reading import INDEX
from remix.study.running.parquet import read_parquet

READERS = {"predictions": predictions, "validation": validation}
# What predictions are called.
NAME = ["task", "ir", "method", "run"]
# Pages name commits, machines and seconds; what else is made says only what was found.
MADE = ("tables/*.csv", "tables/*.md", "figures/*.png", "figures/*.svg", "summary.txt")


def names(results: Path) -> list[tuple[str, str, str, str]]:
    """List task, imbalance ratio, method and run of all predictions."""
    return list(read_parquet(results / INDEX)[NAME].itertuples(index=False, name=None))


def compare_predictions(old: Path, new: Path) -> tuple[int, list[str]]:
    """Compare all that OLD has; gives how many rows, and what is lacking or differs."""
    known, rows, different = set(names(new)), 0, []
    for name in names(old):
        if name not in known:
            different.append(f"{'/'.join(name)}: not there")
            continue
        for kind, read in READERS.items():
            first, second = (read(*name, folder=results) for results in (old, new))
            rows += len(first)
            if not first.equals(second):
                different.append(f"{'/'.join(name)}: other {kind}")
    return rows, different


def compare_files(old: Path, new: Path) -> tuple[int, list[str]]:
    """Compare tables and figures; gives how many, and which differ."""
    paths = [path.relative_to(old) for pattern in MADE for path in sorted(old.glob(pattern))]
    different = [
        str(path)
        for path in paths
        if not (new / path).is_file() or (old / path).read_bytes() != (new / path).read_bytes()
    ]
    return len(paths), different


def main() -> None:
    """Print what was compared and what differs; an error if anything does."""
    parser = argparse.ArgumentParser(prog="same_results", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    options = parser.parse_args()
    rows, other = compare_predictions(options.old, options.new)
    files, changed = compare_files(options.old, options.new)
    print(f"{rows:,} rows of predictions, {files} tables, figures and summaries")
    if other or changed:
        raise RemixError("\n".join(["these differ:", *other, *changed]))
    print("All of them are the same.")


if __name__ == "__main__":
    in_one_line(main)
