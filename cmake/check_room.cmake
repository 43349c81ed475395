cmake_minimum_required(VERSION 3.25)
# Refuses a forbidden #include, and words that belong to one room only. Run by the build for each room (rooms.cmake).
file(GLOB files ${FOLDER}/*.h ${FOLDER}/*.cc)
set(errors "")

# pattern | rooms that may use it (regular expression) | what to use instead
set(bans
  "#include <boost/beast|^(net|client)$|net/http_parser.h: Beast stays in the parsers"
  "#include <boost/asio|^(runtime|net|adapters/agent_http)$|runtime::Core"
  "#include <spdlog|^base$|base/log.h"
  "#include <zlib|^net$|net/deflate.h"
  "#include <sqlite3|^adapters/sqlite$|the ports of log and store"
  "#include <curl|^adapters/agent_http$|the Agent port"
  "#include <toml|^config$|config::Settings"
  "#include <prometheus|^metrics$|metrics::Registry"
  "std::mutex|^(runtime|metrics)$|one core owns the data: runtime::Core, or runtime::BatchWorker to leave it"
  "std::thread|^runtime$|runtime::BlockingPool"
  "thread_local|^(runtime|metrics)$|a member of a per-core object"
  "std::shared_ptr|^(runtime|metrics|base)$|one owner, or base/shared_bytes.h"
  "std::atomic|^(runtime|metrics)$|one core owns the data"
  "sleep_for|^$|core.call_after")

foreach(file IN LISTS files)
  file(STRINGS ${file} lines)
  file(RELATIVE_PATH shown ${CMAKE_CURRENT_LIST_DIR}/.. ${file})
  if(file MATCHES "_(test|fuzz|bench)\\.cc$")
    set(allowed ${ROOM} ${SEES} ${TEST_SEES})
    set(is_test TRUE)
  else()
    set(allowed ${ROOM} ${SEES})
    set(is_test FALSE)
  endif()
  set(number 0)
  foreach(line IN LISTS lines)
    math(EXPR number "${number} + 1")
    if(line MATCHES "^ *#include \"([a-z_/0-9]+)/[^/\"]+\"")
      if(NOT CMAKE_MATCH_1 IN_LIST allowed)
        list(APPEND errors "${shown}: room ${ROOM} must not include from ${CMAKE_MATCH_1} (see cmake/layers.cmake): ${line}")
      endif()
    endif()
    foreach(ban IN LISTS bans)
      string(REGEX MATCH "^(.*)\\|(\\^.*\\$)\\|(.*)$" found "${ban}")
      set(pattern "${CMAKE_MATCH_1}")
      set(rooms "${CMAKE_MATCH_2}")
      set(instead "${CMAKE_MATCH_3}")
      if(NOT is_test AND NOT ROOM MATCHES "${rooms}")
        string(FIND "${line}" "${pattern}" at)
        string(FIND "${line}" "//" comment)
        if(NOT at EQUAL -1 AND (comment EQUAL -1 OR at LESS comment))
          list(APPEND errors "${shown}: `${pattern}` is not for room ${ROOM}; use ${instead}: ${line}")
        endif()
      endif()
    endforeach()
  endforeach()
endforeach()

if(ROOM STREQUAL "net")
  file(GLOB sources ${FOLDER}/*)
  set(beast 0)
  foreach(source IN LISTS sources)
    file(STRINGS ${source} hits REGEX "#include <boost/beast")
    if(hits)
      math(EXPR beast "${beast} + 1")
      if(source MATCHES "\\.h$")
        list(APPEND errors "${source}: Beast belongs in no header")
      endif()
    endif()
  endforeach()
  if(beast GREATER 4)
    list(APPEND errors "net: Beast is in ${beast} files; at most four")
  endif()
endif()

if(errors)
  string(REPLACE ";" "\n  " text "${errors}")
  message(FATAL_ERROR "layers:\n  ${text}")
endif()
file(TOUCH ${STAMP})
