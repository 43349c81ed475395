"""Prints the public methods of the socket manager. Run from the root: PYTHONPATH=. python3 …"""

from __future__ import annotations

import chat_backend.websocket_core.websocket_manager_factory as sockets


def methods() -> list[str]:
    manager = sockets.WebSocketManager
    return sorted(name for name in vars(manager) if not name.startswith("_"))


if __name__ == "__main__":
    print("\n".join(methods()))
