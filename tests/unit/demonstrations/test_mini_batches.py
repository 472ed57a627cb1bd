import numpy as np
import pytest

from remix.batches.drawing import epoch_steps
from remix.study.demonstrations.mini_batches import (
    BATCH_SIZE,
    alpha_of,
    draw_batches,
    make_batches,
    training_set,
)
from remix.study.demonstrations.rings import ARCHITECTURE, PROTOCOL
from remix.training import StackTrainer

LABELS = np.repeat([0, 1], [130, 20])


@pytest.fixture
def data():
    # Each row's features tell which row it is, and the sign which class.
    return training_set(np.arange(1, 151)[:, None] * np.where(LABELS, 1, -1)[:, None], LABELS, "numbered")


@pytest.mark.parametrize("name", ["baseline", "smote", "remix"])
def test_they_are_the_mini_batches_of_a_training(methods, data, name):
    trainer = StackTrainer(
        [data], methods[name], PROTOCOL, architecture=ARCHITECTURE, n_classes=2, batch_size=BATCH_SIZE, seed=3
    )
    drawn = draw_batches(methods[name], data, 2 * trainer.steps, seed=3)
    _, y = make_batches(methods[name], data, drawn)
    for part in np.split(y, 2):
        _, diagnostics = trainer.run_epoch(np.array([0.001], np.float32), np.array([True]))
        # What the network was given of each class, and how many mini-batches lacked one.
        assert diagnostics.class_mass[0] == pytest.approx(part.sum(axis=(0, 1)) / BATCH_SIZE, rel=1e-5)
    lacking = [(LABELS[rows] == 1).sum() == 0 for rows in drawn.rows[trainer.steps :]]
    assert diagnostics.lacking[0, 1] == sum(lacking)


def test_without_stages_they_are_training_rows_as_drawn(methods, data):
    steps = epoch_steps([150], BATCH_SIZE, "filled")
    drawn = draw_batches(methods["baseline"], data, steps, seed=3)
    x, y = make_batches(methods["baseline"], data, drawn)
    assert (x[:, :, 0] == data.features[drawn.rows, 0]).all()
    assert (y.argmax(axis=2) == LABELS[drawn.rows]).all()
    assert set(drawn.rows.ravel()) == set(range(150))


def test_as_many_as_asked_for_and_the_first_do_not_depend_on_it(methods, data):
    few, many = (draw_batches(methods["remix"], data, count, seed=3) for count in (2, 7))
    assert few.rows.shape == (2, BATCH_SIZE)
    assert (few.rows == many.rows[:2]).all()
    assert (few.stages["mix"]["order"] == many.stages["mix"]["order"][:2]).all()


def test_alpha(methods):
    assert alpha_of(methods["remix"]) == 0.1
    assert np.isnan(alpha_of(methods["smote"]))
