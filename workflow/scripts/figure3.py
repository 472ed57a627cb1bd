"""Draw Figure 3: mini-batches as drawn, after SMOTE and after ReMix."""

import json

from remix.study.results.figures.demonstration import made_up_note
from remix.study.results.figures.figure3 import figure3
from remix.study.running.logs import job
from remix.study.running.parquet import read_parquet
from remix.study.running.writing import write_figure


def main(snakemake):
    """Write the figure as PNG and SVG from the numbers of its demonstration."""
    with job(snakemake.log[0]):
        frames = {part: read_parquet(snakemake.input[part]) for part in ("points", "batches")}
        note = made_up_note(snakemake.params.seed)
        figure = figure3(**frames, titles=json.loads(snakemake.params.titles), note=note)
        write_figure(figure, dict(snakemake.output.items()))


if __name__ == "__main__":
    main(snakemake)
