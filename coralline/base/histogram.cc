#include "coralline/base/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "coralline/base/check.h"

namespace coralline {

using std::chrono::nanoseconds;

// A value of b significant bits keeps its top kSubBucketBits + 1 bits: the
// leading one selects the power of two, the rest the bucket inside it.
int Histogram::BucketOf(std::uint64_t value) {
  const int shift =
      std::max(0, static_cast<int>(std::bit_width(value)) - kSubBucketBits - 1);
  return (shift << kSubBucketBits) + static_cast<int>(value >> shift);
}

std::uint64_t Histogram::UpperBound(int bucket) {
  constexpr int kSubBuckets = 1 << kSubBucketBits;
  const int shift = std::max(0, (bucket >> kSubBucketBits) - 1);
  const auto top = static_cast<std::uint64_t>(bucket - shift * kSubBuckets);
  return ((top + 1) << shift) - 1;
}

void Histogram::Record(nanoseconds duration) {
  constexpr std::int64_t kMax = std::int64_t{1} << 61;
  const nanoseconds value{std::clamp<std::int64_t>(duration.count(), 0, kMax)};
  ++buckets_[BucketOf(static_cast<std::uint64_t>(value.count()))];
  min_ = count_ == 0 ? value : std::min(min_, value);
  max_ = std::max(max_, value);
  sum_ += value;
  ++count_;
}

void Histogram::Add(const Histogram& other) {
  if (other.count_ == 0) return;
  for (int i = 0; i < kNumBuckets; ++i) buckets_[i] += other.buckets_[i];
  min_ = count_ == 0 ? other.min_ : std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
  sum_ += other.sum_;
  count_ += other.count_;
}

nanoseconds Histogram::mean() const {
  return count_ == 0 ? nanoseconds(0) : sum_ / count_;
}

nanoseconds Histogram::Percentile(double percent) const {
  CORALLINE_CHECK(percent >= 0 && percent <= 100);
  if (count_ == 0) return nanoseconds(0);
  const auto rank = std::max<std::int64_t>(
      1, std::llround(std::ceil(percent * static_cast<double>(count_) / 100)));
  std::int64_t seen = 0;
  int bucket = 0;
  while ((seen += buckets_[bucket]) < rank) ++bucket;
  return std::clamp(nanoseconds(static_cast<std::int64_t>(UpperBound(bucket))),
                    min_, max_);
}

std::vector<Histogram::Bucket> Histogram::Buckets() const {
  if (count_ == 0) return {};
  const int first = BucketOf(static_cast<std::uint64_t>(min_.count()));
  const int last = BucketOf(static_cast<std::uint64_t>(max_.count()));
  std::int64_t low =
      first == 0 ? 0 : static_cast<std::int64_t>(UpperBound(first - 1)) + 1;
  std::vector<Bucket> buckets;
  for (int i = first; i <= last; ++i) {
    const auto high = static_cast<std::int64_t>(UpperBound(i)) + 1;
    buckets.push_back({nanoseconds(low), nanoseconds(high), buckets_[i]});
    low = high;
  }
  return buckets;
}

}  // namespace coralline
