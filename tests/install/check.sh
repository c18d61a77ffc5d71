#!/usr/bin/env bash
# Installs the build into a scratch folder and builds programs against it: one
# in C++ with CMake, one in C with pkg-config.
set -euo pipefail
build=$1
consumer=$2
libdir=$3
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cmake --install "$build" --prefix "$scratch/usr" >/dev/null
cmake -G Ninja -S "$consumer" -B "$scratch/build" -DCMAKE_PREFIX_PATH="$scratch/usr" >/dev/null
cmake --build "$scratch/build" >/dev/null
"$scratch/build/consumer" "$scratch/fc.tflite"
"$scratch/usr/bin/coralline" inspect "$scratch/fc.tflite"

export PKG_CONFIG_PATH="$scratch/usr/$libdir/pkgconfig"
"$scratch/usr/bin/coralline" generate fc --width 64 -o "$scratch/whole.tflite"
# shellcheck disable=SC2046  # several flags
cc -std=c99 -pedantic -Wall -Werror "$consumer/consumer.c" \
  -o "$scratch/c_consumer" $(pkg-config --cflags --libs coralline)
LD_LIBRARY_PATH="$scratch/usr/$libdir" "$scratch/c_consumer" "$scratch/whole.tflite"
