import re

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


def overhead_of(study, monkeypatch, *options):
    monkeypatch.setattr("sys.argv", ["overhead", str(study), *options])
    overhead.main()


def test_a_study_that_several_runs_have_made_is_refused(study, monkeypatch):
    (study / ".snakemake/log/1.snakemake.log").unlink()
    with pytest.raises(RemixError, match=r"no run in .* made all 2 training jobs"):
        overhead_of(study, monkeypatch)


@pytest.mark.parametrize("part", ["", "sweep/0.4/"])
@pytest.mark.parametrize(
    ("text", "trouble"), [("", "is damaged"), ("{", "is damaged"), ("{}", "does not tell how long")]
)
def test_a_training_that_does_not_tell_is_named(study, part, text, trouble, monkeypatch):
    said = study / f"results/{part}made_by/musk/0.05/remix.json"
    said.write_text(text)
    with pytest.raises(RemixError, match=f"^{re.escape(str(said))} {trouble}"):
        overhead_of(study, monkeypatch)
    said.unlink()
    with pytest.raises(RemixError, match=f"^{re.escape(str(said))} does not tell"):
        overhead_of(study, monkeypatch)


def test_what_is_printed_is_written_too(study, monkeypatch, capsys):
    written = {}
    monkeypatch.setattr(overhead, "write_section", written.__setitem__)
    overhead_of(study, monkeypatch)
    assert "training steps" in capsys.readouterr().out
    (text,) = written.values()
    assert "| outside training steps" in text
