# Compiler flags. One interface target, gp_options, is linked by every room.
add_library(gp_options INTERFACE)
target_include_directories(gp_options INTERFACE ${CMAKE_SOURCE_DIR}/src ${CMAKE_BINARY_DIR}/generated)
target_compile_options(gp_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor -Woverloaded-virtual -Werror)
target_compile_definitions(gp_options INTERFACE BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_SEPARATE_COMPILATION
  BOOST_BEAST_USE_STD_STRING_VIEW)

if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  target_compile_options(gp_options INTERFACE -Wthread-safety)
else()
  # g++ 12 reports these inside optimised library code (GCC bugs 105329, 105562, 107138), not in ours.
  target_compile_options(gp_options INTERFACE -Wno-restrict -Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-array-bounds)
endif()

if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  # simdjson's on-demand parser is chosen at compile time and wants PCLMUL, which x86-64-v3 does not name.
  target_compile_options(gp_options INTERFACE -march=x86-64-v3 -mpclmul)
endif()

if(GP_SANITIZE)
  target_compile_options(gp_options INTERFACE -fsanitize=${GP_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(gp_options INTERFACE -fsanitize=${GP_SANITIZE})
endif()
if(GP_FUZZ)
  target_compile_options(gp_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
