"""Runs a script of node-clients/ with Node; the script prints its own steps."""

import os
import shutil
import subprocess
import sys

from _steps import check_true, program

SCRIPTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "node-clients")


def run(name, ready, step):
    check_true(shutil.which("node"), "there is no node: install Node.js, 20 or newer")
    environment = {
        **os.environ,
        "NODE_EXTRA_CA_CERTS": ready.ca_cert,
        "NODE_NO_WARNINGS": "1",
        "NODE_PATH": os.path.join(program("node-clients"), "node_modules"),
    }
    ready_file = sys.argv[sys.argv.index("--ready") + 1]
    command = ["node", os.path.join(SCRIPTS, f"{name}.js"), ready_file]
    with step(f"all of {name}.js"):
        status = subprocess.run(command, env=environment, check=False).returncode
        check_true(status == 0, f"{name}.js ended with {status}")
