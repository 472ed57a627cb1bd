import dataclasses
import hashlib
from types import SimpleNamespace

import numpy as np
import pandas as pd

from remix.study.data.catalogue import Task
from remix.study.results.declarations import by_name, wanted
from remix.study.results.tables.datasets import label_counts
from remix.study.results.tables.row_lists import make
from remix.study.running.writing import write_parquet

TAIL = Task(
    "tail", "d", ("b", "c"), merged=False, classes=("a", "b", "c"), irs=("0.1",), profile="exponential"
)


def test_rows_and_their_digest_by_hand(study, tmp_path):
    study = dataclasses.replace(study, tasks={**study.tasks, "tail": TAIL})
    frame = pd.DataFrame({"row": [7, 9, 12, 30], "x": 0.5, "label": [0, 2, 1, 0]})
    frame["trained"] = [True, False, True, True]
    path = tmp_path / "0.1.parquet"
    write_parquet(frame, path)
    table, text = make(SimpleNamespace(study=study), {("tail", "0.1"): path})
    (line,) = table.itertuples()
    assert (line.task, line.ir, line.rows, line.rows_by_class) == ("tail", "0.1", 3, "2 1 0")
    assert line.row_numbers == "7 12 30"
    assert line.sha256 == hashlib.sha256(b"7 12 30").hexdigest()
    assert line.sha256 in text
    assert "7 12 30" not in text
    # The other tables count the same rows.
    np.testing.assert_array_equal(label_counts(path, 3), [2, 1, 0])


def test_only_a_study_of_long_tails_has_the_table():
    table = by_name()["row_lists"]
    assert table in wanted("tables", ["paper", "long_tails"])
    assert table not in wanted("tables", ["paper"])
