"""The stand-in's part for async tests of storage."""

from .. import GenericTestProxyParametrize1, StorageRecordedTestCase

__all__ = ["AsyncStorageRecordedTestCase", "GenericTestProxyParametrize1"]


class AsyncStorageRecordedTestCase(StorageRecordedTestCase):
    pass
