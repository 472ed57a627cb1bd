"""Draw Figure 1: decision surfaces on rings."""

import json

from remix.study.results.figures.demonstration import made_up_note
from remix.study.results.figures.figure1 import figure1
from remix.study.running.logs import job
from remix.study.running.parquet import read_parquet
from remix.study.running.writing import write_figure


def main(snakemake):
    """Write the figure as PNG and SVG from the numbers of its demonstration."""
    with job(snakemake.log[0]):
        frames = {part: read_parquet(snakemake.input[part]) for part in ("points", "surfaces", "regions")}
        note = made_up_note(snakemake.params.seed)
        figure = figure1(**frames, titles=json.loads(snakemake.params.titles), note=note)
        write_figure(figure, dict(snakemake.output.items()))


if __name__ == "__main__":
    main(snakemake)
