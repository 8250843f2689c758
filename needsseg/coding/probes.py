"""Probe sentences: examples of speech about a job to be done, and of off-topic speech."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from needsseg.errors import UsageError
from needsseg.settings import Settings, prompt_file, read_toml

BESIDE = "beside"


@dataclass(frozen=True, slots=True)
class Probe:
    """One probe sentence and its kind: situation, motivation, outcome, struggle, workaround, or beside."""

    kind: str
    text: str


def load_probes(path: Path | None = None) -> tuple[Probe, ...]:
    """Load the probes of ``path`` (the shipped ones by default); raises UsageError with the invalid key."""
    path = path or prompt_file("probes.toml")
    probes: list[Probe] = []
    for kind, sentences in read_toml(path).items():
        if not isinstance(sentences, list) or not all(isinstance(text, str) and text.strip() for text in sentences):
            raise UsageError(f"{path}: '{kind}' must be a list of sentences.")
        probes += [Probe(kind, text) for text in sentences]
    if not any(probe.kind != BESIDE for probe in probes):
        raise UsageError(f"{path}: there is no probe sentence.", "Add at least one, under motivation for example.")
    return tuple(probes)


def probes_for(settings: Settings | None, language: str) -> tuple[Probe, ...]:
    """Load the probes of a language, from the user's own folder where the settings name one."""
    return load_probes(prompt_file("probes.toml", settings, language))
