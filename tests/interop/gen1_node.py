"""Packages from npm for Gen1: azure-arm-datalake-store with accounts and files, and webhdfs."""
# requirements: requirements-node.txt
# emulator: --allow-pseudo-auth
# programs: node-clients

import _node
import _steps

if __name__ == "__main__":
    _steps.main(lambda ready, step: _node.run("gen1", ready, step))
