"""Tests of the deprecated module itself: they go with it."""

from __future__ import annotations

import asyncio
import runpy
from unittest import mock

import pytest

from chat_backend.services.user_execution_context import UserExecutionContext
from chat_backend.websocket_core import websocket_manager_factory
from chat_backend.websocket_core.websocket_manager_factory import (
    FactoryInitializationError,
    WebSocketManagerFactory,
    create_websocket_manager,
    get_websocket_manager_factory,
    reset_websocket_manager_factory,
)


@pytest.fixture(autouse=True)
def fresh_factory():
    reset_websocket_manager_factory()
    yield
    reset_websocket_manager_factory()


def context_of(user_id):
    return UserExecutionContext.for_thread(user_id, "thread_1")


def test_importing_the_module_warns():
    with pytest.warns(DeprecationWarning, match="websocket_manager_factory is deprecated"):
        runpy.run_path(websocket_manager_factory.__file__)


def test_a_user_has_one_manager_across_applications():
    async def scenario():
        return [await create_websocket_manager(context_of("ada")) for _ in range(2)]

    first, second = asyncio.run(scenario())
    assert first is second
    assert get_websocket_manager_factory().manager_count == 1


def test_too_many_managers_are_refused():
    factory = WebSocketManagerFactory(manager_limit=1)

    async def scenario():
        await factory.create_manager(context_of("ada"), ping_timeout=1)
        await factory.create_manager(context_of("grace"), ping_timeout=1)

    with pytest.raises(FactoryInitializationError, match="more than 1"):
        asyncio.run(scenario())


def test_the_factory_is_made_on_first_use():
    with mock.patch(
        "chat_backend.websocket_core.websocket_manager_factory.WebSocketManagerFactory"
    ) as make:
        assert get_websocket_manager_factory() is get_websocket_manager_factory()
    make.assert_called_once_with()
