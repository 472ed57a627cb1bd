"""Which seizures a method finds: those with large waves, or also those with small ones.

``python -m benchmarks.seizure_waves`` reads what a study predicts on the recordings, and writes to the
results why SMOTE is ahead there.
"""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

import remix.study
from benchmarks.report import in_one_line, machine, write_section
from benchmarks.study import default_study
from remix.errors import ResultError
from remix.preprocessing import scaler
from remix.study.data.columns import LABEL, features
from remix.study.results.markdown import table
from remix.study.running.parquet import read_parquet
from remix.study.words import percent

TASK, SEIZURE = "seizure", "1"
METHODS = ("smote", "cost", "remix")
QUARTERS = ("smallest waves", "second quarter", "third quarter", "largest waves")


def wave_sizes(prepared: pd.DataFrame, clip: float) -> pd.Series:
    """Compute the standard deviation of each row, scaled by `remix.preprocessing.scaler` as for training."""
    scaled = scaler(clip).fit_transform(features(prepared).to_numpy())
    return pd.Series(scaled.std(axis=1))


def found_by_size(predictions: pd.DataFrame, sizes: pd.Series) -> pd.Series:
    """Compute the share of seizures that are found, by quarter of their size, the smallest first.

    Parameters
    ----------
    predictions : DataFrame
        ``row, y_true, p_1``, as `remix.study.predictions` gives them; class 1 is the seizures.
    sizes : Series
        Size of each row of the prepared dataset, by its position.
    """
    seizures = predictions[predictions["y_true"] == 1]
    quarter = pd.qcut(sizes[seizures["row"]].to_numpy(), len(QUARTERS), labels=QUARTERS)
    return (seizures["p_1"] > 0.5).groupby(quarter, observed=True).mean()


def layout(found: Mapping[str, pd.Series], titles: Mapping[str, str]) -> pd.DataFrame:
    """Lay out a row per quarter and a column per method, in per cent."""
    lines = [
        {
            "Seizures with": quarter,
            **{titles[name]: percent(shares[quarter]) for name, shares in found.items()},
        }
        for quarter in QUARTERS
    ]
    return pd.DataFrame(lines)


def medians(prepared: pd.DataFrame, sizes: pd.Series) -> Sequence[float]:
    """Compute the median size of the seizures, and the least and the largest median of the other classes."""
    by_class = sizes.groupby(prepared[LABEL]).median()
    others = by_class.drop(SEIZURE)
    return by_class[SEIZURE], others.min(), others.max()


def main() -> None:
    """Print the shares that are found, and write them to the results."""
    parser = argparse.ArgumentParser(prog="seizure_waves", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--ir", default="0.05")
    parser.add_argument("--directory", type=Path, default=Path(), help="where the study has run")
    options = parser.parse_args()
    study = default_study()
    path = options.directory / "resources" / "prepared" / f"{study.tasks[TASK].dataset}.parquet"
    if not path.exists():
        raise ResultError(f"{path} is not there; run the study first: make study")
    prepared = read_parquet(path)
    assert study.protocol.tables is not None  # the default study has them
    sizes = wave_sizes(prepared, study.protocol.tables.clip)
    results = options.directory / "results"
    found = {
        name: found_by_size(remix.study.predictions(TASK, options.ir, name, folder=results), sizes)
        for name in METHODS
    }
    own, least, largest = medians(prepared, sizes)
    about = (
        f"The default study at {options.ir}. The standardised values of a seizure vary by {own:.2f} in the "
        f"median, those of the other classes by {least:.2f} to {largest:.2f}. Shares of the seizures found:"
    )
    shown = table(layout(found, study.methods))
    print(f"\n{about}\n\n{shown}")
    write_section("Which seizures are found", "\n\n".join([machine(), about, shown]))


if __name__ == "__main__":
    in_one_line(main)
