# coralline_module(NAME DEPENDS modules... LINK third-party targets...
#                  SOURCES ... HEADERS ... TESTS ...)
#
# Declares the library of one folder, coralline/NAME, with its public headers
# and one test executable per TESTS file. DEPENDS states the layers that the
# folder may include; tools/check_layers.py compares it with every #include.
# LINK names third-party libraries, whose headers stay inside .cc files.
function(coralline_module name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;LINK;SOURCES;HEADERS;TESTS" ${ARGN})
  set(target coralline_${name})
  add_library(${target} STATIC ${ARG_SOURCES})
  add_library(coralline::${name} ALIAS ${target})
  # libcoralline.so holds it too; nobody replaces single functions of ours.
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name}
    POSITION_INDEPENDENT_CODE ON)
  target_compile_options(${target} PRIVATE -fno-semantic-interposition)
  # The public headers need it, also where the library is installed.
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_sources(${target} PUBLIC FILE_SET HEADERS
    BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${ARG_HEADERS})
  list(TRANSFORM ARG_DEPENDS PREPEND coralline::)
  target_link_libraries(${target}
    PUBLIC ${ARG_DEPENDS} PRIVATE $<BUILD_INTERFACE:coralline_options> ${ARG_LINK})
  install(TARGETS ${target} EXPORT coralline FILE_SET HEADERS)
  target_link_libraries(coralline INTERFACE ${target})
  foreach(test IN LISTS ARG_TESTS)
    coralline_test(${test} coralline::${name})
  endforeach()
endfunction()

# coralline_test(FILE targets...): one GoogleTest executable from one file.
# Every test learns where the optional shared models lie, and skips without.
function(coralline_test file)
  if(NOT CORALLINE_TESTS)
    return()
  endif()
  get_filename_component(test ${file} NAME_WE)
  add_executable(${test} ${file})
  target_link_libraries(${test} PRIVATE ${ARGN} coralline_options
    GTest::gmock_main)
  target_compile_definitions(${test} PRIVATE
    CORALLINE_MODELS_DIR="${PROJECT_SOURCE_DIR}/../shared/models"
    CORALLINE_MEASUREMENTS_DIR="${PROJECT_SOURCE_DIR}/../shared/measurements"
    CORALLINE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  gtest_discover_tests(${test} DISCOVERY_TIMEOUT 60)
endfunction()

# coralline_use_fakes(TEST): the test learns where the fake libedgetpu.so.1 and
# the fake edgetpu_compiler lie (docs/edge-tpu-fake.md).
function(coralline_use_fakes test)
  if(NOT CORALLINE_TESTS)
    return()
  endif()
  target_compile_definitions(${test} PRIVATE
    CORALLINE_FAKE_EDGETPU="$<TARGET_FILE:fake_edgetpu>"
    CORALLINE_FAKE_COMPILER="$<TARGET_FILE:fake_edgetpu_compiler>")
  add_dependencies(${test} fake_edgetpu fake_edgetpu_compiler)
endfunction()
