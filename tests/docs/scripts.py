"""The scripts that write parts of the documentation, loaded from docs/, which is no package."""

from __future__ import annotations

import importlib.util
from types import ModuleType

from tests.fixtures.samples import ROOT


def load_script(name: str) -> ModuleType:
    """Return docs/NAME.py as a module."""
    spec = importlib.util.spec_from_file_location(f"docs_{name}", ROOT / "docs" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
