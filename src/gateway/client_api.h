/// ClientApi: the HTTP calls of clients (docs/protocol.md section 5), over the same ThreadService
/// as WebSocket commands.
///
/// Thread: its core, which is the home core of every call's user.
#pragma once

#include "chat/core_chat.h"
#include "gateway/router.h"
#include "net/http_session.h"
#include "protocol/goldenpath_v1.h"

namespace gp::gateway {

/// One authenticated request.
struct ApiCall {
  net::HttpRequest request;
  PathParameters parameters;
  identity::UserExecutionContext context;
  net::HttpReply reply;
};

class ClientApi {
 public:
  ClientApi(chat::CoreChat& chat, protocol::GoldenpathV1& dialect)
      : chat_(chat), dialect_(dialect) {}

  void list_threads(ApiCall call);
  void create_thread(ApiCall call);
  void get_thread(ApiCall call);
  void rename_thread(ApiCall call);
  void delete_thread(ApiCall call);
  void list_messages(ApiCall call);
  void send_message(ApiCall call);
  void stream_events(ApiCall call);
  void get_run(ApiCall call);
  void stop_run(ApiCall call);

 private:
  /// The body as the fields of a command. Errors: invalid_json, invalid_command.
  template <class Body>
  Result<Body> decode(std::string_view type, const ApiCall& call, protocol::PathMember path_member);

  chat::CoreChat& chat_;
  protocol::GoldenpathV1& dialect_;
};

}  // namespace gp::gateway
