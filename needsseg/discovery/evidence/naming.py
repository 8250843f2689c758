"""Suggested names: persona archetypes from ``prompts/`` matched to candidates by meaning."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from needsseg.embedding.vectors import unit
from needsseg.errors import UsageError
from needsseg.records import PersonaName
from needsseg.settings import prompt_file, read_toml

if TYPE_CHECKING:
    from collections.abc import Sequence

    from needsseg.embedding.vectors import Matrix


@dataclass(frozen=True, slots=True)
class Persona:
    """An archetype: its name, what it is, and how such people speak."""

    name: str
    description: str
    says: tuple[str, ...]


def load_personas(path: Path | None = None) -> tuple[Persona, ...]:
    """The archetypes of ``path`` (the shipped ones by default); raises UsageError naming the entry that is wrong."""
    path = path or prompt_file("personas.toml")
    entries = read_toml(path).get("persona", [])
    if not isinstance(entries, list):
        raise UsageError(f"{path}: write [[persona]], with two brackets, before each persona.")
    return tuple(_persona(path, number, entry) for number, entry in enumerate(entries, start=1))


def _persona(path: Path, number: int, entry: object) -> Persona:
    name, says = (entry.get("name"), entry.get("says")) if isinstance(entry, dict) else (None, None)
    sentences = [text for text in says if isinstance(text, str) and text.strip()] if isinstance(says, list) else []
    if not isinstance(entry, dict) or not isinstance(name, str) or not name.strip() or not sentences:
        raise UsageError(f"{path}: persona {number} needs a name and a list of sentences under says.")
    return Persona(name.strip(), str(entry.get("description", "")), tuple(sentences))


def suggested_names(
    rows: Matrix,
    members: Sequence[Sequence[int]],
    personas: Sequence[Persona],
    sentence_vectors: Sequence[Matrix],
    each: int = 3,
) -> list[tuple[PersonaName, ...]]:
    """For each candidate (indices into unit ``rows``) the archetypes its passages are nearer to than usual, best first.

    ``sentence_vectors`` are those of each persona, (sentences, d). Some archetypes are nearer to all speech than
    others, so nearness is measured in standard deviations from what is usual for that archetype among all ``rows``.
    """
    import numpy as np

    if not members or not personas:
        return [() for _ in members]
    persona_means = unit(np.stack([sentences.mean(axis=0) for sentences in sentence_vectors]))
    nearness = rows @ persona_means.T
    spread = nearness.std(axis=0)
    nearness = (nearness - nearness.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    names = []
    for member_rows in members:
        row = nearness[list(member_rows)].mean(axis=0)
        order = [int(i) for i in np.argsort(-row, kind="stable")[:each] if row[i] > 0]
        names.append(
            tuple(PersonaName(personas[i].name, round(float(row[i]), 2), personas[i].description) for i in order)
        )
    return names
