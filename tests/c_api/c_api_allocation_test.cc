// What the C interface promises of memory: requests allocate none.
#include <atomic>
#include <cstdlib>
#include <new>

#include "testing.h"

namespace {

std::atomic<std::int64_t> allocations = 0;

void* Allocate(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}

}  // namespace

// Of this program, and so of the library that it loads.
void* operator new(std::size_t size) { return Allocate(size); }
void* operator new[](std::size_t size) { return Allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace coralline {
namespace {

using testing_util::Bytes;
using testing_util::Handle;
using testing_util::kInputBytes;
using testing_util::kOutputBytes;

// One request in each way in and out. Returns whether all went well.
bool RunOneOfEach(coralline_pipeline* pipeline,
                  const coralline_const_buffer& input,
                  const coralline_buffer& output) {
  coralline_completion completion{.size = sizeof(completion)};
  coralline_slot* slot = nullptr;
  coralline_result* result = nullptr;
  const auto ignore = [](void*, const coralline_result*) {};
  bool ok = coralline_push(pipeline, &input, 1, 0, nullptr) == CORALLINE_OK &&
            coralline_pop(pipeline, &output, 1, &completion) == CORALLINE_OK;
  ok = ok && coralline_acquire(pipeline, &slot) == CORALLINE_OK &&
       coralline_commit(slot, 0, nullptr) == CORALLINE_OK &&
       coralline_pop_in_place(pipeline, &result) == CORALLINE_OK;
  coralline_release(result);
  ok = ok && coralline_push(pipeline, &input, 1, 0, nullptr) == CORALLINE_OK &&
       coralline_drain(pipeline) == CORALLINE_OK &&
       coralline_try_pop(pipeline, &output, 1, &completion) == CORALLINE_OK;
  return ok &&
         coralline_submit(pipeline, &input, 1, 0, ignore, nullptr, nullptr) ==
             CORALLINE_OK &&
         coralline_drain(pipeline) == CORALLINE_OK;
}

TEST(CInterface, AllocatesNothingForARequest) {
  testing_util::SmallModel();
  const std::int64_t before_open = allocations;
  const Handle pipeline = testing_util::OpenEmulated();
  EXPECT_GT(allocations - before_open, 100) << "the library's do not count";
  Bytes input(kInputBytes);
  Bytes output(kOutputBytes);
  const auto in = testing_util::ConstBuffer(input);
  const auto out = testing_util::Buffer(output);
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(RunOneOfEach(pipeline.get(), in, out)) << i;
  }
  const std::int64_t before = allocations;
  bool ok = true;
  for (int i = 0; i < 100; ++i) {
    ok = RunOneOfEach(pipeline.get(), in, out) && ok;
  }
  EXPECT_EQ(allocations - before, 0);
  EXPECT_TRUE(ok);
}

}  // namespace
}  // namespace coralline
