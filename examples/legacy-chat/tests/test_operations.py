"""What people who run the server look at: health, start-up report, diagnostics, components."""

from __future__ import annotations

import runpy
from pathlib import Path

from chat_backend.component_registry import load_component, read_components
from chat_backend.delivery_mode import delivery_mode
from chat_backend.diagnostics import describe_socket_layer
from chat_backend.startup_checks import startup_report
from chat_backend.supervisor_health import health

ROOT = Path(__file__).resolve().parent.parent


def test_the_server_is_healthy():
    assert health() == {"socket_layer": True, "socket_lookup": True}


def test_the_start_up_report_names_every_part():
    assert sorted(startup_report()) == ["authentication", "sockets"]


def test_diagnostics_name_the_class_where_it_is_defined():
    expected = "chat_backend.websocket_core.websocket_manager.WebSocketManager"
    assert describe_socket_layer() == expected


def test_events_are_delivered_through_one_manager():
    assert delivery_mode() == "shared"


def test_the_script_lists_the_methods_of_the_manager():
    script = runpy.run_path(str(ROOT / "scripts" / "list_sockets.py"))
    methods = ["connect", "connection_count", "disconnect", "prune", "send_event"]
    assert script["methods"]() == methods


def test_every_component_can_be_loaded():
    components = read_components(ROOT / "config" / "components.json")
    modules = {name: load_component(name, components) for name in components}
    assert hasattr(modules["sockets"], "WebSocketManager")
    assert hasattr(modules["idle_policy"], "IdleConnectionPolicy")
    assert hasattr(modules["agents"], "AgentRunner")
