#!/usr/bin/env python3
"""Whole multipart uploads through the library into versitygw, a real S3 server, over lines that toxiproxy spoils: slow,
narrow, in slivers, cut, reset, silent; then boto3 looks at what is left.

    check_toxics.py [--client PROGRAM] [--versitygw PROGRAM] [--toxiproxy PROGRAM] [--only TEXT]

For options and exit codes see check_s3.py. check_faults.py has faults of single requests.
"""

import contextlib
import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time

from servers import BUCKET, PART, Outcome, Run, Server, Store, all_of, data_of, end_with_parent, free_port, main

BODY = data_of(2 * PART + 100_003, 91)  # create, three parts, complete
KILO, FOR_EVER = 1000, 0


class Toxiproxy:
    """The program, which has any number of lines to a server."""

    def __init__(self, program, folder):
        self.api, self.made = free_port(), 0
        with open(os.path.join(folder, "toxiproxy.log"), "wb") as log:
            self.process = subprocess.Popen([program, "-host", "127.0.0.1", "-port", str(self.api)], stdout=log, stderr=log,
                                            stdin=subprocess.DEVNULL, preexec_fn=end_with_parent)
        for _ in range(200):
            with contextlib.suppress(OSError):
                self.ask("GET", "/version")
                return
            time.sleep(0.05)
        self.close()
        raise RuntimeError("toxiproxy does not start: " + open(os.path.join(folder, "toxiproxy.log")).read()[-2000:])

    def ask(self, method, target, **body):
        connection = http.client.HTTPConnection("127.0.0.1", self.api, timeout=20)
        with contextlib.closing(connection):
            connection.request(method, target, json.dumps(body) if body else None)
            answer = connection.getresponse()
            text = answer.read()
            assert answer.status < 300, (method, target, body, answer.status, text)
        return text

    def close(self):
        self.process.kill()
        self.process.wait()


class Line:
    """One way to the server. A toxic is (kind, "up" or "down", attributes); "off" takes no connections, and has no more."""

    def __init__(self, proxy, server, name, toxics=()):
        self.proxy, self.target, self.toxics = proxy, "/proxies/" + name, []
        got = json.loads(proxy.ask("POST", "/proxies", name=name, listen="127.0.0.1:0", upstream=f"127.0.0.1:{server.port}", enabled=True))
        self.port = int(got["listen"].rpartition(":")[2])
        self.spoil(toxics)

    def spoil(self, toxics):
        for kind, way, attributes in toxics:
            if kind == "off":
                self.proxy.ask("POST", self.target, enabled=False)
            else:
                self.proxy.ask("POST", self.target + "/toxics", name=f"{kind}-{way}", type=kind, stream=way + "stream",
                               attributes=attributes)
                self.toxics.append(f"{kind}-{way}")

    def heal(self):
        for name in self.toxics:
            self.proxy.ask("DELETE", f"{self.target}/toxics/{name}")
        self.toxics = []
        self.proxy.ask("POST", self.target, enabled=True)


@contextlib.contextmanager
def toxiproxy(client):
    with tempfile.TemporaryDirectory() as folder:
        proxy = Toxiproxy(client.peers["toxiproxy"], folder)
        try:
            yield proxy
        finally:
            proxy.close()


def toxic(kind, way, **attributes):
    return (kind, way, attributes)


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
    "latency.down": (toxic("latency", "down", latency=60_000), "upload_not_aborted", "either"),
    "bandwidth.up": (toxic("bandwidth", "up", rate=4), "timeout", "aborted"),  # an abort is small enough
    "limit_data.up": (toxic("limit_data", "up", bytes=1), "upload_not_aborted", "left"),
    "limit_data.down": (toxic("limit_data", "down", bytes=1), "upload_not_aborted", "either"),
    "reset_peer.up": (toxic("reset_peer", "up", timeout=0), "upload_not_aborted", "left"),
    "reset_peer.down": (toxic("reset_peer", "down", timeout=0), "upload_not_aborted", "either"),
    "timeout.up": (toxic("timeout", "up", timeout=FOR_EVER), "upload_not_aborted", "left"),
    "timeout.down": (toxic("timeout", "down", timeout=FOR_EVER), "upload_not_aborted", "either"),
    "off": (toxic("off", ""), "upload_not_aborted", "left"),
}


def test_passable(s, client):
    """lines that are slow, in slivers, or end after each part: the object is whole, byte for byte, and nothing else is left"""
    class Closing(Server):
        def command(self):
            return [word for word in super().command() if word != "--keep-alive"]

    def work(name):
        toxics, options, least = PASSABLE[name]
        server, key = closing if name.startswith("slow_close") else s, f"passable/{name}"
        store, line = Store(server), Line(proxy, server, key.replace("/", "."), toxics)
        if name in NEED_RETRIES:
            run = Run(client, line.port, "upload", key, body=BODY, connections=1, attempts=1, **options)
            store.judge(run, key, BODY)
            run.error(NEED_RETRIES[name], f"'{key}'")
            assert store.object(key) is None and store.uploads(key) == []
        began = time.monotonic()
        run = Run(client, line.port, "upload", key, body=BODY, connections=1, attempts=8, **options)
        store.judge(run, key, BODY)
        run.ok()
        assert store.object(key) == BODY and store.uploads(key) == []
        assert run.ended - began >= least, f"{run.ended - began:.2f} s: the line was not spoilt"
    with toxiproxy(client) as proxy, tempfile.TemporaryDirectory() as folder:
        closing = Closing(s.program, folder)
        try:
            closing.boto().create_bucket(Bucket=BUCKET)
            all_of(work, [(name,) for name in PASSABLE])
        finally:
            closing.kill()


def test_impassable(s, client):
    """lines that nobody gets through: an error that says where, and nothing left that anybody could know of"""
    store = Store(s)

    def work(name):
        toxics, options, code, text, unseen = IMPASSABLE[name]
        key = f"impassable/{name}"
        run = Run(client, Line(proxy, s, key.replace("/", "."), toxics).port, "upload", key, body=BODY, attempts=2, **options)
        store.judge(run, key, BODY)
        run.error(code, f"'{key}'", text)
        assert store.object(key) is None
        if not unseen:
            assert store.uploads(key) == [], store.uploads(key)
    with toxiproxy(client) as proxy:
        all_of(work, [(name,) for name in IMPASSABLE])


def test_sudden(s, client):
    """a line that goes bad in mid-upload, for a second or for good: the object is whole, or key and upload id are named"""
    store = Store(s)

    def work(name, seconds):
        one, code, outcome = SUDDEN[name]
        key = f"sudden/{name}/{seconds}"
        line = Line(proxy, s, key.replace("/", "."))
        process = client.start(line.port, "upload", key, stall_ms=600, connections=2, attempts=12 if seconds else 2)
        try:
            process.stdin.write(BODY[:PART + 200_000])
            process.stdin.flush()
            for _ in range(400):
                left = store.uploads(key)
                if left and store.holds_parts(key, left[0]):
                    break
                time.sleep(0.02)
            line.spoil([one])
            healing = threading.Timer(seconds, line.heal) if seconds else None
            if healing:
                healing.start()
            began = time.monotonic()
            out, err = process.communicate(BODY[PART + 200_000:], timeout=60)
            took = time.monotonic() - began
            if healing:
                healing.join()
        finally:
            process.kill()
        got = Outcome(process.returncode, out, err)
        store.judge(got, key, BODY)
        if seconds:
            got.ok()
            assert store.object(key) == BODY and store.uploads(key) == []
            assert took >= seconds, f"{took:.2f} s: the line was not spoilt"
            return
        got.failed(code, f"'{key}'", "part ", *([] if outcome == "aborted" else [f"(upload id {left[0]}"]))
        assert store.uploads(key) in {"left": [left], "aborted": [[]], "either": [left, []]}[outcome], store.uploads(key)
        assert store.object(key) is None
        # Over the line as it was, what is named goes.
        line.heal()
        gone = client.run(line.port, "abort-stale", key, age=0).ok()
        assert outcome != "left" or left[0] in gone.out, gone.out
        assert store.uploads(key) == []
    with toxiproxy(client) as proxy:
        all_of(work, [(name, seconds) for name in SUDDEN for seconds in (1.0, None)])


if __name__ == "__main__":
    sys.exit(main(__doc__, globals(), needs=("versitygw", "toxiproxy")))
