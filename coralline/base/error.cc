#include "coralline/base/error.h"

namespace coralline {

Error::Error(ErrorKind kind, const std::string& message)
    : std::runtime_error(message), kind_(kind) {}

}  // namespace coralline
