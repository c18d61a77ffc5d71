/* coralline.h is C99: this is compiled with -std=c99 -Wpedantic -Werror. */
#include <coralline.h>
#include <stdio.h>

int main(void) {
  coralline_options options = {.size = sizeof options};
  coralline_pipeline* pipeline = NULL;
  if (coralline_abi_version() != CORALLINE_ABI_VERSION) {
    fprintf(stderr, "header %d, library %u\n", CORALLINE_ABI_VERSION,
            (unsigned)coralline_abi_version());
    return 1;
  }
  return coralline_open("", &options, &pipeline) != CORALLINE_MODEL;
}
