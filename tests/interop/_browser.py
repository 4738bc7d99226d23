"""A browser without scripts: follows links and redirects, keeps cookies, fills in forms."""

import html.parser
import urllib.parse

import requests

from _steps import check_true


class Form:
    """A form of a page: where it goes, its fields with their values, its buttons."""

    def __init__(self, attributes):
        self.action = attributes.get("action", "")
        self.method = attributes.get("method", "get").upper()
        self.fields, self.buttons = {}, []


class _Parser(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms, self.words, self._silent = [], [], False

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self._silent = tag in ("style", "script")
        if tag == "form":
            self.forms.append(Form(attributes))
        elif self.forms and tag == "input" and "name" in attributes:
            self.forms[-1].fields[attributes["name"]] = attributes.get("value") or ""
        elif self.forms and tag == "button":
            self.forms[-1].buttons.append((attributes.get("name"), attributes.get("value")))

    def handle_endtag(self, tag):
        self._silent = False

    def handle_data(self, data):
        if not self._silent:
            self.words.append(data.strip())


class Browser:
    """One window; it goes to every page but those of `application`, whose address is what counts."""

    def __init__(self, application=None):
        self._session = requests.Session()
        self._application = application
        self.url = self.text = ""
        self.form = None

    def open(self, url):
        """GETs a page and what it redirects to."""
        self._request("GET", url)

    def has(self, name):
        """Whether the page asks for this field or has this button."""
        form = self.form
        return form is not None and (
            name in form.fields or any(name == button for button, _ in form.buttons)
        )

    def submit(self, **fields):
        """Fills in the form and sends it; a button is given as a field."""
        check_true(self.form is not None, f"no form on the page {self.url}: {self.text}")
        for name in fields:
            check_true(self.has(name), f"no field {name} on the page {self.url}: {self.text}")
        url = urllib.parse.urljoin(self.url, self.form.action)
        filled = {**self.form.fields, **fields}
        self._request(self.form.method, url, data=filled)

    def result(self):
        """What the application is told: the query of its address."""
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.url).query))

    def _request(self, method, url, **options):
        while True:
            self.url, self.text, self.form = url, "", None
            if self._application and url.startswith(self._application):
                return
            answer = self._session.request(
                method, url, allow_redirects=False, timeout=30, **options
            )
            if answer.next is None:
                return self._show(answer)
            method, url, options = answer.next.method, answer.next.url, {}

    def _show(self, answer):
        parser = _Parser()
        parser.feed(answer.text)
        self.text = " ".join(filter(None, parser.words))
        self.form = parser.forms[0] if parser.forms else None


def sign_in(browser, username, password):
    """From the sign-in page to the end: password, second factor, consent, delivery of the result."""
    if browser.has("pick"):
        browser.submit(pick="other")
    browser.submit(login=username, passwd=password)
    if browser.has("otc"):
        code = browser.text.partition("the code of this account is")[2].split()[0]
        browser.submit(otc=code.strip("."))
    if browser.has("answer"):
        browser.submit(answer="continue")
    if browser.has("code"):
        # The page that posts the result to the application; with scripts it does so by itself.
        browser.submit()
