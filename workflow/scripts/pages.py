"""Make the pages of the report, and the summary that ends a run."""

from pathlib import Path

from remix.study.report import pages
from remix.study.results.declarations import find
from remix.study.running.logs import job
from remix.study.running.provenance import of_run
from remix.study.running.writing import write_text
from remix.study.study import Study


def main(snakemake):
    """Write the page of each table and of each task, what made the results, and the first page.

    The settings shown are read from the configuration; the rule's parameter is only their fingerprint.
    """
    with job(snakemake.log[0]):
        output, params = snakemake.output, snakemake.params
        study = Study.from_json(params.study)
        # A folder stands for what is in it.
        inputs = [Path(path) for path in snakemake.input]
        each = (sorted(path.glob("[!.]*")) if path.is_dir() else [path] for path in inputs)
        files = [str(path) for several in each for path in several]
        beside = Path(params.root, "workflow", "report")
        look = pages.Look.read(beside)
        for path in map(Path, output.tables):
            write_text(pages.table_page(path.with_suffix(".csv"), look), path)
        for task, page in pages.task_pages(study, files, look).items():
            write_text(page, Path(output.tasks, f"{task}.html"))
        trainings, facts = find("results/trainings.parquet", files), of_run(Path(params.root))
        page = pages.provenance_page(facts, trainings, study, snakemake.config, look)
        write_text(page, output.provenance)
        style = (beside / "report.css").read_text(encoding="utf-8")
        write_text(pages.front_page(files, style), output.front)
        write_text(pages.summary(study, files, params.data_dir), output.summary)


if __name__ == "__main__":
    main(snakemake)
