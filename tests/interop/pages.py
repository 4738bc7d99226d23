"""The pages for people in a real Chromium: looked at, used with mouse, keyboard and without scripts."""
# requirements: requirements-pages.txt
# emulator: --config pages.toml
# programs: adls

import base64
import hashlib
import http.server
import json
import os
import pathlib
import secrets
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

from selenium.webdriver.common.keys import Keys

import _chromium
import _steps
from _chromium import Window
from _steps import check, check_true

CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
NEEDS_CONSENT = "5a1e0000-0000-4000-8000-000000000c01"
SCOPE = "https://datalake.azure.net//.default offline_access openid profile"


def script(ready, step):
    with step("chromium and its driver are installed"):
        _chromium.programs()
    with Window() as window:
        sign_in(ready, step, window)
        device_login(ready, step, window)
        control(ready, step, window)
    with Window(scripts=False) as window:
        without_scripts(ready, step, window)
    with Window(proxy=ready.proxy_url) as window:
        through_the_proxy(ready, step, window)
    with Window() as window:
        command_line(ready, step, window)


class Application:
    """A native application: listens on loopback, opens a page, redeems the code that comes back."""

    def __init__(self, ready, authority=None, client=CLI, mode="form_post", **query):
        self.ready, self.client, self.result = ready, client, {}
        self._arrived, self._verifier = threading.Event(), secrets.token_urlsafe(48)
        application = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self._answer(urllib.parse.urlsplit(self.path).query)

            def do_POST(self):
                self._answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

            def _answer(self, fields):
                page = b"<!doctype html><html lang='en'><title>Done</title><main><h1>Done</h1></main>"
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(page)))
                self.end_headers()
                self.wfile.write(page)
                if "state=" in fields:
                    application.result = dict(urllib.parse.parse_qsl(fields))
                    application._arrived.set()

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.redirect = f"http://localhost:{self._server.server_port}"
        digest = hashlib.sha256(self._verifier.encode()).digest()
        fields = {
            "client_id": client,
            "response_type": "code",
            "redirect_uri": self.redirect,
            "scope": SCOPE,
            "state": "the state",
            "nonce": "the nonce",
            "response_mode": mode,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            **query,
        }
        authority = authority or ready.http_url
        endpoint = f"{authority}/{ready.tenant_id}/oauth2/v2.0/authorize"
        self.url = f"{endpoint}?{urllib.parse.urlencode(fields)}"

    def finish(self):
        """What the browser has brought."""
        check_true(self._arrived.wait(20), "the browser has not come back to the application")
        self._server.shutdown()
        check(self.result["state"], "the state", "state")
        return self.result

    def redeem(self):
        """The tokens for the code; the user's name out of the id token."""
        form = {
            "grant_type": "authorization_code",
            "client_id": self.client,
            "redirect_uri": self.redirect,
            "code": self.finish()["code"],
            "code_verifier": self._verifier,
            "scope": SCOPE,
        }
        url = f"{self.ready.http_url}/{self.ready.tenant_id}/oauth2/v2.0/token"
        tokens = send(url, urllib.parse.urlencode(form).encode())
        part = tokens["id_token"].split(".")[1]
        said = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        check(said["nonce"], "the nonce", "nonce")
        return tokens, said["preferred_username"]


def send(url, body=None, method=None, token=None):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(url, data=body, method=method, headers=headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def sign_in(ready, step, window):
    expired = "expired@emulator.test"
    application = Application(ready)
    with step("sign-in page"):
        window.open(application.url)
        window.expect("Sign in")
        window.look("sign-in")
    with step("sign-in page, wrong password: says so and keeps the account"):
        window.fill(login=ready.mfa_username, passwd="wrong")
        window.press("Sign in")
        check_true("AADSTS50126" in window.alert, window.alert)
        window.look("sign-in-wrong-password")
    with step("second factor"):
        window.fill(login=ready.mfa_username, passwd=ready.password)
        window.press("Sign in")
        window.expect("Verify your identity")
        window.look("second-factor")
    with step("second factor, wrong code"):
        window.fill(otc="000000")
        window.press("Verify")
        check_true("expected verification code" in window.alert, window.alert)
        window.look("second-factor-wrong-code")
    with step("application gets the code (form_post, sent by the script) and redeems it"):
        window.fill(otc="123456")
        window.press("Verify")
        check(application.redeem()[1], ready.mfa_username, "user")
        window.expect("Done")
    with step("account picker: who is signed in already"):
        application = Application(ready, mode="query", prompt="select_account")
        window.open(application.url)
        window.expect("Pick an account")
        window.look("pick-an-account")
        window.press(ready.mfa_username)
        check(application.redeem()[1], ready.mfa_username, "user")
    with step("single sign-on: no page at all"):
        application = Application(ready, mode="query")
        window.open(application.url)
        check(application.redeem()[1], ready.mfa_username, "user")
    with step("another account, whose password has expired"):
        application = Application(ready, mode="query", prompt="login")
        window.open(application.url)
        window.fill(login=expired, passwd=ready.password)
        window.press("Sign in")
        window.expect("Update your password")
        window.look("new-password")
        window.fill(newpasswd="Another-Passw0rd")
        window.press("Sign in")
        check(application.redeem()[1], expired, "user")
    consent(ready, step, window)
    with step("wrong redirect URI: stays on a page that names it"):
        window.open(Application(ready, redirect_uri="https://elsewhere.test").url)
        check_true("AADSTS50011" in window.alert, window.alert)
        window.look("failure")
    with step("signed out"):
        window.open(f"{ready.http_url}/common/oauth2/v2.0/logout")
        window.look("signed-out")
        application = Application(ready, mode="query", prompt="none")
        window.open(application.url)
        check(application.finish()["error"], "login_required", "error without a session")


def consent(ready, step, window):
    def begin():
        application = Application(ready, client=NEEDS_CONSENT, mode="query", prompt="login")
        window.open(application.url)
        window.fill(login=ready.username, passwd=ready.password)
        window.press("Sign in")
        window.expect("Permissions requested")
        return application

    with step("consent, refused: the application is told"):
        application = begin()
        window.look("consent")
        window.press("Cancel")
        check(application.finish()["error"], "access_denied", "error")
    with step("consent, given"):
        application = begin()
        window.press("Accept")
        check(application.redeem()[1], ready.username, "user")
    with step("consent is asked for once"):
        application = Application(ready, client=NEEDS_CONSENT, mode="query")
        window.open(application.url)
        check(application.redeem()[1], ready.username, "user")


def device_login(ready, step, window):
    endpoint = f"{ready.http_url}/{ready.tenant_id}/oauth2/v2.0"

    def begin():
        form = {"client_id": CLI, "scope": SCOPE}
        return send(f"{endpoint}/devicecode", urllib.parse.urlencode(form).encode())

    def poll(device):
        form = {
            "client_id": CLI,
            "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
            "device_code": device["device_code"],
        }
        try:
            return send(f"{endpoint}/token", urllib.parse.urlencode(form).encode())
        except urllib.error.HTTPError as error:
            return json.loads(error.read())

    device, page = begin(), f"{ready.http_url}/common/oauth2/deviceauth"
    with step("device login: the code"):
        window.open(page)
        window.expect("Enter code")
        window.look("device-code")
    with step("device login: a wrong code"):
        window.fill(otc="WRONGCODE")
        window.press("Next")
        window.look("device-code-wrong")
        check_true(window.alert, "no message")
    with step("device login, by keyboard only"):
        window.open(page)
        window.keys(device["user_code"].lower(), Keys.ENTER)
        window.expect("Sign in")
        window.keys(ready.username, Keys.TAB, ready.password, Keys.ENTER)
        window.expect("Are you trying to sign in to Microsoft Azure CLI?")
        check(poll(device)["error"], "authorization_pending", "before the last question")
        window.look("device-continue")
        window.tab_to("Continue")
        window.keys(Keys.ENTER)
        window.expect("You have signed in")
        window.look("device-done")
        check_true("access_token" in poll(device), "the device has no token")
    with step("device login, cancelled"):
        device = begin()
        window.open(page)
        window.fill(otc=device["user_code"])
        window.press("Next")
        window.fill(login=ready.username, passwd=ready.password)
        window.press("Sign in")
        window.press("Cancel")
        window.look("device-cancelled")
        check(poll(device)["error"], "authorization_declined", "what the device is told")


def control(ready, step, window):
    root = f"{ready.http_url}/_mock"
    form = {
        "grant_type": "password",
        "client_id": CLI,
        "username": ready.username,
        "password": ready.password,
        "scope": SCOPE,
    }
    url = f"{ready.http_url}/{ready.tenant_id}/oauth2/v2.0"
    token = send(f"{url}/token", urllib.parse.urlencode(form).encode())["access_token"]
    files = f"{ready.http_url}/webhdfs/v1"
    send(f"{files}/directory/a%20file.txt?op=CREATE&write=true", b"hello, lake\n", "PUT", token)
    device = send(
        f"{url}/devicecode", urllib.parse.urlencode({"client_id": CLI, "scope": SCOPE}).encode()
    )
    with step("control page: a device code is approved, by keyboard"):
        window.open(ready.http_url)
        window.expect("Overview")
        check_true(device["user_code"] in window.text, "the code is not on the page")
        window.look("control-overview")
        window.tab_to("Approve")
        window.keys(Keys.ENTER)
        window.expect("Overview")
        check_true(device["user_code"] not in window.text, "the code still waits")
    with step("control page: the clock"):
        window.fill(seconds="3600")
        window.press("Advance")
        window.press("Freeze")
        check(ready.control("clock", method="GET")["frozen"], True, "frozen")
        window.press("Let it run")
    control_requests(ready, step, window)
    control_faults(ready, step, window, files, token)
    control_files(ready, step, window)
    control_gen2(ready, step, window)
    with step("control page: tokens"):
        window.press("Tokens")
        check_true(ready.username in window.text, "the token's user is not on the page")
        check_true(token not in window.driver.page_source, "a whole token is on the page")
        window.look("control-tokens")
    with step("control page: a token by hand opens the service"):
        window.choose(username=ready.username)
        window.press("Get a token")
        made = window.copied("The token")
        window.look("control-token-made")
        names = [entry["pathSuffix"] for entry in entries(files, made)]
        check_true("directory" in names, names)
    with step("control page: accounts"):
        window.press("Accounts")
        check_true("Microsoft.Storage/storageAccounts" in window.text, "no storage accounts")
        window.look("control-accounts")
    with step("control page: a snapshot is taken, gone back to and forgotten"):
        window.press("Snapshots")
        window.look("control-snapshots-none")
        window.press("Take a snapshot")
        window.look("control-snapshots")
        send(f"{files}/later?op=MKDIRS", method="PUT", token=token)
        window.press("Go back")
        names = [entry["pathSuffix"] for entry in entries(files, token)]
        check_true("later" not in names and "directory" in names, names)
        window.press("Forget")
        check(send(f"{root}/snapshots"), [], "snapshots")
    with step("control page: what does not exist"):
        window.open(f"{root}/ui/files/{ready.default_account}/nothing")
        window.look("control-missing")
    with step("control page: reset, after a question"):
        window.open(f"{root}/")
        window.press("Reset the emulator")
        window.expect("Reset the emulator?")
        window.look("control-reset")
        window.press("Cancel")
        check_true(send(f"{root}/tokens"), "it was reset without an answer")
        window.press("Reset the emulator")
        window.press("Reset")
        check(send(f"{root}/tokens"), [], "tokens after the reset")


def entries(files, token):
    """What is in the root."""
    return send(f"{files}/?op=LISTSTATUS", token=token)["FileStatuses"]["FileStatus"]


def control_requests(ready, step, window):
    with step("control page: requests"):
        window.press("Requests")
        check_true("/oauth2/v2.0/token" in window.text, "the request is not on the page")
        check_true(ready.password not in window.driver.page_source, "a password is on the page")
        window.look("control-requests")
    with step("control page: requests of a filter, by keyboard, that load again by themselves"):
        window.fill(op="CREATE")
        window.choose(refresh="2 s")
        window.press("Show")
        check_true("/oauth2/v2.0/token" not in window.text, "the filter lets everything pass")
        check_true("a%20file.txt" in window.text, "the filter lets nothing pass")
        window.look("control-requests-filter")
        window.until_left()
        check_true("a%20file.txt" in window.text, "the page that has come by itself")
        window.press("Show all")


def control_faults(ready, step, window, files, token):
    def status():
        try:
            entries(files, token)
            return 200
        except urllib.error.HTTPError as error:
            return error.code

    with step("control page: a fault is added, works, and is removed"):
        window.press("Faults")
        window.look("control-faults-none")
        window.fill(op="LISTSTATUS", count="1", code="503")
        window.press("Add rule")
        check_true("LISTSTATUS" in window.text, "the rule is not on the page")
        check(status(), 503, "status with the fault")
        check(status(), 200, "status after the fault")
        window.press("Remove all rules")
    with step("control page: a ready-made rule, and the command that adds it again"):
        window.press("Service down")
        window.look("control-faults")
        window.show("As a command")
        command = window.copied("The rule as a command")
        check(status(), 503, "status with the fault")
        window.press("Remove all rules")
        check(status(), 200, "status without the fault")
        subprocess.run(["sh", "-c", command], check=True, capture_output=True, env=direct())
        check(status(), 503, "status with the fault of the command")
        window.press("Faults")
        window.press("Remove all rules")


def direct():
    """The environment without the proxy."""
    return {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}


def control_files(ready, step, window):
    with step("control page: files"):
        window.press("Files")
        window.look("control-files-accounts")
        window.press(ready.default_account)
        window.look("control-root")
        window.press("directory/")
        window.look("control-directory")
        window.press("a file.txt")
        check_true("hello, lake" in window.text, "the content is not on the page")
        window.look("control-file")
    with step("control page: a directory is made, files are uploaded"):
        window.press("directory")
        window.fill(name="more")
        window.press("Create the directory")
        window.press("more/")
        local = pathlib.Path("upload.bin").absolute()
        local.write_bytes(bytes(range(256)) * 1000)
        window.fill(file=str(local))
        window.press("Upload")
        window.press("upload.bin")
        window.look("control-file-binary")
    with step("control page: what was uploaded is downloaded"):
        address = window.driver.current_url + "?download"
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(address, timeout=30) as answer:
            check(answer.read(), local.read_bytes(), "the file")
    with step("control page: owners and entries are changed, and what is wrong is said"):
        entry = f"user:{ready.mfa_username}:r--"
        window.fill(owner="nobody@emulator.test")
        window.press("Save owners and entries")
        check_true("nobody@emulator.test" in window.alert, window.alert)
        window.look("control-file-wrong")
        window.fill(owner=ready.mfa_username, acl=f"user::rw-\ngroup::r--\nother::---\n{entry}")
        window.press("Save owners and entries")
        check_true(entry in window.value("acl"), window.value("acl"))
    with step("control page: a directory is deleted, after a question"):
        window.press("more")
        window.press("Delete more")
        window.expect("Delete more?")
        window.look("control-delete")
        window.press("Cancel")
        window.press("Delete more")
        window.press("Delete")
        check_true("more/" not in window.text, "it is still there")


def control_gen2(ready, step, window):
    with step("control page: a file system of Gen2 is made, filled and deleted"):
        window.press("Files")
        window.press(ready.gen2_account)
        window.fill(name="by-hand")
        window.look("control-file-systems")
        window.press("Create the file system")
        window.press("by-hand/")
        window.fill(file=str(pathlib.Path("upload.bin").absolute()))
        window.press("Upload")
        check_true("250.0 KiB" in window.text, window.text)
        window.press("Delete by-hand")
        window.press("Delete")
        check_true("by-hand/" not in window.text, "it is still there")


def without_scripts(ready, step, window):
    with step("without scripts: sign-in with second factor, form_post by its button"):
        application = Application(ready)
        window.open(application.url)
        window.fill(login=ready.mfa_username, passwd=ready.password)
        window.press("Sign in")
        window.fill(otc="123456")
        window.press("Verify")
        window.expect("Working...")
        window.press("Continue")
        check(application.redeem()[1], ready.mfa_username, "user")
    with step("without scripts: control page"):
        window.open(f"{ready.http_url}/_mock/")
        window.press("Freeze")
        window.press("Let it run")
        check(ready.control("clock", method="GET")["frozen"], False, "frozen")


def through_the_proxy(ready, step, window):
    with step("login.microsoftonline.com through the proxy, with TLS"):
        application = Application(ready, authority="https://login.microsoftonline.com")
        window.open(application.url)
        window.keys(ready.username, Keys.TAB, ready.password, Keys.ENTER)
        check(application.redeem()[1], ready.username, "user")


def command_line(ready, step, window):
    """`adls login --browser`; what it takes for the browser hands the address to the real one."""
    directory = pathlib.Path("adls").absolute()
    directory.mkdir()
    opener, address = directory / "opener", directory / "address"
    opener.write_text(f'#!/bin/sh\nprintf %s "$1" > {address}.part && mv {address}.part {address}\n')
    opener.chmod(0o755)
    variables = {
        **os.environ,
        "ADLS_CONFIG_DIR": str(directory),
        "ADLS_EMULATOR": str(pathlib.Path("ready.json").absolute()),
        "BROWSER": str(opener),
    }
    with step("adls login --browser, with a second factor"):
        command = [_steps.program("adls"), "login", "--browser"]
        output = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        with subprocess.Popen(command, env=variables, **output) as login:
            try:
                until = time.monotonic() + 20
                while not address.exists() and login.poll() is None and time.monotonic() < until:
                    time.sleep(0.05)
                check_true(address.exists(), "adls has opened no browser")
                window.open(address.read_text())
                window.fill(login=ready.mfa_username, passwd=ready.password)
                window.press("Sign in")
                window.fill(otc="123456")
                window.press("Verify")
                said, _ = login.communicate(timeout=20)
            finally:
                login.kill()
        check(login.returncode, 0, f"exit code of adls, which said {said!r}")
        check_true(ready.mfa_username in said, said)
        window.look("adls-done")
    with step("adls whoami knows who has signed in"):
        command = [_steps.program("adls"), "whoami"]
        who = subprocess.run(command, env=variables, capture_output=True, text=True, check=True)
        check_true(ready.mfa_username in who.stdout, who.stdout)


if __name__ == "__main__":
    _steps.main(script)
