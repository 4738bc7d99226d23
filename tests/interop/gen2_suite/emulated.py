"""A pytest plugin: an emulator for each process that runs tests, and sleeps that let its time pass.

Some tests change settings of an account and some wait for the service, so that they must not share one while
they run side by side. What waits, as for a deletion to be seen or before something is tried again, needs not wait
here: the emulator's clock is advanced instead, and set back with all the rest before the next test.
"""

import asyncio
import atexit
import json
import logging
import math
import os
import subprocess
import sys
import tempfile
import time
import urllib.request

import pytest

SLEEP = time.sleep
ASYNC_SLEEP = asyncio.sleep
emulator = None


class Emulator:
    def __init__(self, log):
        self.directory = tempfile.TemporaryDirectory()
        ready_file = os.path.join(self.directory.name, "ready.json")
        command = [os.environ["INTEROP_MOCK_AAD"], "serve", "--listen", "127.0.0.1:0"]
        command += ["--tls-listen", "127.0.0.1:0", "--proxy-listen", "127.0.0.1:0"]
        command += ["--ready-file", ready_file, "--ca-dir", os.path.join(self.directory.name, "ca")]
        with open(log, "w", encoding="utf-8") as file:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=file, stderr=file)
        atexit.register(self.stop)
        deadline = time.monotonic() + 30
        while not os.path.exists(ready_file):
            if self.process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"the emulator did not start: see {log}")
            SLEEP(0.01)
        with open(ready_file, encoding="utf-8") as file:
            self.ready = json.load(file)
        self.slept = False

    def control(self, path, body):
        request = urllib.request.Request(
            f"{self.ready['http_url']}/_mock/{path}",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        urllib.request.urlopen(request, timeout=30).close()

    def advance(self, seconds):
        self.slept = True
        self.control("clock/advance", {"seconds": math.ceil(seconds)})

    def forget_sleep(self):
        if self.slept:
            self.slept = False
            self.control("reset", {})

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.directory.cleanup()


def pytest_configure(config):
    """Before any test module is imported, because some of them read the environment then."""
    global emulator
    worker = getattr(config, "workerinput", {}).get("workerid")
    if worker is None and config.option.numprocesses:
        return  # This process only hands out tests.
    log = f"{os.environ['INTEROP_SUITE']}.{worker}.emulator.log"
    emulator = Emulator(os.path.join(os.environ["INTEROP_OUTPUT"], log))
    ready = emulator.ready
    os.environ.update(
        HTTPS_PROXY=ready["proxy_url"],
        https_proxy=ready["proxy_url"],
        REQUESTS_CA_BUNDLE=ready["ca_cert"],
        SSL_CERT_FILE=ready["ca_cert"],
        AZURE_TENANT_ID=ready["tenant_id"],
        AZURE_CLIENT_ID=ready["client_id"],
        AZURE_CLIENT_SECRET=ready["client_secret"],
        DATALAKE_STORAGE_ACCOUNT_NAME=ready["gen2_account"],
        DATALAKE_STORAGE_ACCOUNT_KEY=ready["gen2_key"],
        STORAGE_DATA_LAKE_SOFT_DELETE_ACCOUNT_NAME=ready["gen2_soft_account"],
        STORAGE_DATA_LAKE_SOFT_DELETE_ACCOUNT_KEY=ready["gen2_soft_key"],
        AZURE_SUBSCRIPTION_ID=ready["subscription_id"],
        STORAGE_RESOURCE_GROUP_NAME=ready["resource_group"],
        STORAGE_ACCOUNT_NAME=ready["gen2_account"],
        STORAGE_ACCOUNT_KEY=ready["gen2_key"],
        SECONDARY_STORAGE_ACCOUNT_NAME=ready["gen2_account2"],
        SECONDARY_STORAGE_ACCOUNT_KEY=ready["gen2_key2"],
        SOFT_DELETE_STORAGE_ACCOUNT_NAME=ready["gen2_soft_account"],
        SOFT_DELETE_STORAGE_ACCOUNT_KEY=ready["gen2_soft_key"],
    )
    # Kinds of accounts that are flat in the cloud: here the nearest that there is stands for each.
    for kind in ("BLOB", "PREMIUM"):
        os.environ[f"{kind}_STORAGE_ACCOUNT_NAME"] = ready["gen2_account"]
        os.environ[f"{kind}_STORAGE_ACCOUNT_KEY"] = ready["gen2_key"]
    os.environ["VERSIONED_STORAGE_ACCOUNT_NAME"] = ready["gen2_soft_account"]
    os.environ["VERSIONED_STORAGE_ACCOUNT_KEY"] = ready["gen2_soft_key"]
    time.sleep = sleep
    asyncio.sleep = sleep_async
    # Many tests leave their session open, which is of no interest.
    logging.getLogger("asyncio").addHandler(logging.NullHandler())


def sleep(seconds):
    """Who waits on purpose is not made to wait; everybody else is."""
    if waits_for_service(sys._getframe(1), seconds):
        emulator.advance(seconds)
    else:
        SLEEP(seconds)


def sleep_async(seconds, result=None):
    if waits_for_service(sys._getframe(1), seconds):
        emulator.advance(seconds)
        seconds = 0
    return ASYNC_SLEEP(seconds, result)


def waits_for_service(caller, seconds):
    """Whether it is a test that sleeps, or the package before it tries something again."""
    module = caller.f_globals.get("__name__", "")
    return seconds >= 1 and module.startswith(("test_", "devtools_testutils", "azure.core.pipeline.transport"))


@pytest.fixture(scope="session")
def test_proxy():
    """The recorder of the tests, which has nothing to do here."""


def pytest_runtest_teardown(item, nextitem):
    if emulator:
        emulator.forget_sleep()
