"""Make the page of one task: its data, and every method's scores and gains."""

from pathlib import Path

import numpy as np

from remix.study.report.document import data_uri, html_page
from remix.study.report.task import task_markdown, task_values
from remix.study.results.reading import read_table
from remix.study.running.logs import job
from remix.study.running.parquet import read_parquet
from remix.study.running.writing import write_text
from remix.study.study import Study


def main(snakemake):
    """Write the page from the study's tables, the task's variants and its pictures."""
    with job(snakemake.log[0]):
        study, name = Study.from_json(snakemake.params.study), snakemake.wildcards["task"]
        files = snakemake.input
        counts = {}
        for path in map(Path, files.variants):
            labels = read_parquet(path, columns=["label"])["label"]
            counts[path.name.removesuffix(".parquet")] = np.bincount(
                labels, minlength=study.tasks[name].n_classes
            )
        pictures = {
            Path(path).stem.removesuffix(f"_{name}").replace("_", " ").capitalize(): data_uri(
                Path(path).read_bytes(), Path(path).suffix
            )
            for path in files.figures
        }
        datasets, coverage, scores = map(read_table, (files.datasets, files.coverage, files.scores))
        page = html_page(
            task_markdown(name, study, datasets, coverage, scores, counts),
            style=Path(files.style).read_text(encoding="utf-8"),
            script=Path(files.script).read_text(encoding="utf-8"),
            pictures=pictures,
            values=task_values(name, scores),
        )
        write_text(page, snakemake.output[0])


if __name__ == "__main__":
    main(snakemake)
