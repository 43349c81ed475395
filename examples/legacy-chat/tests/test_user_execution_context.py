"""Contexts: isolation, refusal of placeholders, and the defensive one."""

from __future__ import annotations

import pytest

from chat_backend.services.user_execution_context import (
    InvalidContextError,
    UserExecutionContext,
    UserScope,
)
from chat_backend.websocket_core.websocket_manager_factory import (
    create_defensive_user_execution_context,
)


def test_two_contexts_share_nothing_unless_told():
    first = UserExecutionContext.for_thread("ada", "thread_1")
    second = UserExecutionContext.for_thread("ada", "thread_1")
    assert first.run_id != second.run_id
    assert first.scope is not second.scope
    scope = UserScope()
    assert first.in_scope(scope).scope is second.in_scope(scope).scope


@pytest.mark.parametrize("user_id", ["", "  ", "None", "placeholder"])
def test_a_placeholder_is_refused(user_id):
    with pytest.raises(InvalidContextError, match="user_id"):
        create_defensive_user_execution_context(user_id)


def test_a_defensive_context_names_user_and_client():
    context = create_defensive_user_execution_context(
        "ada@example.org", websocket_client_id="a client with a rather long name"
    )
    assert context.user_id == "ada@example.org"
    assert context.websocket_client_id == "a client with a rather long name"
    assert context.request_id.startswith("defensive_ada_example_org_a_client_with_a_rather_l_")
