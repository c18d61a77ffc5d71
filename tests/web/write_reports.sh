#!/usr/bin/env bash
# Lets the program write the reports that the browser test opens:
# write_reports.sh PROGRAM FOLDER
set -euo pipefail
program=$(realpath "$1")
mkdir -p "$2"
reports=$(realpath "$2")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

# A command that ends with the given status; else what it said is shown.
expect() {
  local expected=$1 status=0
  shift
  "$program" "$@" >output 2>&1 || status=$?
  [ "$status" = "$expected" ] && return
  printf 'coralline %s: exit status %s\n' "$*" "$status" >&2
  cat output >&2
  exit 1
}

expect 0 generate fc --width 1620 -o fc.tflite
expect 0 generate resnet50 -o resnet50.tflite
expect 0 generate inception_v4 -o inception_v4.tflite
for network in resnet50 inception_v4; do
  expect 0 plan $network.tflite --report "$reports/plan-$network.html"
done
expect 0 simulate resnet50.tflite --stages 4 \
  --report "$reports/simulate-resnet50.html"
expect 0 simulate fc.tflite --stages 3 --host python \
  --report "$reports/simulate-fc.html"
expect 0 run fc.tflite --devices emulated:edgetpu-pcie:3 --requests 200 \
  --no-cache --report "$reports/run-fc.html"
expect 4 run fc.tflite --devices emulated:edgetpu-pcie:2 --requests 200 \
  --fault device=0,at=5,kind=lost --fault device=1,at=5,kind=lost \
  --no-cache --report "$reports/run-lost.html"
expect 0 sweep mobilenet_v1 resnet50 --counts 1-3 \
  --report "$reports/sweep.html"
expect 0 reproduce --only simulated --fc-widths 1140,1620,2220 \
  --conv-widths 352,442 --out reproduction
cp reproduction/report.html "$reports/reproduce.html"
