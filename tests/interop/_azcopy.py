"""Where AzCopy is, for the scripts that run it."""

import os
import sys

from _steps import check_true, program


def executable():
    """AzCopy as its package for Node has it."""
    check_true(sys.platform == "linux", "the package has AzCopy for Linux only")
    packages = os.path.join(program("azcopy"), "node_modules/@azure-tools/azcopy-linux")
    found = os.path.join(packages, "dist/bin/azcopy_linux_amd64")
    # The package has lost the bit on its way to the registry.
    os.chmod(found, 0o755)
    return found
