"""What an upload in parts must stand over lines that toxiproxy spoils, whatever the store; used as fault_cases.py is."""

import contextlib
import http.client
import json
import os
import subprocess
import tempfile
import threading
import time

from servers import Outcome, Run, all_of, end_with_parent, free_port

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


class ToxicUploads:
    """A store and lines to it, as these tests see them. A line is named by its key in the tables."""
    body, part_size = b"", 0
    # Of toxics that are there all the time: options of the client, and how long a whole upload takes at least.
    passable = {}
    need_retries = {}  # the code of the error where there is a single attempt
    # Of others the error's code and what it says, and whether an upload may be left.
    impassable = {}
    # What begins while the second part is on its way, and goes on: the error's code, and what becomes of the upload.
    sudden = {}
    holds_back = set()  # those of them behind which a store may still get what was given up

    def store(self, server):
        """A servers.Store."""
        raise NotImplementedError

    def started(self, client, server):
        """What servers.Run starts with a port."""
        return client

    def server_for(self, name, s):
        return s

    def run(self, client, server, line, key, **options):
        return Run(self.started(client, server), line.port, "upload", key, body=self.body, part_size=self.part_size, **options)

    def gets_through(self, s, client):
        """lines that are slow, in slivers, or end after each part: the object is whole, byte for byte, and nothing else is left"""
        def work(name):
            toxics, options, least = self.passable[name]
            server, key = self.server_for(name, s), f"passable/{name}"
            store, line = self.store(server), Line(proxy, server, key.replace("/", "."), toxics)
            if name in self.need_retries:
                run = self.run(client, server, line, key, connections=1, attempts=1, **options)
                store.judge(run, key, self.body)
                run.error(self.need_retries[name], f"'{key}'")
                assert store.object(key) is None
                assert "are left behind" in run.message or store.uploads(key) == []
            began = time.monotonic()
            run = self.run(client, server, line, key, connections=1, attempts=8, **options)
            store.judge(run, key, self.body)
            run.ok()
            assert store.object(key) == self.body and store.uploads(key) == []
            assert run.ended - began >= least, f"{run.ended - began:.2f} s: the line was not spoilt"
        with toxiproxy(client) as proxy:
            all_of(work, [(name,) for name in self.passable])

    def never_gets_through(self, s, client):
        """lines that nobody gets through: an error that says where, and nothing left that anybody could know of"""
        store = self.store(s)

        def work(name):
            toxics, options, code, text, unseen = self.impassable[name]
            key = f"impassable/{name}"
            run = self.run(client, s, Line(proxy, s, key.replace("/", "."), toxics), key, attempts=2, **options)
            store.judge(run, key, self.body)
            run.error(code, f"'{key}'", text)
            assert store.object(key) is None
            if not unseen:
                assert store.uploads(key) == [], store.uploads(key)
        with toxiproxy(client) as proxy:
            all_of(work, [(name,) for name in self.impassable])

    def goes_bad(self, s, client):
        """a line that goes bad in mid-upload, for a second or for good: the object is whole, or key and upload id are named"""
        store, begins = self.store(s), self.part_size + 200_000

        def work(name, seconds):
            one, code, outcome = self.sudden[name]
            key = f"sudden/{name}/{seconds}"
            line = Line(proxy, s, key.replace("/", "."))
            process = self.started(client, s).start(line.port, "upload", key, part_size=self.part_size, stall_ms=600, connections=2,
                                                    attempts=12 if seconds else 2)
            try:
                process.stdin.write(self.body[:begins])
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
                out, err = process.communicate(self.body[begins:], timeout=60)
                took = time.monotonic() - began
                if healing:
                    healing.join()
            finally:
                process.kill()
            got = Outcome(process.returncode, out, err)
            if seconds and name in self.holds_back:
                # What an attempt that was given up had sent arrives when the line is well again, maybe behind the completion.
                got.ok()
                assert store.object(key) == self.body
                return
            store.judge(got, key, self.body)
            if seconds:
                got.ok()
                assert store.object(key) == self.body and store.uploads(key) == []
                assert took >= seconds, f"{took:.2f} s: the line was not spoilt"
                return
            got.failed(code, f"'{key}'", "part ", *([] if outcome == "aborted" else [f"(upload id {left[0]}"]))
            assert store.uploads(key) in {"left": [left], "aborted": [[]], "either": [left, []]}[outcome], store.uploads(key)
            assert store.object(key) is None
            # Over the line as it was, what is named goes.
            line.heal()
            gone = Run(self.started(client, s), line.port, "abort-stale", key, age=0).ok()
            assert outcome != "left" or left[0] in gone.out, gone.out
            assert store.uploads(key) == []
        with toxiproxy(client) as proxy:
            all_of(work, [(name, seconds) for name in self.sudden for seconds in (1.0, None)])
