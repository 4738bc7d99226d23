"""The stand-in's part for tests of storage."""

import io
import logging
import os
import random
from datetime import datetime

from .. import AzureRecordedTestCase

__all__ = ["GenericTestProxyParametrize1", "LogCaptured", "StorageRecordedTestCase"]

# Of ASCII only: tests take the number of characters for that of bytes.
WORDS = ["hello", "world", "lake", "river"]


class StorageRecordedTestCase(AzureRecordedTestCase):
    def account_url(self, account, service):
        """As the service's own URLs are, which the emulator's proxy leads to it."""
        return f"{os.environ['PROTOCOL']}://{account}.{service}.{os.environ['ACCOUNT_URL_SUFFIX']}"

    def get_random_bytes(self, size):
        return random.Random(self.qualified_test_name).randbytes(size)

    def get_random_text_data(self, size):
        """At least so many characters, not all of one byte."""
        choose = random.Random(self.qualified_test_name).choice
        text = ""
        while len(text) < size:
            text += choose(WORDS) + " "
        return text

    def assertNamedItemInContainer(self, container, item_name):
        """Demands an item of this name among those that were listed."""
        names = [item["name"] if isinstance(item, dict) else item.name for item in container]
        assert item_name in names, f"{item_name} is not among {names}"

    def get_datetime_variable(self, variables, name, value):
        """In a recording this would be the recorded time."""
        return datetime.fromisoformat(variables.setdefault(name, value.isoformat()))


class LogCaptured:
    """What the package logs meanwhile, as text."""

    def __init__(self, test_case):
        self.logger = logging.getLogger("azure.storage")

    def __enter__(self):
        self.text = io.StringIO()
        self.handler = logging.StreamHandler(self.text)
        self.level = self.logger.level
        self.logger.setLevel(logging.DEBUG)
        self.logger.addHandler(self.handler)
        return self.text

    def __exit__(self, *_):
        self.logger.removeHandler(self.handler)
        self.logger.setLevel(self.level)


class GenericTestProxyParametrize1:
    """Tells a recording of a test's parameter; without recordings there is nothing to tell."""

    def __call__(self, test):
        return test
