#include "coralline/pipeline/pipeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "coralline/base/error.h"
#include "coralline/device/testing.h"

namespace coralline {
namespace {

using testing::HasSubstr;
using testing_util::FakeExecutable;
using Stages = std::vector<std::unique_ptr<Executable>>;

TensorSpec Byte(const std::string& name) { return {.name = name, .bytes = 1}; }

std::vector<TensorSpec> Bytes(const std::vector<std::string>& names) {
  std::vector<TensorSpec> specs;
  for (const auto& name : names) specs.push_back(Byte(name));
  return specs;
}

// Each output byte is the sum of all inputs, plus `add`, plus its index.
std::unique_ptr<Executable> Sum(const std::vector<std::string>& inputs,
                                const std::vector<std::string>& outputs,
                                int add) {
  return std::make_unique<FakeExecutable>(
      Bytes(inputs), Bytes(outputs),
      [add](std::span<const ConstBytes> in, std::span<const MutableBytes> out) {
        int sum = add;
        for (const ConstBytes bytes : in) {
          sum += std::to_integer<int>(bytes[0]);
        }
        for (const MutableBytes bytes : out) {
          bytes[0] = static_cast<std::byte>(sum++);
        }
      });
}

std::vector<TensorData> Data(std::initializer_list<int> values) {
  std::vector<TensorData> data;
  for (const int value : values)
    data.push_back({static_cast<std::byte>(value)});
  return data;
}

std::vector<int> Values(const std::vector<TensorData>& data) {
  std::vector<int> values;
  for (const auto& tensor : data) {
    values.push_back(std::to_integer<int>(tensor.at(0)));
  }
  return values;
}

std::string ErrorOf(const std::function<void()>& function) {
  try {
    function();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Pipeline, CarriesTensorsOverStagesAndEarlyOutputsToTheEnd) {
  Stages stages;
  stages.push_back(Sum({"x"}, {"a", "early"}, 1));     // a = x+1, early = x+2
  stages.push_back(Sum({"a"}, {"b"}, 10));             // b = x+11
  stages.push_back(Sum({"b", "a", "y"}, {"out"}, 0));  // skips: a, y
  Pipeline pipeline(std::move(stages), {Bytes({"y", "x", "unused"}),
                                        Bytes({"out", "early", "x"})});
  Completion completion;
  for (int x = 0; x < 50; ++x) {
    pipeline.Push(Data({3, x, 99}));
    ASSERT_TRUE(pipeline.Pop(completion));
    EXPECT_THAT(Values(completion.outputs),
                testing::ElementsAre(2 * x + 15, x + 2, x));
  }
  EXPECT_GT(completion.latency.count(), 0);
}

TEST(Pipeline, GivesResultsInOrderAndEndsAfterClose) {
  Stages stages;
  for (int i = 0; i < 4; ++i) {
    stages.push_back(Sum({std::string(1, static_cast<char>('a' + i))},
                         {std::string(1, static_cast<char>('b' + i))}, 1));
  }
  Pipeline pipeline(std::move(stages), {Bytes({"a"}), Bytes({"e"})},
                    {.max_in_flight = 4});
  constexpr int kRequests = 5000;
  std::jthread producer([&pipeline] {
    for (int i = 0; i < kRequests; ++i) pipeline.Push(Data({i % 200}));
    pipeline.Close();
  });
  Completion completion;
  for (int i = 0; i < kRequests; ++i) {
    ASSERT_TRUE(pipeline.Pop(completion));
    ASSERT_THAT(Values(completion.outputs), testing::ElementsAre(i % 200 + 4));
  }
  EXPECT_FALSE(pipeline.Pop(completion));
  for (const StageStats& stage : pipeline.Stats().stages) {
    EXPECT_EQ(stage.busy().count(), kRequests);
    EXPECT_EQ(stage.replicas.at(0).description, "fake");
  }
  EXPECT_EQ(pipeline.Stats().done, kRequests);
  pipeline.ResetStats();
  EXPECT_EQ(pipeline.Stats().stages[0].busy().count(), 0);
  EXPECT_EQ(pipeline.Stats().accepted, 0);
}

TEST(Pipeline, OneThreadMayFillItToTheBrim) {
  Stages stages;
  stages.push_back(Sum({"a"}, {"b"}, 0));
  stages.push_back(Sum({"b"}, {"c"}, 0));
  Pipeline pipeline(std::move(stages), {Bytes({"a"}), Bytes({"c"})},
                    {.max_in_flight = 8});
  Completion completion;
  for (int i = 0; i < pipeline.max_in_flight(); ++i) pipeline.Push(Data({i}));
  for (int i = 0; i < pipeline.max_in_flight(); ++i) {
    ASSERT_TRUE(pipeline.Pop(completion));
    EXPECT_EQ(Values(completion.outputs)[0], i);
  }
}

TEST(Pipeline, ADeviceThatFailsWithoutAnotherFailsRequests) {
  Stages stages;
  stages.push_back(Sum({"a"}, {"b"}, 0));
  stages.push_back(std::make_unique<FakeExecutable>(
      Bytes({"b"}), Bytes({"c"}),
      [](std::span<const ConstBytes> in, std::span<const MutableBytes>) {
        if (std::to_integer<int>(in[0][0]) == 3) {
          throw Error(ErrorKind::kDevice, "overheated");
        }
      }));
  Pipeline pipeline(std::move(stages), {Bytes({"a"}), Bytes({"c"})});
  for (int i = 0; i < 6; ++i) {
    Completion completion;
    try {
      pipeline.Push(Data({i}));
    } catch (const Error&) {
      break;
    }
    ASSERT_TRUE(pipeline.Pop(completion));
    EXPECT_EQ(completion.id, i);
    EXPECT_EQ(completion.outcome == Outcome::kDone, i < 3);
    if (i < 3) continue;
    EXPECT_THAT(completion.error->what(), HasSubstr("overheated"));
  }
  EXPECT_THAT(ErrorOf([&] { pipeline.Push(Data({0})); }),
              HasSubstr("no device is left"));
  EXPECT_EQ(pipeline.Stats().failed, 1);
}

TEST(Pipeline, MayBeDestroyedAtAnyMoment) {
  for (int requests = 0; requests < 30; ++requests) {
    Stages stages;
    stages.push_back(Sum({"a"}, {"b"}, 0));
    stages.push_back(Sum({"b"}, {"c"}, 0));
    Pipeline pipeline(std::move(stages), {Bytes({"a"}), Bytes({"c"})});
    for (int i = 0; i < requests && i < pipeline.max_in_flight(); ++i) {
      pipeline.Push(Data({i}));
    }
  }
}

TEST(Pipeline, RefusesStagesThatDoNotFit) {
  const auto error = [](std::vector<std::string> in,
                        std::vector<std::string> out,
                        std::vector<std::string> model_out) {
    return ErrorOf([&] {
      Stages stages;
      stages.push_back(Sum({"a"}, {"b"}, 0));
      stages.push_back(Sum(in, out, 0));
      Pipeline(std::move(stages), {Bytes({"a"}), Bytes(model_out)});
    });
  };
  EXPECT_EQ(error({"b"}, {"c"}, {"c"}), "no error");
  EXPECT_THAT(error({"z"}, {"c"}, {"c"}),
              HasSubstr("stage 1 needs tensor 'z'"));
  EXPECT_THAT(error({"b"}, {"b"}, {"b"}),
              HasSubstr("stage 1 gives tensor 'b'"));
  EXPECT_THAT(error({"b"}, {"c"}, {"d"}),
              HasSubstr("the model's output needs tensor 'd'"));
}

TEST(Pipeline, RefusesSizesThatDiffer) {
  Stages stages;
  stages.push_back(Sum({"a"}, {"b"}, 0));
  EXPECT_THAT(ErrorOf([&] {
                Pipeline(std::move(stages),
                         {{{.name = "a", .bytes = 2}}, Bytes({"b"})});
              }),
              HasSubstr("'a' is given with 2 bytes and read by stage "
                        "0 with 1"));
}

}  // namespace
}  // namespace coralline
