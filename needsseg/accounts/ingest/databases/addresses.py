"""Addresses of database servers and warehouses: recognised, parsed, and shown without their password."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from needsseg.errors import UsageError

POSTGRESQL = ("postgresql", "postgres")
# Warehouses that are read through an ADBC driver, and the names of that driver's options in their addresses.
WAREHOUSES = ("snowflake", "bigquery")
ADBC = "adbc+"
"""The prefix of any other address that is read through an ADBC driver: adbc+sqlite:///path, adbc+postgresql://…"""
OPTIONS = {
    "postgresql": ("sslmode", "sslrootcert", "sslcert", "sslkey", "connect_timeout", "options", "target_session_attrs"),
    "snowflake": ("warehouse", "role", "region", "auth_type", "private_key_file"),
    "bigquery": ("location", "credentials"),
}
HINTS = {
    "postgresql": "Write postgresql://user@host:port/database, and give the password in the variable PGPASSWORD.",
    "snowflake": "Write snowflake://user@account/database/schema?warehouse=NAME, and give the password in the variable "
    "SNOWFLAKE_PASSWORD.",
    "bigquery": "Write bigquery://project/dataset; the credentials are Google's own, or credentials=FILE after a ?.",
}
PASSWORDS = {"postgresql": "PGPASSWORD", "snowflake": "SNOWFLAKE_PASSWORD"}
"""The variables that passwords come from."""


@dataclass(frozen=True, slots=True)
class Address:
    """An address of a server: only ``shown``, which has no password, is stored and printed.

    ``driver`` is postgresql, or the name of an ADBC driver where ``is_adbc``; ``path`` the names after the host.
    """

    shown: str
    password: str
    driver: str
    is_adbc: bool = False
    host: str = ""
    port: str = ""
    user: str = ""
    path: tuple[str, ...] = ()
    options: dict[str, str] = field(default_factory=dict)

    @property
    def connect(self) -> dict[str, str]:
        """Connection parameters of PostgreSQL, those that are given."""
        named = {"host": self.host, "port": self.port, "user": self.user, "password": self.password}
        return {key: value for key, value in (named | {"dbname": "/".join(self.path)} | self.options).items() if value}


def is_address(source: str) -> bool:
    """Return whether ``source`` names a server or a warehouse, not a file."""
    scheme, separator, _ = source.partition("://")
    return bool(separator) and (scheme in (*POSTGRESQL, *WAREHOUSES) or scheme.startswith(ADBC))


def address(source: str) -> Address:
    """Parse an address such as ``postgresql://user@host:port/database`` or ``snowflake://user@account/database``.

    UsageError, which never repeats the address, where it cannot be parsed or has unknown options.
    """
    scheme = source.partition("://")[0]
    is_adbc = scheme not in POSTGRESQL
    driver = scheme.removeprefix(ADBC)
    driver = "postgresql" if driver in POSTGRESQL else driver
    hint = HINTS.get(driver, f"Write {ADBC}DRIVER://user@host/database.")
    try:
        split = urlsplit(source)
        given = parse_qsl(split.query, keep_blank_values=True)
        parts = {"host": split.hostname, "user": split.username, "password": split.password}
        host, user, password = (unquote(parts[name] or "") for name in ("host", "user", "password"))
        port = str(split.port or "")
        # Projects of BigQuery and accounts of Snowflake are names, whose capitals urlsplit would drop.
        host = unquote(split.netloc.rpartition("@")[2]) if driver in WAREHOUSES else host
    except ValueError as error:
        raise UsageError("The address of the server cannot be read.", hint) from error
    known = OPTIONS.get(driver)
    unknown = sorted({key for key, _ in given if known is not None and key not in known})
    if unknown:
        raise UsageError(
            f"The address has options that are not known: {', '.join(unknown)}.", f"Known: {', '.join(known or ())}."
        )
    path = tuple(unquote(name) for name in split.path.strip("/").split("/") if name)
    user_part = f"{quote(user)}@" if user else ""
    shown_scheme = "postgresql" if not is_adbc else scheme
    places = "/".join(map(quote, path))
    shown = f"{shown_scheme}://{user_part}{host}{f':{port}' if port else ''}/{places}"
    return Address(shown, password, driver, is_adbc, host, port, user, path, dict(given))
