/* Uses the installed shared library as somebody else's C program does. */
#include <coralline.h>
#include <stdio.h>

int main(int argc, char** argv) {
  if (argc != 2) return CORALLINE_USAGE;
  const char* devices[] = {"emulated:edgetpu-pcie:2"};
  coralline_options options = {
      .size = sizeof options, .devices = devices, .num_devices = 1};
  coralline_pipeline* pipeline = NULL;
  const coralline_status status = coralline_open(argv[1], &options, &pipeline);
  if (status != CORALLINE_OK) {
    fprintf(stderr, "%s\n", coralline_last_error());
    return status;
  }
  printf("Coralline %s from C, %d output\n", coralline_version(),
         (int)coralline_num_outputs(pipeline));
  coralline_destroy(pipeline);
  return 0;
}
