"""The stand-in's part for async tests."""

from .. import without_result as recorded_by_proxy_async

__all__ = ["recorded_by_proxy_async"]
