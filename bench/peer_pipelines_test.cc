// The peers that benchmarks compare with do the work: every request passes
// every stage, in order, and the last stage finds what the first one wrote.

#include "bench/peer_pipelines.h"

#include <gtest/gtest.h>

#include <cstring>

#include "bench/our_pipeline.h"
#include "coralline/device/testing.h"

namespace coralline::bench {
namespace {

using testing_util::FakeExecutable;

// The first stage writes the request's number, the second adds 1000 and the
// third keeps the sums.
Stages NumberingStages(std::vector<int>& results) {
  const auto read = [](std::span<const ConstBytes> in) {
    int value = 0;
    std::memcpy(&value, in[0].data(), sizeof(value));
    return value;
  };
  const auto write = [](int value, std::span<const MutableBytes> out) {
    std::memcpy(out[0].data(), &value, sizeof(value));
  };
  const auto stage = [](const char* in, const char* out,
                        FakeExecutable::Function function) {
    return std::make_unique<FakeExecutable>(
        std::vector<TensorSpec>{{.name = in, .bytes = sizeof(int)}},
        std::vector<TensorSpec>{{.name = out, .bytes = sizeof(int)}},
        std::move(function));
  };
  Stages stages;
  stages.push_back(stage(
      "a", "b", [=, next = 0](auto, auto out) mutable { write(next++, out); }));
  stages.push_back(
      stage("b", "c", [=](auto in, auto out) { write(read(in) + 1000, out); }));
  stages.push_back(stage(
      "c", "d", [=, &results](auto in, auto) { results.push_back(read(in)); }));
  return stages;
}

void ExpectNumbers(const std::function<std::unique_ptr<Runner>(Stages)>& make) {
  constexpr int kRequests = 500;
  for (const int in_flight : {1, 4, 20}) {
    std::vector<int> results;
    make(NumberingStages(results))->Run(kRequests, in_flight);
    ASSERT_EQ(results.size(), kRequests);
    for (int i = 0; i < kRequests; ++i) ASSERT_EQ(results[i], 1000 + i);
  }
}

TEST(Pipelines, OfLibcoralsDesignRunEveryStageInOrder) {
  ExpectNumbers([](Stages stages) {
    return std::make_unique<LibcoralStylePipeline>(std::move(stages));
  });
}

TEST(Pipelines, OfTbbRunEveryStageInOrder) {
  for (const int threads : {0, 1, 4}) {
    ExpectNumbers([threads](Stages stages) {
      return std::make_unique<TbbPipeline>(std::move(stages), threads);
    });
  }
}

TEST(Pipelines, OfOursRunEveryStageInOrder) {
  for (const WaitProfile wait :
       {WaitProfile::kBalanced, WaitProfile::kThroughput}) {
    ExpectNumbers(
        [wait](Stages stages) { return OurChain(std::move(stages), wait); });
  }
}

TEST(WholeOnEach, RunsEachRequestOnOneOfTheDevices) {
  std::vector<int> counts(2);
  Stages devices;
  for (int& count : counts) {
    devices.push_back(std::make_unique<FakeExecutable>(
        std::vector<TensorSpec>{{.name = "a", .bytes = 1}},
        std::vector<TensorSpec>{{.name = "b", .bytes = 1}},
        [&count](auto, auto) { ++count; }));
  }
  WholeOnEach(std::move(devices)).Run(100, 1);
  EXPECT_EQ(counts[0] + counts[1], 100);
}

}  // namespace
}  // namespace coralline::bench
