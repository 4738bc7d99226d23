"""A pytest plugin: the emulator in the place of Azurite, as it was at its start before each test.

All tests make file systems of the same names and delete them, and such a name stays taken for half a minute.
"""

import os
import urllib.request

import pytest

RESET = urllib.request.Request(
    f"{os.environ['EMULATOR_URL']}/_mock/reset", data=b"{}", headers={"Content-Type": "application/json"}
)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests():
    """Before any of the tests' modules takes the address from where it is written down."""
    from adlfs.tests import constants

    written, url = constants.URL, os.environ["EMULATOR_URL"]
    constants.HOST = url.partition("://")[2]
    constants.URL = url
    constants.CONN_STR = constants.CONN_STR.replace(written, url)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup():
    urllib.request.urlopen(RESET, timeout=30).close()
