import pytest

from benchmarks import overhead
from remix.errors import RemixError

RUN = "Provided cores: 2\n(Rule: train)\n(Rule: score)\n(Rule: train_sweep)\nElapsed time: 0:01:30.500000\n"


@pytest.fixture
def study(tmp_path):
    """A study of one training job and one of its sweep, in a run of 90.5 s; a later run trained nothing."""
    for path, text in {
        "results/benchmarks/train/musk/0.05/remix.tsv": "s\tmax_rss\n10.0\t700.0\n",
        "results/made_by/musk/0.05/remix.json": '{"step_seconds": 3.75}',
        "results/benchmarks/sweep/0.4/train/musk/0.05/remix.tsv": "s\tmax_rss\n8.0\t700.0\n",
        "results/sweep/0.4/made_by/musk/0.05/remix.json": '{"step_seconds": 3.25}',
        ".snakemake/log/1.snakemake.log": RUN,
        ".snakemake/log/2.snakemake.log": "Provided cores: 2\nElapsed time: 0:00:03.0\n",
    }.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path


def test_the_time_of_a_run_is_split(study):
    jobs = overhead.read_jobs(study)
    spent = overhead.parts(jobs, overhead.core_seconds(study / ".snakemake/log", len(jobs)))
    assert spent.tolist() == [7.0, 11.0, 163.0]
    shown = overhead.for_people(spent)
    assert shown["%"].tolist() == ["3.9", "6.1", "90.1", "100.0", "96.1"]


def test_runs_that_made_a_part_of_the_jobs_are_not_taken(study):
    with pytest.raises(RemixError, match=r"no run in .* made all 3 training jobs"):
        overhead.core_seconds(study / ".snakemake/log", 3)


@pytest.mark.parametrize("text", ["", "{}", "{"])
def test_a_training_that_does_not_tell_is_named(study, text):
    said = study / "results/made_by/musk/0.05/remix.json"
    said.write_text(text)
    with pytest.raises(RemixError, match=r"remix\.json (does not tell|is damaged)"):
        overhead.read_jobs(study)
    said.unlink()
    with pytest.raises(RemixError, match=r"remix\.json"):
        overhead.read_jobs(study)


def test_what_is_printed_is_written_too(study, monkeypatch, capsys):
    written = {}
    monkeypatch.setattr(overhead, "write_section", written.__setitem__)
    monkeypatch.setattr("sys.argv", ["overhead", str(study)])
    overhead.main()
    assert "training steps" in capsys.readouterr().out
    (text,) = written.values()
    assert "| outside training steps" in text
