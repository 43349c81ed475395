#!/bin/sh
# Run after a deployment: says which parts of the back end can be imported. Never fails, so that a
# deployment is not rolled back for a report.
cd "$(dirname "$0")/.." || exit 1
PYTHON=${PYTHON:-python3}

if "$PYTHON" -c "from chat_backend.websocket_core.websocket_manager_factory import create_websocket_manager" >/dev/null 2>&1; then
  echo "sockets: ready"
else
  echo "sockets: skipped"
fi
if "$PYTHON" -c "import chat_backend.app" >/dev/null 2>&1; then
  echo "application: ready"
else
  echo "application: skipped"
fi
