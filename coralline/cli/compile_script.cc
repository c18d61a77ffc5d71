#include "coralline/cli/compile_script.h"

#include <fmt/format.h>

#include <chrono>

namespace coralline::cli {
namespace {

// As one word of a shell.
std::string Quote(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

// Options of the compiler beside those that are always given.
std::string OptionsText(const CompileOptions& options) {
  std::string text;
  if (options.timeout) {
    text += fmt::format(
        " -t {}",
        std::chrono::ceil<std::chrono::seconds>(*options.timeout).count());
  }
  if (options.min_runtime_version > 0) {
    text += fmt::format(" -m {}", options.min_runtime_version);
  }
  return text;
}

// {} is what the compiler is given beside the file.
constexpr const char* kHead = R"sh(#!/bin/sh
# Compiles the segments beside this script for the Edge TPU. Written by
# 'coralline compile'. edgetpu_compiler is a program for x86-64 Linux, see
# https://coral.ai/docs/edgetpu/compiler; EDGETPU_COMPILER names another one.
set -eu
cd -- "$(dirname -- "$0")"

compiler=${{EDGETPU_COMPILER:-edgetpu_compiler}}
if ! command -v "$compiler" >/dev/null 2>&1; then
  echo "compile.sh: no program '$compiler'; install it, see" >&2
  echo "https://coral.ai/docs/edgetpu/compiler, or name it with" >&2
  echo "EDGETPU_COMPILER=/path/to/edgetpu_compiler" >&2
  exit 4
fi

# What the compiler prints becomes the log: its own has the operators alone.
compile() {{
  echo "compile.sh: $1.tflite"
  if ! "$compiler" -s -o .{} "./$1.tflite" >"./$1.out" 2>&1; then
    cat "./$1.out" >&2
    rm -f "./$1.out"
    echo "compile.sh: $1.tflite: failed" >&2
    exit 1
  fi
  mv -f "./$1.out" "./$1_edgetpu.log"
}}

)sh";

constexpr const char* kTail = R"sh(
echo "compile.sh: done. Bring this folder back, and take its files in with"
echo "  coralline compile" {} "--from FOLDER -o SEGMENTS"
)sh";

// What was given on the command line, where it matters for --from.
std::string Given(const CompileOptions& options) {
  std::string text = Quote(options.input);
  if (!options.model.empty()) text += " --model " + Quote(options.model);
  if (HasCuts(options.cuts)) text += " '(the same cuts)'";
  return text;
}

}  // namespace

std::string CompileScript(const Compilation& compilation,
                          const CompileOptions& options) {
  std::string text = fmt::format(kHead, OptionsText(options));
  for (const CompileStage& stage : compilation.stages) {
    if (!stage.is_cpu) text += "compile " + Quote(stage.model.name) + "\n";
  }
  return text + fmt::format(kTail, Given(options));
}

}  // namespace coralline::cli
