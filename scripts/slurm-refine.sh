#!/bin/bash
# Refines thousands of images on a cluster: each task of the array takes its share of the list, on its own.
#
#   ls /data/run42/*.img > images.txt
#   sbatch --array=1-64 scripts/slurm-refine.sh 64 images.txt refined -hkl P1.hkl -cell 34.77 39.17 48.31 90 90 90 -misset 10 20 30 -N 8 ...
#   braggtape refine --merge --list images.txt --out refined      # when all tasks have ended: one table, refined/merged.csv
#
# The first argument is the number of shards, whatever part of them the array asks for: --array=3,17 takes two of them up again. What is
# finished stays as it is, and what was cut short goes on. A task ends with the exit code of braggtape refine: 0 only when all images of its
# shard are refined and have converged, so that --dependency=afterok can be trusted. BRAGGTAPE names another command than braggtape.
#
#SBATCH --job-name=braggtape
#SBATCH --cpus-per-task=2
#SBATCH --mem=2G
#SBATCH --time=04:00:00
#SBATCH --signal=B:INT@60
set -uo pipefail
usage="usage: sbatch --array=1-SHARDS slurm-refine.sh SHARDS LIST FOLDER [options of braggtape refine]"
shards=${1:?$usage}
list=${2:?$usage}
out=${3:?$usage}
shift 3

# A minute before its time is over, the task ends with the best so far.
trap 'kill -INT "$task" 2>/dev/null' INT TERM
${BRAGGTAPE:-braggtape} refine --list "$list" --shard "${SLURM_ARRAY_TASK_ID:?the task has no number; submit it with --array}/$shards" --out "$out" \
  -threads "${SLURM_CPUS_PER_TASK:-1}" --noprogress --resume "$@" &
task=$!
code=0
wait "$task" || code=$?
# A signal ends the first wait before the refinement has written what it found.
while kill -0 "$task" 2>/dev/null; do
  code=0
  wait "$task" || code=$?
done
exit "$code"
