#pragma once

#include <stdexcept>
#include <string>

namespace coralline {

/// What the reader of an error message can change. The value is the exit
/// status of the command line tool (docs/cli.md).
enum class ErrorKind {
  kFailed = 1,  ///< the work: outputs differ, a file cannot be written
  kUsage = 2,   ///< the command line
  kModel = 3,   ///< the model: unreadable, malformed, or not what we support
  kDevice = 4,  ///< a device or its library: missing, or failed during a run
};

/// The one exception type: a failure of the outside world. The message says in
/// one line where, what was found, what was expected and the way out. Our own
/// mistakes are CORALLINE_CHECK instead.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message);
  ErrorKind kind() const { return kind_; }

 private:
  ErrorKind kind_;
};

}  // namespace coralline
