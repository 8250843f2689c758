"""needsseg: from interview transcripts to needs-based customer segments, on your own machine.

From Python, five functions do what the command line does; nothing else is loaded before one of them is used:

- ``read(path)`` reads a transcript file: its text and its turns.
- ``suggest(transcript)`` suggests the passages in which participants describe a need.
- ``discover(texts, speakers)`` groups passages into candidate segments.
- ``assign(texts, segments)`` puts new texts into segments, or abstains and says why.
- ``open_study(path)`` opens a study, whose rows come as dictionaries, and as Arrow or pandas tables on request.

docs/reference/python.md describes them, docs/tutorials/python.md walks them on the sample study. Names beyond these may change.
"""

from needsseg.version import __version__

TYPE_CHECKING = False  # importing typing takes a while, and the command line imports this first
if TYPE_CHECKING:
    from needsseg.api import StudyReader, open_study
    from needsseg.coding import suggest
    from needsseg.discovery import discover
    from needsseg.segments import assign
    from needsseg.transcripts import read

__all__ = ["StudyReader", "__version__", "assign", "discover", "open_study", "read", "suggest"]

_ORIGINS = {
    "StudyReader": "needsseg.api",
    "assign": "needsseg.segments",
    "discover": "needsseg.discovery",
    "open_study": "needsseg.api",
    "read": "needsseg.transcripts",
    "suggest": "needsseg.coding",
}


def __getattr__(name: str) -> object:
    """Return one of the public functions, loading its module when it is first used."""
    if name not in _ORIGINS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_ORIGINS[name]), name)


def __dir__() -> list[str]:
    """Return the names of the module, those that are not loaded yet among them."""
    return sorted({*globals(), *__all__})
