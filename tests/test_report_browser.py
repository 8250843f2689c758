"""The report in a real browser, headless: it draws, fetches nothing, says nothing is wrong, and axe finds no violation."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from needsseg.actions.exchange.report import report
from needsseg.actions.study import studies
from tests.fixtures.requirements import find_command, needs
from tests.fixtures.studies.built_studies import BuiltStudies

pytestmark = pytest.mark.slow
AXE = Path(__file__).parent / "data" / "axe" / "axe.min.js"
"""axe-core 4.14.1 as npm has it, MPL-2.0."""
SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])
WIDTHS = pytest.mark.parametrize("width", [1200, 390], ids=["desk", "phone"])


@pytest.fixture(scope="module")
def written(unasked_folder: Path, built_studies: BuiltStudies) -> Path:
    """The report of the sample study without survey answers, whose labels have one source, as a file."""

    def write(folder: Path) -> None:
        shutil.copytree(unasked_folder, folder, dirs_exist_ok=True)
        with studies.open_study(folder / "needsseg.db") as study:
            made = report.gather(study, report.Question(date(2026, 7, 1), date(2025, 7, 1)))
            report.write_report(study, made, folder / "out.html", "html")

    return built_studies.get("report-unasked", write) / "out.html"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Chromium without a window, which logs what it fetches and what goes wrong."""
    needs("selenium", "chromium", "chromedriver")
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = find_command("chromium") or ""
    profile = tmp_path_factory.mktemp("chromium")
    for switch in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        f"--user-data-dir={profile}",
    ):
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(find_command("chromedriver")))
    driver.set_script_timeout(300)  # axe reads the whole page, and other tests may run beside it
    yield driver
    driver.quit()


def opened(browser: Any, path: Path, width: int = 1200, scheme: str = "light") -> None:
    """Opens a report in a window of a width, in a light or dark scheme."""
    browser.get("about:blank")
    browser.get_log("browser"), browser.get_log("performance")
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": features})
    browser.get(path.as_uri())


def fetched(browser: Any) -> list[str]:
    told = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    return [one["params"]["request"]["url"] for one in told if one["method"] == "Network.requestWillBeSent"]


def violations(browser: Any) -> list[tuple[str, str]]:
    browser.execute_script(AXE.read_text(encoding="utf-8"))
    # Of what passes only the rules are told: each of the thousands of elements would be described at length.
    passed, violated = browser.execute_async_script(
        "axe.run({resultTypes: ['violations']}).then(found => "
        "arguments[arguments.length - 1]([found.passes.length, found.violations]))"
    )
    assert passed > 20
    return [(each["id"], each["nodes"][0]["html"]) for each in violated]


def test_it_shows_its_pictures_without_a_message_a_script_or_a_request(browser: Any, written: Path) -> None:
    opened(browser, written)
    sizes = "return [...document.querySelectorAll('svg.picture')].map(each => each.getBoundingClientRect().height)"
    heights = browser.execute_script(sizes)
    assert len(heights) == 2 and min(heights) > 100
    assert browser.execute_script("return document.scripts.length") == 0
    assert fetched(browser) == [written.as_uri()] and browser.get_log("browser") == []


@SCHEMES
@WIDTHS
def test_axe_finds_no_violation_and_nothing_is_wider_than_the_screen(
    browser: Any, written: Path, scheme: str, width: int
) -> None:
    opened(browser, written, width, scheme)
    assert violations(browser) == []
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    paper = browser.execute_script("return getComputedStyle(document.documentElement).backgroundColor")
    assert paper == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 23, 26)"}[scheme]


def test_words_in_pictures_are_readable_on_a_phone(browser: Any, written: Path) -> None:
    opened(browser, written, 390)
    sizes = browser.execute_script(
        "return [...document.querySelectorAll('svg.picture text')].map(each => each.getBoundingClientRect().height)"
    )
    assert sizes and min(sizes) >= 11


def test_a_quote_leads_to_its_place_and_back(browser: Any, written: Path) -> None:
    opened(browser, written)
    first = browser.execute_script("const a = document.querySelector('.quote a'); a.click(); return a.hash")
    assert browser.execute_script("return location.hash") == first
    words = "return document.querySelector(arguments[0]).innerText"
    assert browser.execute_script(words, ".quote blockquote") == browser.execute_script(words, f"{first} mark")
    back = browser.execute_script(f"const a = document.querySelector('{first} .place a'); a.click(); return a.hash")
    assert browser.execute_script("return document.querySelector(arguments[0]).tagName", back) == "H3"


def test_it_prints_on_white_without_what_only_works_on_a_screen(browser: Any, written: Path) -> None:
    opened(browser, written, scheme="dark")
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia",
        {"media": "print", "features": [{"name": "prefers-color-scheme", "value": "dark"}]},
    )
    style = "return getComputedStyle(document.querySelector(arguments[0]))[arguments[1]]"
    assert browser.execute_script(style, "html", "backgroundColor") == "rgb(255, 255, 255)"
    assert browser.execute_script(style, "html", "color") == "rgb(27, 31, 36)"
    assert browser.execute_script(style, "nav", "display") == "none"
    assert len(browser.execute_cdp_cmd("Page.printToPDF", {})["data"]) > 10_000
