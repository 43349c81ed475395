# gp_room(): one room = one folder of src = one static library, and its place in the layers.
#
#   gp_room(<path> LAYER <n> [SEES <room>…] [USES <library>…] [TEST_SEES <room>…])
#
# A room may link and #include only rooms of lower layers that it names in SEES; the configure step refuses a forbidden
# link and the build refuses a forbidden #include (cmake/check_room.cmake). Sources are the folder's *.cc; x_test.cc go
# into <room>_test, x_fuzz.cc become fuzzers.

function(gp_room path)
  cmake_parse_arguments(room "" "LAYER" "SEES;USES;TEST_SEES" ${ARGN})
  string(REPLACE "/" "_" name ${path})
  foreach(seen IN LISTS room_SEES)
    string(REPLACE "/" "_" seen_name ${seen})
    get_property(seen_layer GLOBAL PROPERTY gp_layer_${seen_name})
    if(seen_layer STREQUAL "")
      message(FATAL_ERROR "layers.cmake: room ${path} sees ${seen}, which is not defined before it")
    elseif(NOT seen_layer LESS room_LAYER)
      message(FATAL_ERROR "layers.cmake: room ${path} (layer ${room_LAYER}) must not see ${seen} (layer ${seen_layer}): only lower layers")
    endif()
  endforeach()
  set_property(GLOBAL PROPERTY gp_layer_${name} ${room_LAYER})
  set_property(GLOBAL PROPERTY gp_sees_${name} "${room_SEES}")
  set_property(GLOBAL APPEND PROPERTY gp_rooms ${name})

  set(folder ${CMAKE_SOURCE_DIR}/src/${path})
  file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.cc)
  file(GLOB headers CONFIGURE_DEPENDS ${folder}/*.h ${folder}/*.def)
  set(tests ${sources})
  set(fuzzers ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER fuzzers INCLUDE REGEX "_fuzz\\.cc$")
  list(FILTER sources EXCLUDE REGEX "_(test|fuzz|bench)\\.cc$")

  # The #include check runs before the room is compiled and again when any of its files changes.
  set(stamp ${CMAKE_BINARY_DIR}/layers/${name}.stamp)
  add_custom_command(OUTPUT ${stamp}
    COMMAND ${CMAKE_COMMAND} -DROOM=${path} "-DSEES=${room_SEES}" "-DTEST_SEES=${room_TEST_SEES}" -DFOLDER=${folder}
            -DSTAMP=${stamp} -P ${CMAKE_SOURCE_DIR}/cmake/check_room.cmake
    DEPENDS ${sources} ${headers} ${tests} ${fuzzers} ${CMAKE_SOURCE_DIR}/cmake/check_room.cmake
    COMMENT "layers: ${path}" VERBATIM)
  add_custom_target(gp_${name}_layers DEPENDS ${stamp})

  if(sources)
    add_library(gp_${name} STATIC ${sources})
    gp_precompile(gp_${name} gp_headers)
    set(scope PUBLIC)
  else()
    add_library(gp_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  add_dependencies(gp_${name} gp_${name}_layers)
  target_link_libraries(gp_${name} ${scope} gp_options ${room_USES})
  foreach(seen IN LISTS room_SEES)
    string(REPLACE "/" "_" seen_name ${seen})
    target_link_libraries(gp_${name} ${scope} gp_${seen_name})
  endforeach()

  if(tests)
    set_property(GLOBAL PROPERTY gp_tests_${name} "${tests}")
    set_property(GLOBAL PROPERTY gp_test_sees_${name} "${room_TEST_SEES}")
  endif()
  if(fuzzers)
    set_property(GLOBAL PROPERTY gp_fuzzers_${name} "${fuzzers}")
  endif()
endfunction()

# Test programs come last, because a room's tests may see rooms defined after it (TEST_SEES).
function(gp_finish_rooms)
  include(GoogleTest)
  get_property(rooms GLOBAL PROPERTY gp_rooms)
  foreach(name IN LISTS rooms)
    get_property(tests GLOBAL PROPERTY gp_tests_${name})
    if(tests AND NOT GP_FUZZ)
      add_executable(${name}_test ${tests})
      gp_precompile(${name}_test gp_test_headers)
      target_link_libraries(${name}_test PRIVATE gp_${name} GTest::gmock GTest::gtest_main)
      get_property(test_sees GLOBAL PROPERTY gp_test_sees_${name})
      foreach(seen IN LISTS test_sees)
        string(REPLACE "/" "_" seen_name ${seen})
        target_link_libraries(${name}_test PRIVATE gp_${seen_name})
      endforeach()
      gtest_discover_tests(${name}_test TEST_PREFIX ${name}. DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 120)
    endif()
    get_property(fuzzers GLOBAL PROPERTY gp_fuzzers_${name})
    foreach(source IN LISTS fuzzers)
      get_filename_component(fuzzer ${source} NAME_WE)
      add_executable(${fuzzer} ${source})
      target_link_libraries(${fuzzer} PRIVATE gp_${name})
      if(GP_FUZZ)
        target_link_options(${fuzzer} PRIVATE -fsanitize=fuzzer)
      else()
        # Without libFuzzer the same program replays the corpus as an ordinary test.
        target_sources(${fuzzer} PRIVATE ${CMAKE_SOURCE_DIR}/tests/fuzz/replay_main.cc)
        add_test(NAME fuzz_replay.${fuzzer} COMMAND ${fuzzer} ${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${fuzzer})
      endif()
    endforeach()
  endforeach()
endfunction()
