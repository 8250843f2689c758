"""``make audit``: known weak points of what is installed, asked from the Python advisory database by pip-audit.

Run from the environment that is looked at. Ends with 0 where nothing is known or no database can be reached, which it says by
name, and with 1 where something is known; the advisories are named with the versions that mend them.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

SERVICES = {"pypi": "PyPI's advisories", "osv": "OSV"}
SECONDS = 300


def answer(service: str) -> tuple[dict[str, Any] | None, str]:
    """What pip-audit says of this environment by one database: its report, or why there is none."""
    call = ["-m", "pip_audit", "--format", "json", "--progress-spinner", "off", "--skip-editable", "--local"]
    try:
        done = subprocess.run(
            [sys.executable, *call, "--vulnerability-service", service],
            capture_output=True, text=True, timeout=SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return None, f"no answer within {SECONDS} s"
    try:
        return json.loads(done.stdout), ""
    except ValueError:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        return None, lines[-1].strip() if lines else f"exit code {done.returncode}"


def sentences(report: dict[str, Any]) -> list[str]:
    """One sentence for each advisory of a report."""
    found = []
    for package in report.get("dependencies", []):
        for advisory in package.get("vulns", []):
            mended = ", ".join(advisory.get("fix_versions", [])) or "no version yet"
            found.append(f"{package['name']} {package['version']}: {advisory['id']}, mended in {mended}")
    return found


def main() -> int:
    """Print what is known; return the exit code."""
    for service, title in SERVICES.items():
        report, why = answer(service)
        if report is None:
            print(f"skipped: {title}: {why}")
            continue
        looked_at = report.get("dependencies", [])
        unknown = [each["name"] for each in looked_at if "skip_reason" in each]
        if len(unknown) == len(looked_at):
            print(f"skipped: {title}: none of {len(looked_at)} packages is known there")
            continue
        found = sentences(report)
        print(f"{title}: {len(looked_at) - len(unknown)} packages, {len(found)} advisories")
        if unknown:
            print(f"not looked up: {', '.join(unknown)}")
        print(*found, sep="\n", end="\n" if found else "")
        return 1 if found else 0
    print("skipped: no advisory database can be reached from here.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
