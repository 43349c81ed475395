"""Facts about the running code, for a bug report."""

from __future__ import annotations

import importlib


def describe_socket_layer() -> str:
    """Which class serves sockets and where it is defined. Loaded only when somebody asks."""
    module = importlib.import_module("chat_backend.websocket_core.websocket_manager_factory")
    manager = module.WebSocketManager
    return f"{manager.__module__}.{manager.__qualname__}"
