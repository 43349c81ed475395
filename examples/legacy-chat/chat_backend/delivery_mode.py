"""Says how events are delivered, for the status page."""

from __future__ import annotations

try:
    # Gone from the factory long ago; nobody noticed, because nothing raises.
    from chat_backend.websocket_core.websocket_manager_factory import IsolatedWebSocketManager
except ImportError:
    IsolatedWebSocketManager = None


def delivery_mode() -> str:
    return "shared" if IsolatedWebSocketManager is None else "isolated"
