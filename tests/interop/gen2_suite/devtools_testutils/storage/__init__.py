"""The stand-in's part for tests of storage."""

import io
import logging
import math
import os
import random
from datetime import datetime

from .. import AzureRecordedTestCase

__all__ = ["GenericTestProxyParametrize1", "GenericTestProxyParametrize2", "LogCaptured", "StorageRecordedTestCase"]

# Of ASCII only: tests take the number of characters for that of bytes.
WORDS = ["hello", "world", "lake", "river"]


class StorageRecordedTestCase(AzureRecordedTestCase):
    def account_url(self, account, service):
        """As the service's own URLs are, which the emulator's proxy leads to it."""
        return f"{os.environ['PROTOCOL']}://{account}.{service}.{os.environ['ACCOUNT_URL_SUFFIX']}"

    def connection_string(self, account, key):
        account_name = getattr(account, "name", account)
        suffix = os.environ["ACCOUNT_URL_SUFFIX"]
        return f"DefaultEndpointsProtocol=https;AccountName={account_name};AccountKey={key};EndpointSuffix={suffix}"

    def generate_fake_sas_token(self):
        """In the form of a signature; no service ever sees it."""
        return "?sv=2026-10-06&ss=b&srt=sco&sp=rwdl&se=2100-01-01T00%3A00%3A00Z&sig=bm90IGEgc2lnbmF0dXJl"

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

    def assert_upload_progress(self, size, max_chunk_size, progress):
        """Demands that `progress`, of (current, total), has a step for each chunk, whatever their order."""
        assert len(progress) == math.ceil(size / max_chunk_size), progress
        for current, total in progress:
            assert total == size, progress
            assert current % max_chunk_size in (0, size % max_chunk_size), progress

    def assert_download_progress(self, size, max_chunk_size, max_get_size, progress):
        """The same where the first chunk has another size, and tells of the whole and not of what was asked for."""
        rest = max(0, size - max_get_size)
        assert len(progress) == 1 + math.ceil(rest / max_chunk_size), progress
        assert progress[0][0] > 0, progress
        for current, total in progress[1:]:
            assert total == size, progress
            assert (current - max_get_size) % max_chunk_size in (0, rest % max_chunk_size), progress

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


class GenericTestProxyParametrize2(GenericTestProxyParametrize1):
    """The same for two parameters."""
