#!/bin/bash
# Tries scripts/slurm-refine.sh on a Slurm of one node that is started for it (Debian: apt-get install slurm-wlm munge), as root.
# Without Slurm it says so and is done.
set -euo pipefail
cd "$(dirname "$0")/.."
for program in slurmctld slurmd sbatch munged; do
  command -v "$program" >/dev/null || { echo "skipped: $program is not installed (apt-get install slurm-wlm munge)"; exit 0; }
done
[ "$(id -u)" = 0 ] || { echo "skipped: a Slurm of one's own is started as root"; exit 0; }

home=$(mktemp -d)
chmod 755 "$home"
mkdir -p "$home/state" "$home/spool" /run/munge /var/log/munge /var/lib/munge /etc/munge
host=$(hostname -s)
cat > "$home/slurm.conf" <<CONF
ClusterName=trial
SlurmctldHost=$host
SlurmUser=root
AuthType=auth/munge
StateSaveLocation=$home/state
SlurmdSpoolDir=$home/spool
SlurmctldPidFile=$home/slurmctld.pid
SlurmdPidFile=$home/slurmd.pid
SlurmctldLogFile=$home/slurmctld.log
SlurmdLogFile=$home/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
ReturnToService=2
NodeName=$host CPUs=2 RealMemory=1000 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF="$home/slurm.conf"
[ -s /etc/munge/munge.key ] || dd if=/dev/urandom of=/etc/munge/munge.key bs=1 count=1024 status=none
chmod 400 /etc/munge/munge.key
munged --force --foreground --socket="$home/munge.socket" --pid-file="$home/munged.pid" --log-file="$home/munged.log" --seed-file="$home/munged.seed" > "$home/munged.out" 2>&1 &
munge=$!
echo "AuthInfo=socket=$home/munge.socket" >> "$home/slurm.conf"
for _ in $(seq 50); do [ -S "$home/munge.socket" ] && break; sleep 0.2; done
slurmctld -D > "$home/slurmctld.out" 2>&1 &
controller=$!
slurmd -D > "$home/slurmd.out" 2>&1 &
node=$!
ended() {
  kill "$node" "$controller" "$munge" 2>/dev/null || true
  wait 2>/dev/null || true
  rm -rf "$home"
}
trap ended EXIT

export BRAGGTAPE="node --import $PWD/node_modules/tsx/dist/loader.mjs $PWD/src/cli/main.ts"
work="$home/work"
mkdir -p "$work/one" "$work/two"
crystal="-default_F 50 -lambda 1 -oversample 1 -pixel 1"
$BRAGGTAPE simulate $crystal -cell 20.1 24.2 28.3 -misset 10 20 30 -N 5 -distance 80 -fluence 3e27 -detpixels 32 -adc 0 -seed 1 -nopgm -noisefile "$work/one/still.img" -intfile "$work/i.img" -floatfile "$work/f.bin" > "$work/simulated.txt"
cp "$work/one/still.img" "$work/two/still.img"
cp "$work/one/still.img" "$work/third.img"
printf '%s\n' "$work/one/still.img" "$work/two/still.img" "$work/missing.img" "$work/third.img" > "$work/images.txt"
options="$crystal -cell 20.1 24.2 28.3 -misset 10.05 20 30 -N 5 -distance 80 -fluence 1e27 --refine misset,scale --coarse none"
submit() {
  sbatch --wait --output="$work/log-%a.txt" --mem=400 --cpus-per-task=1 "$@" && echo "code 0" || echo "code $?"
}
run() { submit "--array=$1" scripts/slurm-refine.sh 2 "$work/images.txt" "$work/refined" $options; }
expect() { [[ "$2" == *"$3"* ]] || { echo "FAILED: $1: $2"; cat "$work"/log-*.txt "$home"/*.log; exit 1; }; echo "ok: $1"; }

expect "an image that is missing fails its shard, so that afterok does not go on" "$(run 1)" "code 4"
expect "the other shard ends with 0" "$(run 2)" "code 0"
before=$(stat -c %Y "$work"/refined/*one_still/refinement.json)
cp "$work/third.img" "$work/missing.img"
expect "a shard that is run again, on its own, ends what was left" "$(run 1)" "code 0"
[ "$before" = "$(stat -c %Y "$work"/refined/*one_still/refinement.json)" ] || { echo "FAILED: what was finished was touched"; exit 1; }
code=0
merged=$($BRAGGTAPE refine --merge --list "$work/images.txt" --out "$work/refined") || code=$?
expect "the merged table has all images, and all have converged" "code $code, $(wc -l <<< "$merged") lines" "code 0, 5 lines"
