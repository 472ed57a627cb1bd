"""Draw Figure 2: samples by SMOTE and ReMix around the minority's hull."""

import json

from remix.study.results.figures.demonstration import made_up_note
from remix.study.results.figures.figure2 import figure2
from remix.study.running.logs import job
from remix.study.running.parquet import read_parquet
from remix.study.running.writing import write_figure


def main(snakemake):
    """Write the figure as PNG and SVG from the numbers of its demonstration."""
    with job(snakemake.log[0]):
        frames = {part: read_parquet(snakemake.input[part]) for part in ("hull", "batches", "spread")}
        note = made_up_note(snakemake.params.seed)
        figure = figure2(**frames, titles=json.loads(snakemake.params.titles), note=note)
        write_figure(figure, dict(snakemake.output.items()))


if __name__ == "__main__":
    main(snakemake)
