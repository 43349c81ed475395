"""Parts of the back end by name: the built-in ones, and those of `config/components.json`."""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

COMPONENTS: Mapping[str, str] = {
    "agents": "chat_backend.agent_runner",
    "authentication": "chat_backend.services.unified_authentication_service",
    "sockets": "chat_backend.websocket_core.websocket_manager_factory",
}


def read_components(path: Path) -> dict[str, str]:
    """The built-in components with those of a configuration over them."""
    configured: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))["components"]
    return {**COMPONENTS, **configured}


def load_component(name: str, components: Mapping[str, str] = COMPONENTS) -> ModuleType:
    """The module of a component. Raises KeyError for an unknown name."""
    return importlib.import_module(components[name])
