"""@azure/storage-file-datalake from npm: host style over TLS, and path style over HTTP."""
# requirements: requirements-node.txt
# programs: node-clients

import _node
import _steps

if __name__ == "__main__":
    _steps.main(lambda ready, step: _node.run("gen2", ready, step))
