# gp_precompile(<target> gp_headers|gp_test_headers): two precompiled headers for the whole tree, with GP_PRECOMPILE. They
# halve the time of a sanitizer build. The preset release goes without, so that a file of what ships which forgot an #include is refused.
set(gp_precompiled <algorithm> <array> <chrono> <cstdint> <filesystem> <functional> <map> <memory> <optional> <set> <span>
  <string> <string_view> <unordered_map> <utility> <variant> <vector>)

if(GP_PRECOMPILE)
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/headers.cc CONTENT "")
  foreach(headers IN ITEMS gp_headers gp_test_headers)
    add_library(${headers} OBJECT ${CMAKE_BINARY_DIR}/generated/headers.cc)
    target_link_libraries(${headers} PRIVATE gp_options)
    target_precompile_headers(${headers} PRIVATE ${gp_precompiled})
    # ccache compares the precompiled header by its content only if no time is written into it.
    target_compile_options(${headers} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
  endforeach()
  target_link_libraries(gp_test_headers PRIVATE GTest::gmock GTest::gtest)
  target_precompile_headers(gp_test_headers PRIVATE <gmock/gmock.h> <gtest/gtest.h>)
endif()

function(gp_precompile target headers)
  if(GP_PRECOMPILE)
    target_precompile_headers(${target} REUSE_FROM ${headers})
  endif()
endfunction()
