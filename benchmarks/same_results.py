"""Whether two runs of a study gave the same: predictions value for value, tables and figures byte for byte.

``python -m benchmarks.same_results OLD NEW`` compares two folders of results. OLD may be of a version before
trainings had a store, with a file for each method in ``predictions/`` and ``validation/``.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from remix.errors import RemixError
from remix.study import predictions, validation
from remix.study.reading import INDEX
from remix.study.running.parquet import read_parquet

READERS = {"predictions": predictions, "validation": validation}
# Pages name commits, machines and seconds; what else is made says only what was found.
MADE = ("tables/*.csv", "tables/*.md", "figures/*.png", "figures/*.svg", "summary.txt")


class Name(NamedTuple):
    """What predictions are called: run, task, imbalance ratio and method."""

    run: str
    task: str
    ir: str
    method: str


def names_in_store(results: Path) -> list[Name]:
    """List what a run with a store has."""
    index = read_parquet(results / INDEX)
    return [Name(*line) for line in index[list(Name._fields)].itertuples(index=False)]


def names_in_files(results: Path) -> Iterator[tuple[Name, Path]]:
    """List what a run without a store has, and the folder of each."""
    places = {"study": results}
    for purpose in ("sweep", "audit"):
        places |= {
            f"{purpose}/{path.name}": path for path in sorted(results.glob(f"{purpose}/*")) if path.is_dir()
        }
    for run, place in places.items():
        for path in sorted((place / "predictions").glob("*/*/*.parquet")):
            task, ir = path.parts[-3:-1]
            yield Name(run, task, ir, path.stem), place


def same(old: pd.DataFrame, new: pd.DataFrame) -> bool:
    """Whether two frames have the same columns, rows and values, bit for bit."""
    # Files of former versions differ in their integers' width only.
    return list(old) == list(new) and all(
        old[name].to_numpy().tobytes() == new[name].to_numpy().astype(old[name].dtype).tobytes()
        for name in old
    )


def compare_predictions(old: Path, new: Path) -> tuple[int, int, list[str]]:
    """Compare all that OLD has; gives how many frames and rows, and what is lacking or differs."""
    known = names_in_store(new)
    stored = (old / INDEX).is_file()
    wanted = [(name, old) for name in names_in_store(old)] if stored else list(names_in_files(old))
    frames, rows, different = 0, 0, []
    for name, place in wanted:
        # Runs of the audit were named without the value that they set.
        runs = [other.run for other in known if other[1:] == name[1:]]
        run = next(
            (r for r in runs if r == name.run), next((r for r in runs if r.startswith(f"{name.run}_")), None)
        )
        for kind, read in READERS.items():
            path = place / kind / name.task / name.ir / f"{name.method}.parquet"
            if not stored and not path.exists():
                continue  # the former audit and sweep kept no validation rows
            if run is None:
                different.append(f"{'/'.join(name)}: not there")
                continue
            first = read(*name[1:], run=name.run, folder=old) if stored else read_parquet(path)
            second = read(*name[1:], run=run, folder=new)
            # A training with more repeats serves a run that wants fewer.
            first = first[first["repeat"] <= second["repeat"].max()]
            frames, rows = frames + 1, rows + len(first)
            if not same(first, second):
                different.append(f"{'/'.join(name)}: other {kind}")
    return frames, rows, different


def compare_files(old: Path, new: Path) -> tuple[int, list[str]]:
    """Compare tables and figures; gives how many, and which differ."""
    paths = [path.relative_to(old) for pattern in MADE for path in sorted(old.glob(pattern))]
    different = [
        str(path)
        for path in paths
        if not (new / path).is_file() or (old / path).read_bytes() != (new / path).read_bytes()
    ]
    return len(paths), different


def main() -> int:
    """Print what was compared and what differs; gives 1 if anything does."""
    parser = argparse.ArgumentParser(prog="same_results", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    options = parser.parse_args()
    try:
        frames, rows, other = compare_predictions(options.old, options.new)
        files, changed = compare_files(options.old, options.new)
    except RemixError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"{frames} frames of predictions with {rows:,} rows: {frames - len(other)} are the same")
    print(f"{files} tables, figures and summaries: {files - len(changed)} are the same")
    print(*other, *changed, sep="\n")
    return 1 if other or changed else 0


if __name__ == "__main__":
    sys.exit(main())
