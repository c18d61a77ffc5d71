#pragma once

#include <cstddef>

// The C interface of libedgetpu.so.1.

struct TfLiteDelegate;

extern "C" {

enum edgetpu_device_type { EDGETPU_APEX_PCI = 0, EDGETPU_APEX_USB = 1 };

struct edgetpu_device {
  edgetpu_device_type type;
  const char* path;
};

struct edgetpu_option {
  const char* name;
  const char* value;
};

edgetpu_device* edgetpu_list_devices(std::size_t* num_devices);
void edgetpu_free_devices(edgetpu_device* devices);
TfLiteDelegate* edgetpu_create_delegate(edgetpu_device_type type,
                                        const char* path,
                                        const edgetpu_option* options,
                                        std::size_t num_options);
void edgetpu_free_delegate(TfLiteDelegate* delegate);
void edgetpu_verbosity(int verbosity);
const char* edgetpu_version();

// The same for whom loads any delegate by its file. The option "device" is "",
// ":N", "usb", "usb:N", "pci" or "pci:N"; others are those above.
TfLiteDelegate* tflite_plugin_create_delegate(
    const char* const* keys, const char* const* values, std::size_t num_options,
    void (*report_error)(const char*));
void tflite_plugin_destroy_delegate(TfLiteDelegate* delegate);

}  // extern "C"
