#!/usr/bin/env python3
"""Whole multipart uploads through the library into versitygw, a real S3 server, over lines that toxiproxy spoils: slow,
narrow, in slivers, cut, reset, silent; then boto3 looks at what is left.

    check_toxics.py [--client PROGRAM] [--versitygw PROGRAM] [--toxiproxy PROGRAM] [--only TEXT]

For options and exit codes see check_s3.py. check_faults.py has faults of single requests.
"""

import pathlib
import sys
import tempfile

from servers import BUCKET, PART, Server, Store, data_of, main

sys.path.append(str(pathlib.Path(__file__).parents[1] / "support"))
from toxic_cases import FOR_EVER, KILO, ToxicUploads, toxic  # noqa: E402

BODY = data_of(2 * PART + 100_003, 91)  # create, three parts, complete

# Of toxics that are there all the time: options of the client, and how long a whole upload takes at least.
PASSABLE = {
    "latency.up": ([toxic("latency", "up", latency=200, jitter=50)], {}, 5 * 0.15),
    "latency.down": ([toxic("latency", "down", latency=200, jitter=50)], {}, 5 * 0.15),
    "bandwidth.up": ([toxic("bandwidth", "up", rate=4 * KILO)], {}, len(BODY) / 4.2e6),
    "bandwidth.down": ([toxic("bandwidth", "down", rate=1)], {}, 0.5),
    "slicer.up": ([toxic("slicer", "up", average_size=3000, size_variation=2000, delay=10)], {}, 0),
    "slicer.down": ([toxic("slicer", "down", average_size=2, size_variation=1, delay=500)], {}, 0.5),
    # The server closes after each answer, and nobody waits for that.
    "slow_close.up": ([toxic("slow_close", "up", delay=60_000)], {}, 0),
    "slow_close.down": ([toxic("slow_close", "down", delay=60_000)], {}, 0),
    # Every connection has one part in it, and a bit of the next; the second also keeps its end from the client.
    "limit_data.up": ([toxic("limit_data", "up", bytes=7_000_000)], {}, 0),
    "limit_data.slow_close": ([toxic("limit_data", "up", bytes=7_000_000), toxic("slow_close", "down", delay=60_000)],
                              {"stall_ms": 700}, 0),
    # Every answer comes whole at the beginning of a connection; the second or third is cut.
    "limit_data.down": ([toxic("limit_data", "down", bytes=1100)], {}, 0),
}
# With a single attempt. (A kept connection that ends before an answer is replaced without one: limit_data.up.)
NEED_RETRIES = {"limit_data.slow_close": "timeout", "limit_data.down": "connection_lost"}

# Of others the error's code and what it says, and whether an upload whose answer was lost may be left.
IMPASSABLE = {
    "latency.down": ([toxic("latency", "down", latency=5000)], {"stall_ms": 700}, "timeout", "no byte of an answer came", True),
    "limit_data.up.head": ([toxic("limit_data", "up", bytes=10)], {}, "connection_lost", "cannot start the upload", False),
    "limit_data.up.part": ([toxic("limit_data", "up", bytes=100_000)], {}, "connection_lost", "cannot upload part ", False),
    "limit_data.down": ([toxic("limit_data", "down", bytes=20)], {}, "connection_lost", "in the middle of the answer", True),
    "reset_peer.up": ([toxic("reset_peer", "up", timeout=0)], {}, "connection_lost", "cannot start the upload", False),
    "reset_peer.down": ([toxic("reset_peer", "down", timeout=0)], {}, "connection_lost", "cannot start the upload", True),
    "timeout.up": ([toxic("timeout", "up", timeout=FOR_EVER)], {"stall_ms": 700}, "timeout", "cannot start the upload", False),
    "timeout.up.ends": ([toxic("timeout", "up", timeout=300)], {}, "connection_lost", "cannot start the upload", False),
    "timeout.down": ([toxic("timeout", "down", timeout=FOR_EVER)], {"stall_ms": 700}, "timeout", "no byte of an answer came", True),
    "off": ([toxic("off", "")], {}, "connect_failed", "refused", False),
}

# What begins while the second part is on its way, and goes on: the error's code, and what becomes of the upload. Where
# only answers are lost, the server has done what it was asked for, and nobody was told.
SUDDEN = {
    "latency.down": (toxic("latency", "down", latency=60_000), "timeout", "either"),
    "bandwidth.up": (toxic("bandwidth", "up", rate=4), "timeout", "aborted"),  # an abort is small enough
    "limit_data.up": (toxic("limit_data", "up", bytes=1), "connection_lost", "left"),
    "limit_data.down": (toxic("limit_data", "down", bytes=1), "connection_lost", "either"),
    "reset_peer.up": (toxic("reset_peer", "up", timeout=0), "connection_lost", "left"),
    "reset_peer.down": (toxic("reset_peer", "down", timeout=0), "connection_lost", "either"),
    "timeout.up": (toxic("timeout", "up", timeout=FOR_EVER), "timeout", "left"),
    "timeout.down": (toxic("timeout", "down", timeout=FOR_EVER), "timeout", "either"),
    "off": (toxic("off", ""), "connect_failed", "left"),
}


class Closing(Server):
    """Closes after each answer."""

    def command(self):
        return [word for word in super().command() if word != "--keep-alive"]


class S3Uploads(ToxicUploads):
    body, part_size = BODY, PART
    passable, need_retries, impassable, sudden = PASSABLE, NEED_RETRIES, IMPASSABLE, SUDDEN
    closing = None

    def store(self, server):
        return Store(server)

    def server_for(self, name, s):
        return self.closing if name.startswith("slow_close") else s

    def gets_through(self, s, client):
        with tempfile.TemporaryDirectory() as folder:
            self.closing = Closing(s.program, folder)
            try:
                self.closing.boto().create_bucket(Bucket=BUCKET)
                super().gets_through(s, client)
            finally:
                self.closing.kill()
    gets_through.__doc__ = ToxicUploads.gets_through.__doc__


CASES = S3Uploads()
test_passable, test_impassable, test_sudden = CASES.gets_through, CASES.never_gets_through, CASES.goes_bad


if __name__ == "__main__":
    sys.exit(main(__doc__, globals(), needs=("versitygw", "toxiproxy")))
