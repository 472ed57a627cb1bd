"""Draw figures of the study."""

from pathlib import Path

from remix.study.results.declarations import by_name, find
from remix.study.results.figures.reliability import draw_tasks
from remix.study.results.making import make
from remix.study.results.runs import Runs
from remix.study.running.logs import job
from remix.study.running.parquet import read_parquet
from remix.study.running.writing import write_figure


def main(snakemake):
    """Draw each figure that is asked for, and where it is the reliability of every method on each task."""
    with job(snakemake.log[0]) as logger:
        runs = Runs.from_json(snakemake.params.runs)
        declared = by_name()
        for path in map(Path, snakemake.output.get("svg", [])):
            logger.info(f"draw {path}")
            make(declared[path.stem], runs, snakemake.input, path.parents[2])
        if folder := snakemake.output.get("tasks"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            curves = read_parquet(find("results/reliability.parquet", snakemake.input))
            for task, figure in draw_tasks(curves, runs.study):
                logger.info(f"draw {folder}/reliability_{task}")
                write_figure(figure, {form: f"{folder}/reliability_{task}.{form}" for form in ("png", "svg")})


if __name__ == "__main__":
    main(snakemake)
