import doctest

import pytest

from benchmarks import overhead
from remix.errors import RemixError

LOG = (
    "06:04:28 musk, IR 0.05: 20 folds of 2051 training rows, 166 features, 2 classes; "
    "3 hidden layers of 112; 5 steps of 64 rows per epoch\n"
    "06:04:29 epoch 1/5  loss 0.5 (0.4 to 0.6)  learning rate 1.0e-03 to 1.0e-03  3,200 rows/s\n"
    "06:04:30 epoch 3/5  loss 0.4 (0.3 to 0.5)  learning rate 1.0e-03 to 1.0e-03  6,400 rows/s\n"
    "06:04:31 epoch 5/5  loss 0.3 (0.2 to 0.4)  learning rate 1.0e-03 to 1.0e-03  12,800 rows/s\n"
)
RUN = "Provided cores: 2\nFinished jobid: 3 (Rule: train)\nElapsed time: 0:01:30.500000\n"


@pytest.fixture
def study(tmp_path):
    """A study of one training job of 10 s, in a run of 90.5 s, and a later run that trained nothing."""
    for path, text in {
        "results/benchmarks/train/musk/0.05/remix.tsv": "s\tmax_rss\n10.0\t700.0\n",
        "logs/train/musk/0.05/remix.log": LOG,
        ".snakemake/log/1.snakemake.log": RUN,
        ".snakemake/log/2.snakemake.log": "Provided cores: 2\nElapsed time: 0:00:03.0\n",
    }.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path


def test_examples():
    assert doctest.testmod(overhead).failed == 0


def test_the_time_of_a_run_is_split(study):
    jobs = overhead.read_jobs(study)
    # 6,400 rows an epoch: 2 s the first, then 1, 1, 0.5 and 0.5 s; 0.75 s on average.
    assert jobs.loc[0, ["seconds", "steps", "tracing"]].tolist() == [10.0, 3.75, 1.25]
    spent = overhead.parts(jobs, overhead.core_seconds(study / ".snakemake/log", 1))
    assert spent.tolist() == [3.75, 1.25, 5.0, 171.0]
    shown = overhead.for_people(spent)
    assert shown["%"].tolist() == ["2.1", "0.7", "2.8", "94.5", "100.0", "97.9"]


def test_runs_that_made_a_part_of_the_jobs_are_not_taken(study):
    with pytest.raises(RemixError, match=r"no run in .* made all 2 training jobs"):
        overhead.core_seconds(study / ".snakemake/log", 2)


@pytest.mark.parametrize("text", ["", LOG.partition("06:04:30")[0]])
def test_a_log_that_does_not_tell_is_named(study, text):
    log = study / "logs/train/musk/0.05/remix.log"
    log.write_text(text)
    with pytest.raises(RemixError, match=r"remix\.log: it does not tell"):
        overhead.read_jobs(study)
    log.unlink()
    with pytest.raises(RemixError, match=r"remix\.log"):
        overhead.read_jobs(study)


def test_what_is_printed_is_written_too(study, monkeypatch, capsys):
    written = {}
    monkeypatch.setattr(overhead, "write_section", written.__setitem__)
    monkeypatch.setattr("sys.argv", ["overhead", str(study)])
    overhead.main()
    assert "training steps" in capsys.readouterr().out
    (text,) = written.values()
    assert "| outside training steps" in text
