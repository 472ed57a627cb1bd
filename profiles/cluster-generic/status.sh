#!/bin/sh
# Whether a job of SLURM succeeded, runs or failed, by its number, in the words that Snakemake expects.
case "$(scontrol show job -o "$1" 2>&1)" in
  *JobState=COMPLETED*) echo success ;;
  *JobState=PENDING* | *JobState=CONFIGURING* | *JobState=RUNNING*) echo running ;;
  *JobState=COMPLETING* | *JobState=SUSPENDED* | *JobState=REQUEUED*) echo running ;;
  *JobState=* | *"Invalid job id"*) echo failed ;;
  *) echo running ;; # SLURM does not answer; called failed, the job would be started a second time beside itself
esac
