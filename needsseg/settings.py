"""Settings: defaults, overridden by ``needsseg.toml`` beside the study, overridden by ``NEEDSSEG_*`` in the environment."""

from __future__ import annotations

import getpass
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, get_args

from needsseg.errors import UsageError
from needsseg.players import parts_of

SHIPPED_FOLDERS = Literal["prompts", "interviews"]
DEFAULT_STUDY = "needsseg.db"
BACKENDS = ("onnx", "torch", "int8")


@dataclass(frozen=True, slots=True)
class Settings:
    """What a user may set; every field has a safe default and none sends anything anywhere."""

    model: str = ""
    """all-MiniLM-L6-v2 (bundled), multilingual, or the folder of a sentence-transformers model; chosen by language if empty."""
    seed: int = 0
    """The one source of randomness; stored with every run."""
    suggest_threshold: float = 0.5
    """Suggestions that score below this are not stored."""
    coder: str = ""
    """Name written beside decisions; the login name where empty."""
    use_codes: bool = True
    """Whether discovery uses codes on passages as hints at which belong together."""
    timezone: str = "UTC"
    """Reporting time zone: where a day begins for account data."""
    currency: str = ""
    """The currency in which money is reported (an ISO code such as EUR); other currencies are converted by ``rates``."""
    rates: str = ""
    """A CSV file with the columns currency, rate and as_of, by which amounts are converted to ``currency``."""
    engine: str = "duckdb"
    """What computes profiles: duckdb, polars, spark, spark:MASTER or sc://HOST:PORT."""
    backend: str = "onnx"
    """What embeds texts: onnx (the bundled model; any other runs in torch), torch, or int8 for texts that are assigned."""
    prompts: str = ""
    """A folder with edited words (probes.toml, personas.toml …); the shipped ones where empty."""
    backups: int = 10
    """How many automatic backups of a study are kept, made before the first change of a session; 0 makes none."""
    backup_days: int = 14
    """For how many days one automatic backup a day is kept besides."""
    theme: str = ""
    """The app's theme, such as textual-light, high-contrast or ansi-dark; the one chosen in the app last where empty."""
    embed_in_background: bool = True
    """Whether the app computes what search by meaning, suggestions and discovery compare while you read, at low priority."""
    name_model: bool = True
    """Whether names are proposed by the model of the extra ``names`` too, where that is installed."""
    player: str = ""
    """The command that plays recordings, with ``{file}`` and ``{start}`` (seconds); mpv, vlc, ffplay or the system's if empty."""
    keys: Mapping[str, object] = field(default_factory=dict, hash=False)
    """The keys of the app, by the ids of their bindings; the app refuses by name what it cannot bind."""

    def who(self) -> str:
        """Return the name written beside decisions."""
        if self.coder:
            return self.coder
        try:
            return getpass.getuser()
        except (OSError, KeyError):  # a user id without a name, as in some containers
            return "unknown"


def load(study: Path, environ: Mapping[str, str] = os.environ) -> Settings:
    """Load the settings for the study at ``study``; raises UsageError with file and key where one is invalid."""
    settings = Settings()
    file = settings_file(study)
    if file.is_file():
        values = read_toml(file)
        if "prompts" in values and isinstance(values["prompts"], str):
            # Paths are relative to the settings file.
            values["prompts"] = str(study.parent / Path(values["prompts"]).expanduser())
        if isinstance(values.get("rates"), str) and values["rates"]:
            values["rates"] = str(study.parent / Path(values["rates"]).expanduser())
        settings = _apply(settings, values, str(file))
    from_env = {
        setting.name: environ[f"NEEDSSEG_{setting.name.upper()}"]
        for setting in fields(Settings)
        if f"NEEDSSEG_{setting.name.upper()}" in environ
    }
    return _checked(_apply(settings, from_env, "the environment"))


def settings_file(study: Path) -> Path:
    """Return the file of settings for the study at ``study``, which need not exist."""
    return study.parent / "needsseg.toml"


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file, with or without a byte order mark; raises UsageError with file and line."""
    import tomllib  # here, since few studies have settings of their own

    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 (byte {error.start}).", "Save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: not valid TOML: {error}.", "Correct the line named.") from error
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.", "Check the path and its permissions.") from error


def toml_place(path: Path, table: str = "", key: str = "") -> str:
    """Return ``file, line 12`` where a table begins or its ``key`` stands, which parsed TOML does not say.

    A key of no table stands before the first one. Only the file is returned where neither is found, as in inline tables.
    """
    inside, place = "", 0
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
        if heading := re.match(r"\s*\[+\s*([^\]]*?)\s*\]", line):
            inside = heading[1].strip("\"'")
            place = number if inside == table and not place else place
        name = key if inside == table else table if not inside else ""
        if name and re.match(rf"""\s*["']?{re.escape(name)}["']?\s*[=.]""", line):
            return f"{path}, line {number}"
    return f"{path}, line {place}" if place else str(path)


def _checked(settings: Settings) -> Settings:
    if not 0 <= settings.suggest_threshold <= 1:
        raise UsageError(f"suggest_threshold = {settings.suggest_threshold} is not between 0 and 1.")
    for name in ("backups", "backup_days"):
        if getattr(settings, name) < 0:
            raise UsageError(f"{name} = {getattr(settings, name)} is negative.", "Give 0 or a larger number.")
    if settings.backend not in BACKENDS:
        raise UsageError(
            f"backend = '{settings.backend}' is not a valid back end.", f"Back ends: {', '.join(BACKENDS)}."
        )
    if settings.currency and not re.fullmatch("[A-Z]{3}", settings.currency):
        raise UsageError(f"currency = '{settings.currency}' is not an ISO code.", "Write three capitals, such as EUR.")
    if settings.rates and not settings.currency:
        raise UsageError("rates needs currency: the one to convert to.", "Set currency too, such as EUR.")
    if settings.player:
        parts_of(settings.player)
    if settings.prompts and not Path(settings.prompts).expanduser().is_dir():
        raise UsageError(f"prompts = '{settings.prompts}': there is no such folder.", "Correct the setting.")
    return settings


def _apply(settings: Settings, values: Mapping[str, object], where: str) -> Settings:
    type_by_name = {setting.name: type(getattr(settings, setting.name)) for setting in fields(Settings)}
    changes: dict[str, object] = {}
    for key, value in values.items():
        if key not in type_by_name:
            raise UsageError(f"{where}: unknown setting '{key}'.", f"Known settings: {', '.join(type_by_name)}.")
        if key == "keys":
            changes[key] = _keys(value, where)
            continue
        try:
            changes[key] = _flag(value) if type_by_name[key] is bool else type_by_name[key](value)
        except (TypeError, ValueError, OverflowError) as error:
            raise UsageError(f"{where}: {key} = {value!r} is not a valid {type_by_name[key].__name__}.") from error
    return replace(settings, **changes)  # type: ignore[arg-type]


def _keys(value: object, where: str) -> dict[str, object]:
    """Return the table of keys by whole ids, written ``"code.accept" = "y"`` or ``code.accept = "y"``."""
    if not isinstance(value, dict):
        raise UsageError(
            f"{where}: keys = {value!r} is not a table.",
            'Write the table [keys] in needsseg.toml: "code.accept" = "y".',
        )
    keys: dict[str, object] = {}
    for name, setting in value.items():
        inner = (
            {f"{name}.{last}": keys_of for last, keys_of in setting.items()}
            if isinstance(setting, dict)
            else {name: setting}
        )
        keys |= inner
    return keys


def _flag(value: object) -> bool:
    """Return a boolean from TOML, or from a word in the environment."""
    words = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}
    flag = words.get(str(value).strip().casefold())
    if flag is None:
        raise ValueError(value)
    return flag


@lru_cache(maxsize=4)
def shipped(folder: SHIPPED_FOLDERS) -> Path:
    """Return the folder of the shipped ``prompts`` or ``interviews``: inside the wheel, or at the top of a checkout."""
    if folder not in get_args(SHIPPED_FOLDERS):
        raise ValueError(folder)
    package = Path(__file__).resolve().parent
    inside = package / "_shipped" / folder
    return inside if inside.is_dir() else package.parent / folder


def prompt_file(name: str, settings: Settings | None = None, language: str = "en") -> Path:
    """Return the file ``name`` in the user's prompts folder if it is there, else the shipped one.

    English files stand in the folder itself, those of another language in a folder of its code. A file of the user's own
    outside such folders serves each language for which they have none; a language without shipped words has the English ones.
    """
    places = [Path(language) / name, Path(name)] if language not in ("", "en") else [Path(name)]
    if settings and settings.prompts:
        for place in places:
            own = Path(settings.prompts).expanduser() / place
            if own.is_file():
                return own
    return next(
        (file for place in places[:-1] if (file := shipped("prompts") / place).is_file()), shipped("prompts") / name
    )
