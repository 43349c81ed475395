"""Tabs that write down what they are sent, and managers for tests."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chat_backend.websocket_core.websocket_manager import ConnectionClosed, Event, WebSocketManager


class Tab:
    """A browser tab: `send` is what the server calls."""

    def __init__(self) -> None:
        self.received: list[Event] = []
        self.closed = False

    async def send(self, event: Event) -> None:
        if self.closed:
            raise ConnectionClosed
        self.received.append(event)

    def types(self) -> list[str]:
        return [event["type"] for event in self.received]


@pytest.fixture
def make_tab() -> Callable[[], Tab]:
    return Tab


@pytest.fixture
def websocket_manager_factory() -> Callable[[str], WebSocketManager]:
    """A fixture that is only named like the module."""
    return WebSocketManager
