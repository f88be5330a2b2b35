#!/usr/bin/env python3
"""Uploads through the library into versitygw, a real S3 server, behind a proxy that answers, cuts, delays or spoils the
requests that a plan names; then boto3 looks at what is left.

    check_faults.py [--client PROGRAM] [--versitygw PROGRAM] [--only TEXT]

For options and exit codes see check_s3.py, which has what needs no proxy that understands HTTP.
"""

import collections
import contextlib
import datetime
import email.utils
import hashlib
import hmac
import http.client
import socket
import struct
import sys
import threading
import time
import urllib.parse

from servers import ACCESS, BUCKET, DEADLINE, MIB, PART, SECRET, Run, Store, all_of, data_of, main

BODY = data_of(2 * PART + 100_003, 77)  # create, three parts, complete
OPERATIONS = 5
SMALL = data_of(100_003, 78)
LARGE = 100 * MIB


# --- the proxy


class Request:
    """One request of which the head has been read, and the body not yet."""

    def __init__(self, head, rest, line):
        self.head, self.rest, self.line = head, rest, line
        first, *fields = head.decode("latin-1").split("\r\n")
        self.method, self.target, _ = first.split(" ")
        self.fields = {name.lower(): value.strip() for name, _, value in (f.partition(":") for f in fields if f)}
        self.length = int(self.fields.get("content-length", 0))
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.target).query, keep_blank_values=True)
        self.part = int(query["partNumber"][0]) if "partNumber" in query else 0
        self.kind = {("POST", True): "complete", ("POST", False): "create", ("PUT", True): "part", ("PUT", False): "put",
                     ("DELETE", True): "abort"}.get((self.method, "uploadId" in query), self.method.lower())
        self.began = time.monotonic()

    def body(self):
        """The body's bytes, as they come."""
        left = self.length
        while left:
            block = self.rest or self.line.recv(min(left, 1 << 18))
            self.rest = b""
            if not block:
                raise ConnectionError("the client has left in the middle of a body")
            left -= len(block)
            yield block


class Answer:
    def __init__(self, status, body=b"", fields=(), head_only=False):
        self.status, self.body, self.fields, self.head_only = status, body, list(fields), head_only

    def send(self, line):
        out = f"HTTP/1.1 {self.status} Status\r\n" + "".join(f"{n}: {v}\r\n" for n, v in self.fields)
        if not any(n.lower() == "content-length" for n, _ in self.fields) and self.status != 204:
            out += f"Content-Length: {len(self.body)}\r\n"
        line.sendall(out.encode("latin-1") + b"\r\n" + (b"" if self.head_only else self.body))


def s3_error(status, code, more="", fields=(), message="as planned"):
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message>{more}</Error>'
    return Answer(status, body.encode(), [("Content-Type", "application/xml"), *fields])


class FaultProxy:
    """Between clients and a server. For every request, in the order of arrival, `plan(request)` gives None, and the
    request is passed on, or what is done instead: a function of proxy and request that says whether the connection goes
    on. The request then has `n`, which counts from 1, and `before`, how many of its kind and part came earlier."""

    def __init__(self, target, plan, receive_buffer=None):
        self.target, self.plan = target, plan
        self.lock, self.seen = threading.Lock(), []
        self.errors = []
        self.poured = 0  # bytes of endless answers that the client has taken
        self.listener = socket.socket()
        if receive_buffer:  # of every connection accepted
            self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(64)
        self.port = self.listener.getsockname()[1]
        self.closed = threading.Event()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                line, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(line,), daemon=True).start()

    def serve(self, line):
        try:
            with line:
                while self.exchange(line):
                    pass
        except OSError:
            pass  # as planned, or the client has left
        except Exception as e:  # of a plan, or of this proxy
            self.errors.append(f"{type(e).__name__}: {e}")

    def exchange(self, line):
        got = b""
        while b"\r\n\r\n" not in got:
            block = line.recv(1 << 16)
            if not block:
                return False
            got += block
        head, _, rest = got.partition(b"\r\n\r\n")
        request = Request(head, rest, line)
        with self.lock:
            request.n = len(self.seen) + 1
            request.before = sum((r.kind, r.part) == (request.kind, request.part) for r in self.seen)
            request.fault = None
            self.seen.append(request)
            request.fault = self.plan(request)
        if request.fault:
            return request.fault(self, request)
        self.forward(request).send(line)
        return True

    def forward(self, request, head=None, most=None):
        """The server's answer; with `most`, only as many bytes of the body are passed on, and there is none."""
        with socket.create_connection(("127.0.0.1", self.target)) as server:
            server.sendall((head or request.head) + b"\r\n\r\n")
            sent, refused = 0, False
            for block in request.body():
                with contextlib.suppress(OSError):  # an answer that comes early; the client sends the rest
                    if not refused:
                        refused = True
                        server.sendall(block if most is None else block[:most - sent])
                        refused = False
                sent += len(block)
                if most is not None and sent >= most:
                    return reset(server)
            answer = http.client.HTTPResponse(server, method=request.method)
            answer.begin()
            body = answer.read()
            fields = [(n, v) for n, v in answer.getheaders() if n.lower() not in ("transfer-encoding", "connection")]
            return Answer(answer.status, body, fields, head_only=request.method == "HEAD")

    def hits(self):
        return [r for r in self.seen if r.fault]

    def close(self):
        self.closed.set()
        self.listener.close()


def reset(line):
    """A close that the other side sees as RST."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.close()


# --- the faults

def says(answer):
    """This is the answer, and the server learns nothing."""
    def act(proxy, request):
        for _ in request.body():
            pass
        answer.send(request.line)
        return True
    return act


def reset_unread(proxy, request):
    """The body, if there is one, stays unread."""
    reset(request.line)


def reset_within(k):
    """After k bytes of the body, which the server has got as well."""
    def act(proxy, request):
        if k < request.length:
            proxy.forward(request, most=k)
        reset(request.line)
    return act


def answer_lost(proxy, request):
    proxy.forward(request)
    reset(request.line)


def sends(data, done):
    """These bytes come in place of the answer; the server has done its work or has not."""
    def act(proxy, request):
        if done:
            proxy.forward(request)
        else:
            for _ in request.body():
                pass
        request.line.sendall(data)
    return act


def pours(head, block, most):
    """An answer that goes on until the client has enough of it, or for `most` bytes."""
    def act(proxy, request):
        for _ in request.body():
            pass
        request.line.sendall(head)
        sent = 0
        while sent < most:
            request.line.sendall(block)
            sent += len(block)
            with proxy.lock:
                proxy.poured = max(proxy.poured, sent)
    return act


class Fault:
    """`mends`: the operations that a single fault of this kind does no harm, because they are tried again or looked
    into. `code` and `text`: what the error says otherwise, where an operation has no words of its own in `words`. `most`:
    bytes of an endless answer that may go to the client. `is_abort`: it looks like the answer to an abort."""

    def __init__(self, act, mends, code, text, words=None, most=0, is_abort=False):
        self.act, self.mends, self.code, self.text = act, mends, code, text
        self.words, self.most, self.is_abort = words or {}, most, is_abort

    def error(self, kind):
        return self.words.get(kind, (self.code, self.text))


ALL = ("create", "part", "complete", "abort", "head", "put")
FILLER = b"x-filler: " + b"f" * 1000 + b"\r\n"
FAULTS = {
    "slow_down": Fault(says(s3_error(503, "SlowDown")), ALL, "storage_error", "HTTP 503 SlowDown"),
    "internal_error": Fault(says(s3_error(500, "InternalError")), ALL, "storage_error", "HTTP 500 InternalError"),
    "bad_gateway": Fault(says(Answer(502, b"<html>proxy</html>")), ALL, "storage_error", "HTTP 502"),
    "reset_unread": Fault(reset_unread, ALL, "connection_lost", "onnection"),
    "reset_at_1": Fault(reset_within(1), ALL, "connection_lost", "onnection"),
    "reset_within": Fault(reset_within(70_001), ALL, "connection_lost", "onnection"),
    "answer_lost": Fault(answer_lost, ALL, "connection_lost", "onnection"),
    # A success is denied by its own body.
    "200_internal": Fault(says(s3_error(200, "InternalError")), ALL, "storage_error", "HTTP 200 InternalError"),
    "200_denied": Fault(says(s3_error(200, "AccessDenied")), ("abort",), "access_denied", "HTTP 200 AccessDenied"),
    "200_empty": Fault(says(Answer(200)), ("complete", "abort"), "invalid_response", "does not look like an S3 store",
                       {"create": ("invalid_response", "there is no element")}, is_abort=True),
    "garbage": Fault(sends(b"\x00\xffgarbage\r\n\r\n" * 100, done=False), ("abort",), "invalid_response", "not HTTP"),
    # What completed is found out; abort is repeated.
    "garbage_done": Fault(sends(b"SSH-2.0-OpenSSH_9.2\r\n", done=True), ("complete", "abort"), "invalid_response", "not HTTP"),
    "bad_status": Fault(sends(b"HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n", done=False), ("abort",), "invalid_response", "not HTTP"),
    "bad_length": Fault(sends(b"HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n12", done=False),
                        ("abort",), "invalid_response", "not HTTP"),
    "head_cut": Fault(sends(b"HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Le", done=True), ALL, "connection_lost",
                      "in the middle of the answer"),
    "body_cut": Fault(sends(b"HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Length: 400\r\n\r\n<?xml", done=True), ALL, "connection_lost",
                      "in the middle of the answer"),
    "head_endless": Fault(pours(b"HTTP/1.1 200 OK\r\nETag: \"1\"\r\n", FILLER * 60, LARGE), ("abort",), "invalid_response",
                          "exceeds max_header_size", most=8 * MIB),
    "line_endless": Fault(pours(b"HTTP/1.1 200 OK\r\nETag: \"1\"\r\nX-Filler: ", b"f" * 60_000, LARGE), ("abort",), "invalid_response",
                          "", most=8 * MIB),
    "body_large": Fault(pours(b"HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Length: %d\r\n\r\n" % LARGE, b" " * 65536, LARGE), ("abort",),
                        "invalid_response", "exceeds max_body_size", most=8 * MIB),
    "body_endless": Fault(pours(b"HTTP/1.1 200 OK\r\nETag: \"1\"\r\nTransfer-Encoding: chunked\r\n\r\n",
                                b"10000\r\n" + b" " * 65536 + b"\r\n", LARGE), ("abort",),
                          "invalid_response", "exceeds max_body_size", most=32 * MIB),
}


# --- the tests

@contextlib.contextmanager
def proxied(server, plan, **more):
    proxy = FaultProxy(server.port, plan, **more)
    try:
        yield proxy
    finally:
        proxy.close()
    assert not proxy.errors, proxy.errors


def at_every_operation(faults):
    """Of fault, operation and connections; those that only vary another have one connection or four, in turn."""
    varied = {"bad_gateway", "reset_at_1", "bad_status", "bad_length", "line_endless", "body_cut", "body_large", "body_endless"}
    return [(f, n, c) for f in faults for n in range(1, OPERATIONS + 1) for c in ((1, 4) if f not in varied else (1, 4)[n % 2:][:1])]


def clean_peak(s, client, connections):
    """The memory that an upload needs without any fault, and that it takes five operations."""
    with proxied(s, lambda r: None) as proxy:
        run = Run(client, proxy.port, "upload", f"clean/{connections}", body=BODY, connections=connections).ok()
    assert [r.kind for r in proxy.seen] == ["create", "part", "part", "part", "complete"], [r.kind for r in proxy.seen]
    assert Store(s).object(f"clean/{connections}") == BODY
    return run.peak


def test_once(s, client):
    """operation n fails once, for every n and every fault: success, or a clear error and nothing left"""
    store, peak = Store(s), {c: clean_peak(s, client, c) for c in (1, 4)}

    def work(name, n, connections):
        fault, key = FAULTS[name], f"once/{name}/{n}-{connections}"
        with proxied(s, lambda r: fault.act if r.n == n else None) as proxy:
            run = Run(client, proxy.port, "upload", key, body=BODY, connections=connections, attempts=3)
        [hit] = proxy.hits()
        store.judge(run, key, BODY, proxy.seen)
        if hit.kind in fault.mends:
            run.ok()
        else:
            code, text = fault.error(hit.kind)
            run.error(code, text)
            # (a request that began an upload and whose answer told no id: the only thing that may be left)
            assert hit.kind == "create" or not store.uploads(key), store.uploads(key)
        assert proxy.poured <= fault.most, f"{proxy.poured} bytes taken"
        assert run.peak < peak[connections] + 64 * MIB, f"{run.peak / MIB:.0f} MiB instead of {peak[connections] / MIB:.0f}"
    all_of(work, at_every_operation(FAULTS))


def test_for_ever(s, client):
    """from operation n on everything fails, for every n and every fault: an error that names key and upload id"""
    store = Store(s)

    def work(name, n, connections):
        fault, key = FAULTS[name], f"for-ever/{name}/{n}-{connections}"
        with proxied(s, lambda r: fault.act if r.n >= n else None) as proxy:
            run = Run(client, proxy.port, "upload", key, body=BODY, connections=connections, attempts=2)
        store.judge(run, key, BODY, proxy.seen)
        code, text = fault.error(proxy.hits()[0].kind)
        run.error(code if n == 1 else "upload_not_aborted", text)
        assert n == 1 or "(upload id " in run.message, run.message
        assert len(proxy.seen) <= 30, [r.kind for r in proxy.seen]
        assert proxy.poured <= fault.most, f"{proxy.poured} bytes taken"
    all_of(work, at_every_operation(f for f in FAULTS if not FAULTS[f].is_abort))


def test_one_request(s, client):
    """the one request of a small object fails, once and for ever"""
    store = Store(s)

    def work(name, once):
        fault, key = FAULTS[name], f"one/{name}/{once}"
        with proxied(s, lambda r: fault.act if r.n == 1 or not once else None) as proxy:
            run = Run(client, proxy.port, "upload", key, body=SMALL, attempts=2)
        store.judge(run, key, SMALL, proxy.seen)
        assert {r.kind for r in proxy.seen} == {"put"} and len(proxy.seen) <= 3, [r.kind for r in proxy.seen]
        if once and "put" in fault.mends:
            run.ok()
        else:
            run.error(*fault.error("put"))
        assert proxy.poured <= fault.most, f"{proxy.poured} bytes taken"
    all_of(work, [(f, once) for f in FAULTS for once in (True, False)])


def test_abort(s, client):
    """a part is refused for good, and then the abort fails once: nothing is left"""
    store = Store(s)

    def work(name):
        fault, key = FAULTS[name], f"abort/{name}"

        def plan(r):
            if r.kind == "abort":
                return None if r.before else fault.act
            return says(s3_error(403, "AccessDenied")) if r.part == 2 else None
        with proxied(s, plan) as proxy:
            run = Run(client, proxy.port, "upload", key, body=BODY, attempts=2)
        store.judge(run, key, BODY, proxy.seen)
        run.error("access_denied", f"part 2 of '{key}'", "AccessDenied")
        assert not store.uploads(key) and store.object(key) is None
        assert [r.part for r in proxy.hits() if r.kind == "part"] == [2]  # asked once: it is no passing trouble
    all_of(work, [(f,) for f in FAULTS if not FAULTS[f].is_abort])


def test_late_part(s, client):
    """a part that is cut off stays in the server's hands until after the abort: another abort comes after it"""
    store = Store(s)

    def work(after):
        key, aborted, arrived, when = f"late/{after}", threading.Event(), threading.Event(), []

        def late(proxy, request):
            body = b"".join(request.body())
            with socket.create_connection(("127.0.0.1", s.port)) as server:
                server.sendall(request.head + b"\r\n\r\n" + body[:-1])
                reset(request.line)
                aborted.wait(DEADLINE)
                time.sleep(after)
                server.sendall(body[-1:])
                server.recv(1 << 16)
                when.append(time.monotonic())
                arrived.set()

        def aborts(proxy, request):
            proxy.forward(request).send(request.line)
            aborted.set()
            return True
        with proxied(s, lambda r: late if r.part == 2 else aborts if r.kind == "abort" else None) as proxy:
            run = Run(client, proxy.port, "upload", key, body=BODY, attempts=1)
            assert arrived.wait(DEADLINE)
        store.judge(run, key, BODY, proxy.seen)
        run.error("connection_lost", f"part 2 of '{key}'")
        assert not store.uploads(key) and store.object(key) is None
        # (This server does not bring the upload back by itself; S3 says that it may.)
        assert proxy.seen[-1].kind == "abort" and proxy.seen[-1].began > when[0], [r.kind for r in proxy.seen]
    all_of(work, [(0.0,), (0.1,), (0.3,)])


def test_look(s, client):
    """the answer to Complete is lost, and then the look at the object fails once: success, or it says that it does not know"""
    store = Store(s)
    # What has no body, as no answer to HEAD has, is a whole answer where one with a body is cut or wrong.
    mended = {f for f in FAULTS if "head" in FAULTS[f].mends} - {"200_internal", "body_cut"}

    def work(name):
        fault, key = FAULTS[name], f"look/{name}"

        def plan(r):
            if r.kind == "head" and r.before == 0:
                return fault.act
            return answer_lost if r.kind == "complete" else None
        with proxied(s, plan) as proxy:
            run = Run(client, proxy.port, "upload", key, body=BODY, attempts=2)
        assert [r.kind for r in proxy.hits()] == ["complete", "complete", "head"], [r.kind for r in proxy.seen]
        assert store.object(key) == BODY
        store.judge(run, key, BODY, proxy.seen)
        if name in mended:
            run.ok()
        else:
            run.error("connection_lost", f"object '{key}' may or may not exist")
    all_of(work, [(f,) for f in FAULTS])


def test_region(s, client):
    """redirects and refusals for the region, at every operation: the region is learnt, hosts are never followed"""
    store = Store(s)
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as trap:
        trap.setblocking(False)
        elsewhere = f"http://127.0.0.1:{trap.getsockname()[1]}/"

        def refusals(region):
            named = ("x-amz-bucket-region", region)
            return {
                "301": s3_error(301, "PermanentRedirect", f"<Endpoint>{elsewhere}</Endpoint>", [named]),
                "301-empty": Answer(301, b"", [named]),
                "307": s3_error(307, "TemporaryRedirect", f"<Region>{region}</Region>", [("Location", elsewhere)]),
                "307-header": s3_error(307, "TemporaryRedirect", "", [("Location", elsewhere), named]),
                "400": s3_error(400, "AuthorizationHeaderMalformed", f"<Region>{region}</Region>"),
                "400-empty": Answer(400, b"", [named]),
            }

        def learnt(name):
            key = f"region/learnt/{name}"
            with proxied(s, lambda r: says(refusals(s.region)[name]) if r.n == 1 else None) as proxy:
                run = Run(client, proxy.port, "upload", key, body=BODY, attempts=1)
            store.judge(run, key, BODY, proxy.seen)
            run.ok()
            assert len(proxy.seen) == 1 + OPERATIONS, len(proxy.seen)
            signed_for = [r.fields["authorization"].split("/")[2] for r in proxy.seen]
            assert signed_for == ["us-east-1"] + OPERATIONS * [s.region], signed_for

        def misled(name, n, given):
            # The store at operation n claims a third region, and then denies it: whom to believe is not for us to say.
            key = f"region/misled/{name}-{n}-{given}"
            first = 1 if given else 2  # without a region, the first request is for learning it
            with proxied(s, lambda r: says(refusals("ap-south-1")[name]) if r.n == n + first - 1 else None) as proxy:
                run = Run(client, proxy.port, "upload", key, body=BODY, attempts=2, connections=1, region=given)
            store.judge(run, key, BODY, proxy.seen)
            run.error("wrong_region", "'ap-south-1'", f"'{s.region}'")
            assert not store.uploads(key) and store.object(key) is None

        def hidden(n):
            key = f"region/hidden/{n}"
            told = says(s3_error(301, "PermanentRedirect", fields=[("Location", elsewhere)]))
            with proxied(s, lambda r: told if r.n == n else None) as proxy:
                run = Run(client, proxy.port, "upload", key, body=BODY, attempts=2, connections=1, region=s.region)
            store.judge(run, key, BODY, proxy.seen)
            run.error("wrong_region", "PermanentRedirect")
            assert not store.uploads(key) and store.object(key) is None

        kinds = list(refusals(""))
        all_of(learnt, [(k,) for k in kinds])
        all_of(misled, [(k, 1 + i % OPERATIONS, g) for i, k in enumerate(kinds) for g in (None, s.region)])
        all_of(hidden, [(n,) for n in range(1, OPERATIONS + 1)])
        try:
            trap.accept()
        except BlockingIOError:
            return
        raise AssertionError("a redirect was followed")


def signed_now(request, region):
    """The request's head with a signature of this moment, and without a session token."""
    now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    path, _, query = request.target.partition("?")
    fields = {"host": request.fields["host"], "x-amz-content-sha256": request.fields["x-amz-content-sha256"], "x-amz-date": now}
    names, scope = ";".join(fields), f"{now[:8]}/{region}/s3/aws4_request"
    canonical = "\n".join([request.method, path, "&".join(sorted(query.split("&"))), *(f"{n}:{v}" for n, v in fields.items()), "", names,
                           fields["x-amz-content-sha256"]])
    key = ("AWS4" + SECRET).encode()
    for word in scope.split("/"):
        key = hmac.digest(key, word.encode(), "sha256")
    text = "\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    kept = [line for line in request.head.split(b"\r\n")
            if line.split(b":")[0].lower() not in (b"authorization", b"x-amz-date", b"x-amz-security-token")]
    added = f"x-amz-date: {now}\r\nauthorization: AWS4-HMAC-SHA256 Credential={ACCESS}/{scope},SignedHeaders={names},Signature={signature}"
    return b"\r\n".join([*kept, added.encode()])


def signed_anew(server):
    """Passes a request on as the server behind, which has the right time and no session tokens, takes it."""
    def act(proxy, request):
        proxy.forward(request, head=signed_now(request, server.region)).send(request.line)
        return True
    return act


def test_token(s, client):
    """a session token that expires at operation n: an error at once, and the token is in no message"""
    store, token = Store(s), "FwoGZXIvYXdzEXAMPLE//token+with=signs=="
    passed_on = signed_anew(s)
    told = says(s3_error(400, "ExpiredToken", f"<Token-0>{token}</Token-0>", message=f"The token {token} has expired."))

    def work(n, once):
        key = f"token/{n}-{once}"
        plan = lambda r: told if r.n == n or (r.n > n and not once) else passed_on  # noqa: E731
        with proxied(s, plan) as proxy:
            run = Run(client, proxy.port, "upload", key, body=BODY, session_token=token, connections=1)
        store.judge(run, key, BODY, proxy.seen)
        run.error("access_denied" if once or n == 1 else "upload_not_aborted", "HTTP 400 ExpiredToken")
        assert token not in run.out and token[:12] not in run.out, run.out
        assert {r.fields["x-amz-security-token"] for r in proxy.seen} == {token}
        refused = [r.kind for r in proxy.hits() if r.fault is told]
        assert len(refused) == (1 if once or n == 1 else 3), refused  # abort is asked for twice
        if once:
            assert not store.uploads(key) and store.object(key) is None
    all_of(work, [(n, once) for n in range(1, OPERATIONS + 1) for once in (True, False)])


def test_clock(s, client):
    """a server whose clock is an hour off: requests follow its clock after one refusal; without its Date they cannot"""
    store = Store(s)

    def work(hours, dated, connections):
        key, off = f"clock/{hours}-{dated}-{connections}", datetime.timedelta(hours=hours)
        refused, passed_on = [], signed_anew(s)

        def plan(r):
            there = datetime.datetime.now(datetime.timezone.utc) + off
            stamp = datetime.datetime.strptime(r.fields["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
            if abs(stamp - there) > datetime.timedelta(minutes=15):
                refused.append(r)
                date = [("Date", email.utils.format_datetime(there, usegmt=True))] if dated else []
                return says(s3_error(403, "RequestTimeTooSkewed", fields=date))
            assert abs(stamp - there) < datetime.timedelta(seconds=DEADLINE), stamp
            return passed_on
        with proxied(s, plan) as proxy:
            run = Run(client, proxy.port, "upload", key, body=BODY, connections=connections)
        store.judge(run, key, BODY, proxy.seen)
        if dated:
            run.ok()
            assert len(refused) == 1 and len(proxy.seen) == 1 + OPERATIONS, (len(refused), len(proxy.seen))
        else:
            run.error("clock_skewed", "RequestTimeTooSkewed")
            assert len(proxy.seen) == 1
    all_of(work, [(h, True, c) for h in (-1, 1, 24 * 400) for c in (1, 4)] + [(1, False, 1)])


def test_slow_down_bursts(s, client):
    """the first three requests are told to slow down: what they ask for is waited for, and then it goes on"""
    store = Store(s)
    waits = {"none": (None, 0, 3), "zero": ("0", 0, 3), "one": ("1", 1, 9), "negative": ("-5", 0, 3), "words": ("soon", 0, 3),
             "date": (lambda: email.utils.formatdate(time.time() + 2, usegmt=True), 1, 9)}

    def work(kind, name, connections):
        value, least, most = waits[name]
        key = f"burst/{kind}/{name}-{connections}"

        def plan(r):
            if r.kind != kind or len([q for q in proxy.seen if q.kind == kind]) > 3:
                return None
            text = value() if callable(value) else value
            return says(s3_error(503, "SlowDown", fields=[] if text is None else [("Retry-After", text)]))
        with proxied(s, plan) as proxy:
            run = Run(client, proxy.port, "upload", key, body=BODY, connections=connections, attempts=4)
        store.judge(run, key, BODY, proxy.seen)
        run.ok()
        assert len(proxy.hits()) == 3 and len(proxy.seen) == OPERATIONS + 3, [r.kind for r in proxy.seen]
        tries = collections.defaultdict(list)
        for r in proxy.seen:
            tries[r.kind, r.part].append(r)
        for same in tries.values():
            for a, b in zip(same, same[1:]):
                # what is sent takes its time too
                assert least <= b.began - a.began <= most + 5, (name, b.began - a.began)
    all_of(work, [("create", n, 1) for n in waits] + [("part", "one", 4), ("part", "none", 4), ("complete", "one", 1)])


def stalls(*, sent=b"", most=None, done=False):
    """Takes `most` bytes of the body (all, if that is None), sends `sent`, and then does nothing more."""
    def act(proxy, request):
        if done:
            proxy.forward(request)
        else:
            left = request.length if most is None else most
            while left > 0:
                left -= len(request.rest or request.line.recv(min(left, 4096)))
                request.rest = b""
        request.line.sendall(sent)
        proxy.closed.wait(DEADLINE)
    return act


STALLS = {
    "reader": (stalls(most=100_000), "no byte of the request was accepted"),
    "silent": (stalls(), "no byte of an answer came"),
    "silent_done": (stalls(done=True), "no byte of an answer came"),
    "head": (stalls(sent=b"HTTP/1.1 200 OK\r\nETag: \"1"), "no further byte of the answer came"),
    "body": (stalls(sent=b"HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Length: 9\r\n\r\n<"), "no further byte of the answer came"),
}


def test_stalls(s, client):
    """a peer that stops reading in the middle of a part, or writing: a timeout in time, tried again, and nothing left"""
    store, limit = Store(s), 1.5
    body = data_of(3 * 16 * MIB, 79)  # parts that no buffer of the system holds

    def work(name, mode, connections):
        act, text = STALLS[name]
        key = f"stalls/{name}/{mode}-{connections}"

        def plan(r):
            if mode == "once":
                return act if r.part == 2 and not r.before else None
            return act if r.part == 2 or (mode == "for_ever" and proxy.hits()) else None
        with proxied(s, plan, receive_buffer=1 << 16) as proxy:
            run = Run(client, proxy.port, "upload", key, body=body, part_size=16 * MIB, connections=connections,
                      attempts=2 if mode == "once" else 1, stall_ms=int(limit * 1000))
        store.judge(run, key, body, proxy.seen)
        if mode == "once":
            run.ok()
        elif mode == "part":
            run.error("timeout", f"part 2 of '{key}'", text)
            assert not store.uploads(key)
        else:
            run.error("upload_not_aborted", "part ", text, "upload id")
        began = proxy.hits()[0].began
        # the stall itself, a moment for the parts under way, the abort's own stall and its repetitions
        assert limit < run.ended - began < limit + 2 + limit + 1.75 + 6, run.ended - began
    all_of(work, [(n, m, c) for n in STALLS for m, c in (("once", 1), ("part", 4), ("for_ever", 1))])


def test_long_keys(s, client):
    """keys of 1,024 bytes: on the wire as they are, in messages whole; one byte more is refused"""
    store = Store(s)
    ascii_key = "/".join(4 * ["k" * 250])
    keys = {"ascii": ascii_key + "/" + "e" * (1024 - len(ascii_key) - 1),
            "utf8": "/".join(["\u6587" * 80] * 4) + "/" + "\u00f6" * 30,
            "escaped": "/".join(["%+ &?=#\"<>" * 20] * 5)}
    for name, key in keys.items():
        key += "x" * (1024 - len(key.encode()))
        assert len(key.encode()) == 1024, (name, len(key.encode()))
        for body in (SMALL, BODY):
            with proxied(s, lambda r: None) as proxy:
                Run(client, proxy.port, "upload", key, body=body).ok()
            assert {urllib.parse.unquote(r.target.partition("?")[0]) for r in proxy.seen} == {f"/{BUCKET}/{key}"}
            assert store.object(key) == body and store.uploads(key) == [], name
        with proxied(s, lambda r: reset_unread if r.kind != "create" else None) as proxy:
            run = Run(client, proxy.port, "upload", key, body=BODY, attempts=1)
        [left] = store.uploads(key)
        run.error("upload_not_aborted", f"'{key}'", left)
        store.boto.abort_multipart_upload(Bucket=BUCKET, Key=key, UploadId=left)
        Run(client, s.port, "remove", key).ok()
        with proxied(s, lambda r: None) as proxy:
            for body in (SMALL, BODY):
                Run(client, proxy.port, "upload", key + "y", body=body).error("invalid_option", "1025 bytes", "1024")
        assert not proxy.seen


def test_empty_segments(s, client):
    """keys with // inside: nobody between program and server makes one slash of two"""
    # (This server's files do: it keeps the object where it also looks for it.)
    for command, key, body in (("put", "slashes//a", SMALL), ("upload", "slashes//in///the/middle", SMALL),
                               ("upload", "slashes//in///parts/b", BODY)):
        with proxied(s, lambda r: None) as proxy:
            Run(client, proxy.port, command, key, body=body).ok()
            head = Run(client, proxy.port, "head", key).ok()
        assert {r.target.partition("?")[0] for r in proxy.seen} == {f"/{BUCKET}/{key}"}, [r.target for r in proxy.seen]
        assert head.words[1] == str(len(body)) and Store(s).object(key) == body


if __name__ == "__main__":
    sys.exit(main(__doc__, globals(), elsewhere=["test_region"]))
