import pandas as pd
import pytest

from benchmarks import overhead
from remix.errors import RemixError
from remix.study.running.writing import write_parquet

RUN = "  Date: 2026-11-24 18:31:27\nProvided cores: 2\nElapsed time: 0:01:30.500000\n"


@pytest.fixture
def study(tmp_path):
    """A study of two trainings, in a run of 90.5 s."""
    log = tmp_path / ".snakemake/log/1.snakemake.log"
    log.parent.mkdir(parents=True)
    log.write_text(RUN)
    trainings = pd.DataFrame({"training": ["a", "b"], "begun": "2026-11-24 18:31:40", "seconds": 9.0})
    write_parquet(trainings.assign(step_seconds=3.5, peak_mib=700.0), tmp_path / "results/trainings.parquet")
    return tmp_path


def overhead_of(study, monkeypatch, *options):
    monkeypatch.setattr("sys.argv", ["overhead", str(study), *options])
    overhead.main()


@pytest.mark.parametrize(
    ("path", "trouble"),
    [
        (".snakemake/log/1.snakemake.log", r"no run in .* made all 2 trainings; run the study in an empty"),
        ("results/trainings.parquet", r"trainings\.parquet is not there; run the study first"),
    ],
)
def test_a_study_that_cannot_be_told_of_is_refused(study, path, trouble, monkeypatch):
    (study / path).unlink()
    with pytest.raises(RemixError, match=trouble):
        overhead_of(study, monkeypatch)


def test_what_is_printed_is_written_too(study, monkeypatch, capsys):
    written = {}
    monkeypatch.setattr(overhead, "write_section", written.__setitem__)
    overhead_of(study, monkeypatch, "--dry")
    assert not written
    overhead_of(study, monkeypatch)
    assert "training steps" in capsys.readouterr().out
    (text,) = written.values()
    assert "| outside training steps" in text
