#!/bin/bash
# Refines thousands of images on a cluster: each task of the array takes its share of the list, on its own.
#
#   ls /data/run42/*.img > images.txt
#   sbatch scripts/slurm-refine.sh images.txt refined
#   braggtape refine --merge --out refined      # when all tasks have ended: one table, refined/merged.csv
#
#SBATCH --job-name=braggtape
#SBATCH --array=1-64
#SBATCH --cpus-per-task=2
#SBATCH --mem=2G
#SBATCH --time=04:00:00
#SBATCH --signal=B:INT@60
set -euo pipefail
list=${1:?the first argument is the list of images}
out=${2:?the second argument is the folder for the results}

# A minute before its time is over, the task ends with the best so far; --resume in a later run goes on from there.
trap 'kill -INT "$task" 2>/dev/null || true' INT
braggtape refine --list "$list" --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" --out "$out" \
  -hkl P1.hkl -cell 34.77 39.17 48.31 90 90 90 -misset 10 20 30 -N 8 -distance 120 -fluence 1e26 -oversample 2 \
  --refine cell,misset,distance,scale --starts 20 --within 2 -threads "$SLURM_CPUS_PER_TASK" -noprogress &
task=$!
wait "$task" || wait "$task"
