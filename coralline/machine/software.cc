#include "coralline/machine/software.h"

#include "coralline/base/error.h"
#include "coralline/device/cpu_device.h"

namespace coralline {
namespace {

SoftwareFacts ReadTfLite(bool& has_xnnpack) {
  SoftwareFacts facts;
  try {
    facts.version = TfLiteVersion();
    has_xnnpack = TfLiteHasXnnpack();
  } catch (const Error& error) {
    facts.error = error.what();
  }
  return facts;
}

}  // namespace

Software ReadSoftware(const SoftwareOptions&, bool is_this_machine) {
  Software software;
  if (is_this_machine) software.tflite = ReadTfLite(software.has_xnnpack);
  return software;
}

}  // namespace coralline
