#!/usr/bin/env python3
"""Uploads through the library into Azurite over lines that toxiproxy spoils; then Azure's own client looks at what is left.

    check_toxics.py --client PROGRAM --azurite FOLDER --toxiproxy PROGRAM [--only TEXT]

For options and exit codes see check_azure.py. A choice of what S3 has in ../s3/check_toxics.py: the lines are the same.
"""

import sys

from azure_server import Behind, BlobStore, main
from servers import MIB, data_of
from toxic_cases import FOR_EVER, KILO, ToxicUploads, toxic


class AzureUploads(ToxicUploads):
    part_size = MIB
    body = data_of(2 * part_size + 100_003, 91)  # three parts, complete
    passable = {
        "latency.down": ([toxic("latency", "down", latency=200, jitter=50)], {}, 4 * 0.15),
        "bandwidth.up": ([toxic("bandwidth", "up", rate=KILO)], {}, len(body) / 1.05e6),
        "slicer.down": ([toxic("slicer", "down", average_size=2, size_variation=1, delay=500)], {}, 0.2),
        # Every connection has one part in it, and a bit of the next.
        "limit_data.up": ([toxic("limit_data", "up", bytes=1_400_000)], {}, 0),
        # Every answer comes whole at the beginning of a connection; a later one is cut.
        "limit_data.down": ([toxic("limit_data", "down", bytes=700)], {}, 0),
    }
    need_retries = {"limit_data.down": "connection_lost"}  # for what an abort asks first
    # What the server has got of an upload stays where only answers are lost, and is named.
    impassable = {
        "limit_data.up.part": ([toxic("limit_data", "up", bytes=100_000)], {}, "connection_lost", "cannot upload part ", False),
        "reset_peer.down": ([toxic("reset_peer", "down", timeout=0)], {}, "connection_lost", "cannot upload part ", True),
        "timeout.down": ([toxic("timeout", "down", timeout=FOR_EVER)], {"stall_ms": 700}, "timeout",
                         "no byte of an answer came", True),
        "off": ([toxic("off", "")], {}, "connect_failed", "refused", False),
    }
    holds_back = {"bandwidth.up"}  # a block that comes late stays uncommitted, and Azure removes it after a week
    sudden = {
        "bandwidth.up": (toxic("bandwidth", "up", rate=4), "timeout", "aborted"),  # an abort is small enough
        "reset_peer.down": (toxic("reset_peer", "down", timeout=0), "connection_lost", "either"),
        "timeout.up": (toxic("timeout", "up", timeout=FOR_EVER), "timeout", "left"),
        "off": (toxic("off", ""), "connect_failed", "left"),
    }

    def store(self, server):
        return BlobStore(server)

    def started(self, client, server):
        return Behind(client, server)


CASES = AzureUploads()
test_passable, test_impassable, test_sudden = CASES.gets_through, CASES.never_gets_through, CASES.goes_bad


if __name__ == "__main__":
    sys.exit(main(__doc__, globals(), needs=("client", "toxiproxy")))
