def test_cells_are_sorted_from_mild_to_extreme(study):
    assert study.cells == [("musk", "0.05"), ("musk", "0.01"), ("aps", "0.01"), ("landsat", "0.1")]


def test_kinds_and_notes(study):
    assert {name: task.kind for name, task in study.tasks.items()} == {
        "musk": "binary",
        "aps": "binary",
        "landsat": "multiclass",
    }
    assert study.protocol_note == "1 × 2-fold cross-validation, 7 epochs, last weights, seed 1."
