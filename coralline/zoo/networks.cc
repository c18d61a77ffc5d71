#include "coralline/zoo/networks.h"

#include <fmt/format.h>

#include <algorithm>

#include "coralline/base/edit_distance.h"
#include "coralline/base/error.h"
#include "coralline/zoo/internal/families.h"

namespace coralline {
namespace {

using internal::Family;
using internal::Member;
using internal::Net;

const std::vector<Member>& Members() {
  static const std::vector<Member> members = [] {
    std::vector<Member> all;
    for (const Family& family :
         {internal::MobileNets(), internal::Inceptions(),
          internal::FactorizedInceptions(), internal::InceptionResNets(),
          internal::Vggs(), internal::ResNets(), internal::DenseNets(),
          internal::Xceptions(), internal::NasNets(),
          internal::EfficientNetLites()}) {
      all.insert(all.end(), family.begin(), family.end());
    }
    return all;
  }();
  return members;
}

const Member& MemberOf(std::string_view name) {
  const auto& members = Members();
  const auto distance = [&](const Member& member) {
    return EditDistance(member.architecture.name, name);
  };
  const auto nearest = std::ranges::min_element(members, {}, distance);
  if (nearest->architecture.name == name) return *nearest;
  throw Error(ErrorKind::kUsage,
              fmt::format("unknown network '{}'; did you mean '{}'? "
                          "'coralline generate --list' has all",
                          name, nearest->architecture.name));
}

NetworkOptions Complete(const Architecture& architecture,
                        NetworkOptions options) {
  const auto check = [&](int value, std::string_view what) {
    if (value >= 1) return;
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: {} {} is too small; at least 1",
                            architecture.name, what, value));
  };
  if (options.size == 0) options.size = architecture.size;
  if (options.classes == 0) options.classes = architecture.classes;
  check(options.size, "size");
  check(options.classes, "number of classes");
  if (options.width != 1 && !architecture.has_width) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{} comes in one width; leave out --width",
                            architecture.name));
  }
  if (!(options.width > 0 && options.width <= 16)) {
    throw Error(ErrorKind::kUsage,
                fmt::format("width {} is not between 0 and 16", options.width));
  }
  return options;
}

std::string ModelName(const Architecture& architecture,
                      const NetworkOptions& options) {
  std::string name(architecture.name);
  if (options.width != 1) name += fmt::format("_{}", options.width);
  if (options.size != architecture.size) {
    name += fmt::format("_{}", options.size);
  }
  return name;
}

Net NetOf(std::string_view name, const NetworkOptions& options) {
  const Member& member = MemberOf(name);
  const NetworkOptions complete = Complete(member.architecture, options);
  Net net(fmt::format("{} at {} pixels", name, complete.size), options.type);
  member.build(net, complete);
  return net;
}

}  // namespace

const std::vector<Architecture>& Architectures() {
  static const std::vector<Architecture> architectures = [] {
    std::vector<Architecture> all;
    for (const Member& member : Members()) all.push_back(member.architecture);
    return all;
  }();
  return architectures;
}

NetworkShape DescribeNetwork(std::string_view name,
                             const NetworkOptions& options) {
  const Net net = NetOf(name, options);
  return {net.graph(), net.parameters()};
}

Model GenerateNetwork(std::string_view name, const NetworkOptions& options) {
  const Architecture& architecture = MemberOf(name).architecture;
  return FillNet(NetOf(name, options),
                 ModelName(architecture, Complete(architecture, options)),
                 options.seed);
}

}  // namespace coralline
