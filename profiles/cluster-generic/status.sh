#!/bin/sh
# Whether a job of SLURM succeeded, runs or failed, by its number, in the words that Snakemake expects.
state=$(scontrol show job -o "$1" | grep -o 'JobState=[A-Z_]*') || { echo failed; exit; }
case "$state" in
  *=COMPLETED) echo success ;;
  *=PENDING | *=CONFIGURING | *=RUNNING | *=COMPLETING | *=SUSPENDED | *=REQUEUED) echo running ;;
  *) echo failed ;;
esac
