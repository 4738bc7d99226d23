"""Packages from npm that sign in: adal-node, ms-rest-azure and ms-rest-nodeauth, identity, msal-node."""
# requirements: requirements-node.txt
# programs: node-clients

import _node
import _steps

if __name__ == "__main__":
    _steps.main(lambda ready, step: _node.run("auth", ready, step))
