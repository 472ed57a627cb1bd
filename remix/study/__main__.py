"""Commands about a study: which trainings are kept, and removing those that no run wants any more.

``python -m remix.study trainings`` lists them, ``python -m remix.study prune`` lists what is wanted by
nothing, and ``prune --remove`` removes it.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from remix.errors import RemixError, one_line
from remix.study.code import ROOT
from remix.study.config import (
    DEFAULT_FILES,
    audit_protocols,
    load_configuration,
    overlaid,
    read_overlay,
)
from remix.study.inventory import NO, YES, inventory
from remix.study.trainings import Training, trainings_of


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; gives the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m remix.study", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("command", choices=["trainings", "prune"])
    parser.add_argument("--directory", type=Path, default=Path(), help="where the study runs; default: here")
    parser.add_argument(
        "--configfile", nargs="+", type=Path, default=[], help="the overlays that it runs with"
    )
    parser.add_argument("--remove", action="store_true", help="with prune: remove what it lists")
    options = parser.parse_args(arguments)
    try:
        wanted = wanted_by_all(options.configfile)
        listed = inventory(options.directory, wanted)
        if options.command == "prune":
            listed = listed[listed["wanted"] == NO]
            print_trainings(listed, "are wanted by no run of this configuration")
            return _remove(listed) if options.remove else _tell_how(listed)
        print_trainings(listed, "are kept")
        lacking = sum(map(len, wanted.values())) - int((listed["wanted"] == YES).sum())
        print(
            f"{lacking} more are wanted, by study, sweep or audit, if the audit is asked for and all data is "
            "there"
        )
    except RemixError as error:
        print(f"error: {one_line(error)}", file=sys.stderr)
        return 1
    return 0


def wanted_by_all(overlays: Sequence[Path]) -> dict[tuple[str, str], list[Training]]:
    """List what study, sweep and audit want, the audit also where it is not asked for now."""
    files, schemas = [*DEFAULT_FILES, *overlays], ROOT / "workflow" / "schemas"
    config: dict[str, object] = {}
    for path in files:
        config = overlaid(config, read_overlay(path))
    configuration = load_configuration(config, files, schemas)
    study, *others = audit_protocols(configuration, config, files, schemas, ROOT / "config").values()
    return trainings_of([study, *configuration.sweep.studies(study).values(), *others])


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
