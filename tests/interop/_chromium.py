"""A real Chromium without a window, and what every page has to fulfil."""

import os
import pathlib
import shutil

from selenium import webdriver
from selenium.common import exceptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support import expected_conditions
from selenium.webdriver.support.ui import Select, WebDriverWait

from _steps import check, check_true

WIDTHS = {1280: 900, 390: 844}

# What keeps people out: no language, no title, no one heading, fields without a name, words that run out
# of the window, text too pale to read.
FLAWS = """
const flaws = [];
if (!document.documentElement.lang) flaws.push('no language');
if (!document.title.trim()) flaws.push('no title');
if (document.querySelectorAll('h1').length !== 1) flaws.push('not one h1');
if (document.querySelectorAll('main').length !== 1) flaws.push('not one main');
for (const field of document.querySelectorAll('input:not([type=hidden]), select, textarea')) {
  const named = field.labels.length || field.getAttribute('aria-label');
  if (!named) flaws.push('no label: ' + field.name);
}
for (const button of document.querySelectorAll('button, a')) {
  if (!button.textContent.trim()) flaws.push('empty button or link');
}
const ids = [...document.querySelectorAll('[id]')].map(element => element.id);
if (new Set(ids).size !== ids.length) flaws.push('an id twice');
if (document.documentElement.scrollWidth > document.documentElement.clientWidth + 1) {
  flaws.push('wider than the window: ' + document.documentElement.scrollWidth);
}
for (const field of document.querySelectorAll('input:not([type=hidden]), select, button')) {
  const box = field.getBoundingClientRect();
  if (box.height < 24) flaws.push('too small to hit: ' + (field.name || field.textContent));
}
const channels = text => (text.match(/[\\d.]+/g) || []).map(Number);
const luminance = ([r, g, b]) => [r, g, b].map(value => value / 255)
  .map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
  .reduce((sum, value, i) => sum + value * [0.2126, 0.7152, 0.0722][i], 0);
const probe = document.body.appendChild(document.createElement('div'));
probe.style.backgroundColor = 'Canvas';
const canvas = channels(getComputedStyle(probe).backgroundColor);
probe.remove();
const ground = element => {
  for (let at = element; at; at = at.parentElement) {
    const colour = channels(getComputedStyle(at).backgroundColor);
    if (colour.length === 3 || colour[3] === 1) return colour;
  }
  return canvas;
};
for (const element of document.querySelectorAll('main *, header *')) {
  const own = [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
  if (!own) continue;
  const pair = [luminance(channels(getComputedStyle(element).color)), luminance(ground(element))];
  const contrast = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
  if (contrast < 4.5) flaws.push('contrast ' + contrast.toFixed(1) + ': ' + element.textContent);
}
return flaws;
"""


def programs():
    """The paths of Chromium and its driver; says what is missing."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    driver = shutil.which("chromedriver")
    check_true(
        chromium and driver,
        "chromium and chromedriver are needed: install them (Debian: chromium, chromium-driver)",
    )
    return chromium, driver


class Window:
    """One browser with a profile of its own."""

    def __init__(self, proxy=None, scripts=True):
        chromium, driver = programs()
        options = webdriver.ChromeOptions()
        options.binary_location = chromium
        options.accept_insecure_certs = True
        for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
            options.add_argument(flag)
        options.add_argument(f"--proxy-server={proxy}" if proxy else "--no-proxy-server")
        if not scripts:
            setting = {"profile.managed_default_content_settings.javascript": 2}
            options.add_experimental_option("prefs", setting)
        self.driver = webdriver.Chrome(options=options, service=Service(driver))
        self.driver.set_page_load_timeout(30)
        self.driver.implicitly_wait(5)
        self.pictures = pathlib.Path(os.environ["INTEROP_OUTPUT"], "pages")
        self.pictures.mkdir(parents=True, exist_ok=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.driver.quit()

    def open(self, url):
        self.driver.get(url)

    def expect(self, heading):
        """Waits for the page with this heading; a script may be about to leave the one before."""
        try:
            self._wait(lambda driver: driver.find_element(By.TAG_NAME, "h1").text == heading)
        except exceptions.TimeoutException:
            check_true(False, f"no page '{heading}', but: {self.text}")

    def _wait(self, condition):
        leaving = (exceptions.WebDriverException,)
        WebDriverWait(self.driver, 10, ignored_exceptions=leaving).until(condition)

    @property
    def text(self):
        return self.driver.find_element(By.TAG_NAME, "body").text

    @property
    def alert(self):
        return self.driver.find_element(By.CSS_SELECTOR, "[role=alert]").text

    def fill(self, **fields):
        for name, value in fields.items():
            field = self._field(name)
            # What is chosen of a form of files cannot be cleared.
            if field.get_attribute("type") != "file":
                field.clear()
            field.send_keys(value)

    def choose(self, **fields):
        """Chooses from lists by what they show."""
        for name, shown in fields.items():
            Select(self._field(name)).select_by_visible_text(shown)

    def value(self, name):
        """What is in a field."""
        return self._field(name).get_attribute("value")

    def _field(self, name):
        """The first field of this name that a person can fill in."""
        return self.driver.find_element(By.CSS_SELECTOR, f'[name="{name}"]:not([type=hidden])')

    def copied(self, label):
        """The lines of a box that are there to be copied."""
        return self.driver.find_element(By.CSS_SELECTOR, f'pre[aria-label="{label}"]').text

    def show(self, label):
        """Unfolds what lies behind a label."""
        found = self.driver.find_elements(By.TAG_NAME, "summary")
        matching = [element for element in found if element.text.strip() == label]
        check_true(matching, f"nothing to unfold '{label}' on: {self.text}")
        matching[0].click()

    def press(self, label):
        """Presses the button or link with this text, and waits until the page has been left."""
        page = self.driver.find_element(By.TAG_NAME, "html")
        found = self.driver.find_elements(By.CSS_SELECTOR, "button, a")
        matching = [element for element in found if element.text.strip() == label]
        check_true(matching, f"no button '{label}' on: {self.text}")
        matching[0].click()
        self._wait(expected_conditions.staleness_of(page))

    def until_left(self):
        """Waits until the page has been left by itself."""
        page = self.driver.find_element(By.TAG_NAME, "html")
        self._wait(expected_conditions.staleness_of(page))

    def keys(self, *keys):
        """Types, wherever the focus is."""
        self.driver.switch_to.active_element.send_keys(*keys)

    def tab_to(self, label):
        """Goes on by the keyboard until this button or link has the focus."""
        for _ in range(40):
            focused = self.driver.switch_to.active_element
            if focused.text.strip() == label:
                return
            focused.send_keys(Keys.TAB)
        check_true(False, f"'{label}' cannot be reached by the keyboard on: {self.text}")

    def look(self, name):
        """Takes pictures of the page, wide and narrow, light and dark, and looks for flaws in each."""
        try:
            for width, height in WIDTHS.items():
                self._resize(width, height)
                for scheme in ("light", "dark"):
                    self._prefer(scheme)
                    flaws = self.driver.execute_script(FLAWS)
                    suffix = "" if scheme == "light" else "-dark"
                    self._picture(self.pictures / f"{name}-{width}{suffix}.png", width)
                    check(flaws, [], f"flaws of {name} at {width} px, {scheme}")
        finally:
            self._prefer("light")
            self.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})

    def _picture(self, path, width):
        whole = "return document.documentElement.scrollHeight"
        height = min(max(self.driver.execute_script(whole), WIDTHS[width]), 4000)
        self._resize(width, height)
        self.driver.save_screenshot(str(path))
        self._resize(width, WIDTHS[width])

    def _resize(self, width, height):
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
        )

    def _prefer(self, scheme):
        self.driver.execute_cdp_cmd(
            "Emulation.setEmulatedMedia",
            {"features": [{"name": "prefers-color-scheme", "value": scheme}]},
        )
