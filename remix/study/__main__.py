"""Commands about a study: describing a table, what is to be trained, which trainings are kept, one result.

``python -m remix.study describe my.csv --target fraud`` prints the catalogue entry of a table, to be saved
as ``my.yaml``. ``estimate`` says what is going to be trained and how long that takes, and ``took`` how
good that was. ``trainings`` lists what is kept, ``prune`` what is wanted by nothing, and ``prune --remove``
removes it. ``make rank_sums`` makes this table, or a figure, from the results that are there.
"""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from remix.errors import DataError, RemixError, ResultError, one_line
from remix.study.code import ROOT
from remix.study.config import DEFAULT_FILES, merged_files, overlaid
from remix.study.estimate import announce, compared, estimate, keep
from remix.study.inventory import NO, YES, inventory
from remix.study.plan import Plan
from remix.study.probe import measured_costs
from remix.study.results.declarations import FORMS, by_name
from remix.study.results.making import files_at_hand, make
from remix.study.trainings import Training
from remix.study.words import counted

# Of what other studies a table or a figure is.
MADE = {
    "audit": "with the audit",
    "images": "of images",
    "paper": "with study.report: paper",
    "answer": "with study.report: answer",
    "long_tails": "of long tails",
}
# Where the estimate of a run is kept until it is done.
ESTIMATE = Path("logs/estimate.json")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; gives the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m remix.study", description=(__doc__ or "").splitlines()[0], allow_abbrev=False
    )
    parser.add_argument("command", choices=["describe", "estimate", "took", "trainings", "prune", "make"])
    parser.add_argument("names", nargs="*", help="with describe: a file; with make: tables and figures")
    parser.add_argument("--target", help="with describe: the column of the label, by name or position")
    parser.add_argument("--name", help="with describe: name of the dataset; default: that of the file")
    parser.add_argument("--directory", type=Path, default=Path(), help="where the study runs; default: here")
    parser.add_argument(
        "--configfile", nargs="+", type=Path, default=[], help="the overlays that it runs with"
    )
    parser.add_argument("--remove", action="store_true", help="with prune: remove what it lists")
    parser.add_argument("--config", nargs="+", default=[], help="settings that it runs with, KEY=VALUE")
    parser.add_argument("--cores", default="all", help="with estimate: that it runs on")
    # What else Snakemake is given decides nothing here.
    options = parser.parse_known_args(arguments)[0]
    try:
        if options.command == "describe":
            return _describe(options.names, options.target, options.name)
        if options.command == "took":
            print(compared(options.directory / ESTIMATE))
            return 0
        if options.command == "estimate":
            plan = plan_of(options.configfile, _settings(options.config))
            return _estimate(plan, options.directory, options.cores)
        if options.command == "make":
            return _make(options.names, options.directory, options.configfile)
        wanted = wanted_by_all(options.configfile)
        listed = inventory(options.directory, wanted)
        if options.command == "prune":
            listed = listed[listed["wanted"] == NO]
            print_trainings(listed, "are wanted by no run of this configuration")
            return _remove(listed) if options.remove else _tell_how(listed)
        print_trainings(listed, "are kept")
        lacking = sum(map(len, wanted.values())) - int((listed["wanted"] == YES).sum())
        print(
            f"{lacking} more are wanted, by the study and the runs beside it, if the audit is asked for and "
            "all data is there"
        )
    except RemixError as error:
        print(f"error: {one_line(error)}", file=sys.stderr)
        return 1
    return 0


def wanted_by_all(overlays: Sequence[Path]) -> dict[tuple[str, str], list[Training]]:
    """List what study, sweep, ablation and audit want, the audit also where it is not asked for now."""
    return plan_of(overlays, {"audit": {"train": True}}).trainings


def plan_of(overlays: Sequence[Path], settings: Mapping[str, Any]) -> Plan:
    """Plan the default study with some overlays, and settings over them."""
    files = [*DEFAULT_FILES, *overlays]
    config = overlaid(merged_files(files), settings)
    return Plan.of(config, files, ROOT / "workflow" / "schemas", ROOT / "config", overlays)


def _settings(given: Sequence[str]) -> dict[str, Any]:
    """Read settings of a command line, ``KEY=VALUE`` with a value in YAML."""
    pairs = (text.partition("=") for text in given)
    return {key: yaml.safe_load(value) for key, _, value in pairs}


def _describe(names: Sequence[str], target: str | None, name: str | None) -> int:
    # Imported here, for no other command reads tables.
    from remix.study.describe import describe

    if len(names) != 1:
        raise DataError("describe takes one file: python -m remix.study describe my.csv --target fraud")
    text, problem = describe(Path(names[0]), target, name)
    print(text, end="")
    # The output is likely to go into a file, whose first lines nobody reads unless told so.
    if doubts := sum(line.startswith("# - ") for line in text.splitlines()):
        print(f"read the first lines: they have {counted(doubts, 'doubt')} about the table", file=sys.stderr)
    if problem:
        raise DataError(f"with this entry the table cannot be trained on: {problem}")
    return 0


def _estimate(plan: Plan, directory: Path, cores: str) -> int:
    n_cores = int(cores) if cores.isdigit() else len(os.sched_getaffinity(0))
    found = estimate(plan, directory, n_cores, measured_costs)
    print(announce(found, n_cores), flush=True)
    keep(found, directory / ESTIMATE)
    return 0


def _make(names: Sequence[str], directory: Path, overlays: Sequence[Path]) -> int:
    plan = plan_of(overlays, {})
    known = by_name()
    own = {result.name for kind in FORMS for result in plan.results(kind)}
    for name in names:
        if name not in known:
            raise ResultError(f"there is no table or figure {name!r}; there are {', '.join(known)}")
        if name not in own:
            raise ResultError(f"this study does not make {name}; it is made {MADE[known[name].only or '']}")
        make(known[name], plan.runs, files_at_hand(known[name], directory, ROOT), directory)
        print(*(directory / path for path in known[name].files), sep="\n")
    return 0


def print_trainings(listed: pd.DataFrame, which: str) -> None:
    """Print a line for each training, and their number and size."""
    if not listed.empty:
        print(listed.drop(columns="path").to_string(index=False))
    print(f"{len(listed)} trainings {which}, {listed['mib'].sum():,.1f} MiB")


def _tell_how(listed: pd.DataFrame) -> int:
    if not listed.empty:
        print("Nothing was removed. To remove them: make prune REMOVE=yes (or prune --remove)")
    return 0


def _remove(listed: pd.DataFrame) -> int:
    for path in listed["path"]:
        path.unlink()
    print("They were removed.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
