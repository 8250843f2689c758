"""The report in a real browser, headless: it draws, fetches nothing, says nothing is wrong, and axe finds no violation."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from needsseg.actions.exchange.report import report
from needsseg.actions.study import studies
from tests.fixtures.requirements import find_command, needs
from tests.fixtures.studies.built_studies import BuiltStudies

pytestmark = pytest.mark.slow
SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])
WIDTHS = pytest.mark.parametrize("width", [1200, 390], ids=["desk", "phone"])


@pytest.fixture(scope="module")
def written(unasked_folder: Path, built_studies: BuiltStudies) -> Path:
    """The report of the sample study without survey answers, whose labels have one source, as a file."""

    def write(folder: Path) -> None:
        shutil.copytree(unasked_folder, folder, dirs_exist_ok=True)
        with studies.open_study(folder / "needsseg.db") as study:
            made = report.gather(study, date(2026, 7, 1), date(2025, 7, 1))
            report.write_report(study, made, folder / "out.html", "html")

    return built_studies.get("report-unasked", write) / "out.html"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Chromium without a window, which logs what it fetches and what goes wrong."""
    needs("selenium", "axe", "chromium", "chromedriver")
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
    """Opens a report and waits until its charts are drawn, or have failed."""
    from selenium.webdriver.support.ui import WebDriverWait

    browser.get("about:blank")
    browser.get_log("browser"), browser.get_log("performance")
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": features})
    browser.get(path.as_uri())
    left = "return [...document.querySelectorAll('.drawn')].filter(each => !each.dataset.state).length"
    WebDriverWait(browser, 60).until(lambda driver: driver.execute_script(left) == 0)


def fetched(browser: Any) -> list[str]:
    told = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    return [one["params"]["request"]["url"] for one in told if one["method"] == "Network.requestWillBeSent"]


def violations(browser: Any) -> list[tuple[str, str]]:
    browser.execute_script(files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    # Of what passes only the rules are told: each of the thousands of elements would be described at length.
    passed, violated = browser.execute_async_script(
        "axe.run({resultTypes: ['violations']}).then(found => "
        "arguments[arguments.length - 1]([found.passes.length, found.violations]))"
    )
    assert passed > 20
    return [(each["id"], each["nodes"][0]["html"]) for each in violated]


def test_it_draws_its_charts_without_an_error_or_a_request(browser: Any, written: Path) -> None:
    opened(browser, written)
    states = "return [...document.querySelectorAll('.drawn')].map(each => each.dataset.state)"
    assert browser.execute_script(states) == ["drawn", "drawn"]
    marks = "return document.querySelectorAll('#chart-0 .mark-symbol.role-mark path').length"
    assert browser.execute_script(marks) == 345
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


def test_pointing_at_a_passage_shows_its_quote(browser: Any, written: Path) -> None:
    from selenium.webdriver import ActionChains
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import WebDriverWait

    opened(browser, written)
    # The last is drawn over all others, so nothing covers it.
    spot = browser.find_elements(By.CSS_SELECTOR, "#chart-0 .layer_0_marks path")[-1]
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", spot)
    ActionChains(browser).move_to_element(spot).perform()
    shown = browser.find_element(By.ID, "vg-tooltip-element")
    WebDriverWait(browser, 20).until(lambda _: "Interview" in shown.text)
    spots = browser.execute_script("return JSON.parse(document.getElementById('charts').textContent)[0].datasets.spots")
    assert " ".join(spots[-1]["quote"].split()) in " ".join(shown.text.split()) and "Participant" in shown.text
    assert violations(browser) == []
    ActionChains(browser).click(spot).perform()
    assert spots[-1]["quote"][:80].split() == browser.find_element(By.ID, "here-0").text.split("“", 1)[1][:80].split()


def test_the_map_is_read_with_keys_alone(browser: Any, written: Path) -> None:
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    opened(browser, written)
    place, told = browser.find_element(By.ID, "chart-0"), browser.find_element(By.ID, "here-0")
    place.send_keys(Keys.ARROW_RIGHT)
    assert told.text.startswith("1 of 345, Builder: “")
    place.send_keys(Keys.ARROW_LEFT)
    assert told.text.startswith("345 of 345") and told.get_attribute("aria-live") == "polite"


def test_a_quote_leads_to_its_place_and_back(browser: Any, written: Path) -> None:
    opened(browser, written)
    first = browser.execute_script("const a = document.querySelector('.quote a'); a.click(); return a.hash")
    assert browser.execute_script("return location.hash") == first
    words = "return document.querySelector(arguments[0]).innerText"
    assert browser.execute_script(words, f"#from-{first[1:]} blockquote") == browser.execute_script(
        words, f"{first} mark"
    )


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
