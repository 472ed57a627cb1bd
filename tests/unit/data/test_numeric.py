"""Columns that are not numeric, and the line of YAML that mends it."""

import pandas as pd
import pytest
import yaml

from remix.errors import DataError
from remix.study.data.numeric import numeric, yaml_line

N = 24
# What the columns hold, and what is to be written into the source.
MENDED = {
    "decimal commas": ({"a": ["24,23", "1004,1"], "b": ["1,234", "2,5"]}, 'decimal: ","'),
    "thousands": ({"a": ["1,234", "12,345,678.5"]}, 'thousands: ","'),
    "thousands and decimal commas": ({"a": ["1.234,5", "2.345.678,25"]}, 'decimal: ",", thousands: "."'),
    "categories": (
        {"sex": ["f", "m"], "job of": ["a", "b", "c"], "n": [1, 2]},
        'categorical: [sex, "job of"]',
    ),
    "marks": ({"bmi": [*range(18), *["N/A"] * 6]}, 'na_values: ["N/A"]'),
    "dates": ({"day": ["2020-01-05", "2020-01-06 10:00"]}, "drop: [day]"),
    "names of rows": ({"who": [f"P{i}" for i in range(N)]}, "drop: [who]"),
    "truth values": ({"flag": ["yes", "no"]}, "categorical: [flag]"),
    "of all kinds": (
        {"who": [f"P{i}" for i in range(N)], "sex": ["f", "m"], "bmi": [*range(23), "?"]},
        'na_values: ["?"], categorical: [sex], drop: [who]',
    ),
}


@pytest.mark.parametrize(("columns", "line"), MENDED.values(), ids=MENDED)
def test_all_columns_are_named_with_the_line_that_mends_them(columns, line):
    frame = pd.DataFrame({name: list(values) * (N // len(values)) for name, values in columns.items()})
    with pytest.raises(DataError) as caught:
        numeric(frame, range(frame.shape[1]))
    text = str(caught.value)
    assert text.endswith(f"; to read it so, add to the source: {line}")
    assert "\n" not in text
    for name, values in frame.items():
        assert (f"'{name}'" in text) == (values.dtype == "str" or values.dtype == object)
    assert isinstance(yaml.safe_load(f"{{file: t.csv, {line}}}"), dict)


def test_signs_of_units_are_no_categories():
    frame = pd.DataFrame({"rate": ["51%", "52%"], "price": ["$1,161.67", "€ 2"], "n": ["1", "2"]})
    with pytest.raises(DataError, match=r"take the signs of currencies and per cent out of rate, price$"):
        numeric(frame, [0, 1, 2])


def test_a_first_row_of_names_may_be_a_header():
    frame = pd.DataFrame({"x0": ["a", "1", "2"], "x1": ["b", "1", "2"], "x2": ["3", "1", "2"]})
    with pytest.raises(
        DataError, match=r"2 columns are not numeric.* is the first line a header.*header: true"
    ):
        numeric(frame, [0, 1, 2], header=False)
    with pytest.raises(DataError, match=r"na_values: \[a, b\]$"):
        numeric(frame, [0, 1, 2], header=True)


@pytest.mark.parametrize("name", ["yes", "a: b", "x, y", "'q'", "1", "größe", "-", "#", "a b"])
def test_the_line_is_yaml(name):
    assert yaml.safe_load(f"{{{yaml_line({'drop': [name]})}}}") == {"drop": [name]}
