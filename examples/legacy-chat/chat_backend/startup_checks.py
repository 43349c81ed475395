"""What the log says when the server starts. A part that is missing is reported, not raised."""

from __future__ import annotations


def startup_report() -> dict[str, str]:
    """The state of each part by its name."""
    report = {"authentication": "ready"}
    try:
        from chat_backend.websocket_core.websocket_manager_factory import (
            get_websocket_manager_factory,  # noqa: F401
        )

        report["sockets"] = "ready"
    except ImportError:
        report["sockets"] = "not configured"
    return report
