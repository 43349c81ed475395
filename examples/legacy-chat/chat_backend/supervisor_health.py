"""The health report that the supervisor polls."""

from __future__ import annotations

try:
    from chat_backend.websocket_core.websocket_manager_factory import WebSocketManagerFactory
except ImportError:
    WebSocketManagerFactory = None  # type: ignore[assignment,misc]


def socket_lookup_works() -> bool:
    """Whether the lookup of managers is there."""
    try:
        from chat_backend.websocket_core import websocket_manager_factory
    except ImportError:
        return False
    return callable(websocket_manager_factory.get_websocket_manager)


def health() -> dict[str, bool]:
    return {
        "socket_layer": WebSocketManagerFactory is not None,
        "socket_lookup": socket_lookup_works(),
    }
