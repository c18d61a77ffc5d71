// Uses the installed library as somebody else's program does.
#include <iostream>

#include "coralline/base/file.h"
#include "coralline/graph/macs.h"
#include "coralline/pipeline/pipeline.h"
#include "coralline/tflite/writer.h"
#include "coralline/zoo/synthetic.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const auto model = coralline::GenerateFullyConnected({.width = 32});
  const auto cuts = std::vector<int>{2};
  const auto parts = coralline::SplitModel(
      model, coralline::SegmentsAt(model.graph.num_ops(), cuts));
  coralline::WriteFile(argv[1], parts.at(1).bytes.span());
  std::cout << coralline::MacCount(model.graph) << " MACs, "
            << coralline::InterfaceOf(model.graph).inputs.size() << " input\n";
  return 0;
}
