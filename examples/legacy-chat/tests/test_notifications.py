"""Notifications and the announcement of a shutdown."""

from __future__ import annotations

import asyncio
from unittest import mock
from unittest.mock import patch

from chat_backend.notifications import NotificationService
from chat_backend.services.user_execution_context import UserExecutionContext
from chat_backend.shutdown import announce_shutdown
from chat_backend.websocket_core.websocket_manager import WebSocketManager

CONTEXT = UserExecutionContext.for_thread("margaret", "thread_1")


@patch("chat_backend.websocket_core.websocket_manager_factory.create_websocket_manager")
def test_a_notification_reaches_the_tabs(create, make_tab):
    manager, tab = WebSocketManager("margaret"), make_tab()
    manager.connect(tab.send)
    create.return_value = manager
    assert asyncio.run(NotificationService().notify(CONTEXT, "hello")) == 1
    create.assert_awaited_once_with(CONTEXT)
    assert tab.received == [{"type": "notification", "text": "hello"}]


def test_nobody_is_reached_without_tabs():
    with mock.patch(
        "chat_backend.websocket_core.websocket_manager_factory.create_websocket_manager",
        new=mock.AsyncMock(return_value=WebSocketManager("margaret")),
    ):
        assert asyncio.run(NotificationService().notify(CONTEXT, "hello")) == 0


def test_the_tabs_of_a_context_are_counted(make_tab):
    manager = WebSocketManager("margaret")
    manager.connect(make_tab().send)
    with mock.patch("chat_backend.notifications.manager_of", return_value=manager):
        assert NotificationService().open_tabs(CONTEXT) == 1


def test_every_user_is_told_of_a_shutdown(make_tab):
    manager, tab = WebSocketManager("margaret"), make_tab()
    manager.connect(tab.send)
    with mock.patch("chat_backend.shutdown.create_websocket_manager", return_value=manager):
        assert asyncio.run(announce_shutdown([CONTEXT, CONTEXT], 5)) == 2
    assert tab.types() == ["server_shutdown", "server_shutdown"]
