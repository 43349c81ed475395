# The layer table: which room stands where, what it may see, which outside library it may name. ARCHITECTURE.md explains it.
# Lower never sees higher; rooms of one layer do not see each other.

# L0
gp_room(base LAYER 0 USES Boost::headers fmt::fmt spdlog::spdlog)
# L1
gp_room(protocol LAYER 1 SEES base USES simdjson::simdjson)
gp_room(metrics LAYER 1 SEES base USES prometheus-cpp::core)
# L2
gp_room(runtime LAYER 2 SEES base metrics USES Boost::headers Threads::Threads)
gp_room(config LAYER 2 SEES base protocol USES PkgConfig::tomlplusplus)
gp_room(identity LAYER 2 SEES base protocol)
# L3
gp_room(auth LAYER 3 SEES base protocol identity USES OpenSSL::Crypto PkgConfig::cjose simdjson::simdjson)
gp_room(log LAYER 3 SEES base protocol metrics runtime identity)
gp_room(store LAYER 3 SEES base protocol runtime identity)
gp_room(agent LAYER 3 SEES base protocol runtime identity)
# L4
gp_room(chat LAYER 4 SEES base protocol metrics runtime identity log store agent)
gp_room(net LAYER 4 SEES base protocol metrics runtime USES Boost::headers OpenSSL::Crypto OpenSSL::SSL simdjson::simdjson ZLIB::ZLIB)
# L5
gp_room(adapters/sqlite LAYER 5 SEES base protocol metrics runtime identity log store USES SQLite::SQLite3)
gp_room(adapters/agent_http LAYER 5 SEES base protocol metrics runtime identity agent USES CURL::libcurl Boost::headers simdjson::simdjson)
gp_room(client LAYER 5 SEES base protocol net USES simdjson::simdjson)
gp_room(gateway LAYER 5 SEES base protocol metrics config runtime identity auth log store agent chat net)

# gardener: the analysis of Python code. It shares base, the thread pool and the writers with the server, nothing else.
# L3
gp_room(gardener/python LAYER 3 SEES base)
# L4
gp_room(gardener/graph LAYER 4 SEES base protocol runtime gardener/python)
# L5
gp_room(gardener/refs LAYER 5 SEES base runtime gardener/python gardener/graph)
# L6
gp_room(gardener/rules LAYER 6 SEES base protocol config runtime gardener/python gardener/graph gardener/refs)
gp_room(gardener/plan LAYER 6 SEES base protocol config runtime gardener/python gardener/graph gardener/refs USES simdjson::simdjson)
# L7
gp_room(gardener/tracker LAYER 7 SEES base protocol gardener/graph gardener/refs gardener/plan gardener/rules)
