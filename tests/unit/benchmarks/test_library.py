"""One model and its mini-batches beside others: each contender runs, and the table compares them."""

import pytest

from benchmarks import library


@pytest.mark.parametrize("contender", library.CONTENDERS.values(), ids=library.CONTENDERS)
def test_every_contender_runs(contender):
    assert contender(library.Size(300, 4, 1)) > 0


def test_medians_are_compared_with_the_last(monkeypatch):
    seconds = {"a": iter([3.0, 1.0, 2.0]), "b": iter([4.0, 4.0, 4.0])}
    monkeypatch.setattr(library, "measure", lambda name, size: (next(seconds[name]), 100.0))
    shown = library.compared(("a", "b"), library.Size(1_000, 20, 5), runs=3)
    assert shown[""].tolist() == ["a", "b"]
    assert shown["seconds"].tolist() == ["2.00", "4.00"]
    assert shown["× b"].tolist() == ["0.50", "1.00"]
    assert shown["rows × features"].tolist() == ["1,000 × 20"] * 2
