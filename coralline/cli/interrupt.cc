#include "coralline/cli/interrupt.h"

#include <csignal>

namespace coralline::cli {
namespace {

std::atomic<bool> interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free);

void HandleSignal(int signal) {
  interrupted.store(true);
  std::signal(signal, SIG_DFL);
}

}  // namespace

const std::atomic<bool>& Interrupted() {
  static const bool installed = [] {
    std::signal(SIGINT, HandleSignal);
    std::signal(SIGTERM, HandleSignal);
    return true;
  }();
  static_cast<void>(installed);
  return interrupted;
}

}  // namespace coralline::cli
