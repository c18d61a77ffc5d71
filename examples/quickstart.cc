// Cuts a network in two, runs it as a pipeline and checks the result: the
// library from end to end. Exit status 4: there is no TFLite library.
#include <iostream>

#include "coralline/base/error.h"
#include "coralline/device/cpu_device.h"
#include "coralline/graph/balance.h"
#include "coralline/pipeline/run.h"
#include "coralline/pipeline/verify.h"
#include "coralline/tflite/writer.h"
#include "coralline/zoo/synthetic.h"

namespace {

int Quickstart() {
  using namespace coralline;
  // A model of your own: ReadTflite("model.tflite").
  const Model model = GenerateFullyConnected({.width = 400});
  const auto segments =
      SegmentsAt(model.graph.num_ops(), EqualParameterCuts(model.graph, 2));

  const CpuDevice cpu({});
  std::vector<std::unique_ptr<Executable>> stages;
  for (const Model& segment : SplitModel(model, segments)) {
    stages.push_back(cpu.Load(segment));
  }
  Pipeline pipeline(std::move(stages), InterfaceOf(model.graph));

  const auto whole = cpu.Load(model);
  if (FindMismatch(*whole, pipeline, /*num_requests=*/10, /*seed=*/1)) {
    std::cerr << "the outputs differ\n";
    return 1;
  }
  std::mt19937_64 random(1);
  const RunStats stats = RunRequests(
      pipeline, {RandomData(whole->inputs(), random)}, {.requests = 1000});
  if (stats.error) throw *stats.error;
  std::cout << "bit-exact; " << stats.throughput_rps << " inferences/s\n";
  return 0;
}

}  // namespace

int main() {
  try {
    return Quickstart();
  } catch (const coralline::Error& error) {
    std::cerr << error.what() << '\n';
    return static_cast<int>(error.kind());
  }
}
