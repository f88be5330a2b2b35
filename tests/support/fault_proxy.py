"""A proxy that understands HTTP, between clients and a server: it answers, cuts, delays or spoils the requests that a plan
names. And the faults that are the same for every server."""

import contextlib
import http.client
import socket
import struct
import threading
import time
import urllib.parse

MIB = 1 << 20
LARGE = 100 * MIB
DEADLINE = 40  # of what a test waits for


class Request:
    """One request of which the head has been read, and the body not yet. `kind_of(request)` says of what kind it is, and
    of which part of an upload or 0; it may look at method, target, query and fields."""

    def __init__(self, head, rest, line, kind_of):
        self.head, self.rest, self.line = head, rest, line
        first, *fields = head.decode("latin-1").split("\r\n")
        self.method, self.target, _ = first.split(" ")
        self.fields = {name.lower(): value.strip() for name, _, value in (f.partition(":") for f in fields if f)}
        self.length = int(self.fields.get("content-length", 0))
        self.query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.target).query, keep_blank_values=True))
        self.kind, self.part = kind_of(self)
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


class FaultProxy:
    """Between clients and a server. For every request, in the order of arrival, `plan(request)` gives None, and the
    request is passed on, or what is done instead: a function of proxy and request that says whether the connection goes
    on. The request then has `n`, which counts from 1, and `before`, how many of its kind and part came earlier."""

    def __init__(self, target, plan, kind_of, receive_buffer=None):
        self.target, self.plan, self.kind_of = target, plan, kind_of
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
        request = Request(head, rest, line, self.kind_of)
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


def says(answer):
    """This is the answer, and the server learns nothing."""
    def act(proxy, request):
        for _ in request.body():
            pass
        Answer(answer.status, answer.body, answer.fields, head_only=request.method == "HEAD").send(request.line)
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
    bytes of an endless answer that may go to the client. `passes_for`: the kinds of request to which it is the right answer.
    `in_body`: what is wrong is wrong with the answer's body, of which HEAD has none."""

    def __init__(self, act, mends, code, text, words=None, most=0, passes_for=(), in_body=False):
        self.act, self.mends, self.code, self.text = act, mends, code, text
        self.words, self.most, self.passes_for, self.in_body = words or {}, most, passes_for, in_body

    def error(self, kind):
        return self.words.get(kind, (self.code, self.text))


FILLER = b"x-filler: " + b"f" * 1000 + b"\r\n"


def http_faults(every, again, looked_into, success):
    """Those that know no store. `every`: all kinds of request; `again`: those that are sent again whatever came, and
    `looked_into`: those of which is found out what came of them; `success`: how the right answer to most begins."""
    return {
        "bad_gateway": Fault(says(Answer(502, b"<html>proxy</html>")), every, "storage_error", "HTTP 502"),
        "reset_unread": Fault(reset_unread, every, "connection_lost", "onnection"),
        "reset_at_1": Fault(reset_within(1), every, "connection_lost", "onnection"),
        "reset_within": Fault(reset_within(70_001), every, "connection_lost", "onnection"),
        "answer_lost": Fault(answer_lost, every, "connection_lost", "onnection"),
        "garbage": Fault(sends(b"\x00\xffgarbage\r\n\r\n" * 100, done=False), again, "invalid_response", "not HTTP"),
        "garbage_done": Fault(sends(b"SSH-2.0-OpenSSH_9.2\r\n", done=True), (*again, *looked_into), "invalid_response", "not HTTP"),
        "bad_status": Fault(sends(b"HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n", done=False), again, "invalid_response", "not HTTP"),
        "bad_length": Fault(sends(success + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n12", done=False), again,
                            "invalid_response", "not HTTP"),
        "head_cut": Fault(sends(success + b"Content-Le", done=True), every, "connection_lost", "in the middle of the answer"),
        "body_cut": Fault(sends(success + b"Content-Length: 400\r\n\r\n<?xml", done=True), every, "connection_lost",
                          "in the middle of the answer", in_body=True),
        "head_endless": Fault(pours(success, FILLER * 60, LARGE), again, "invalid_response", "exceeds max_header_size", most=8 * MIB),
        "line_endless": Fault(pours(success + b"X-Filler: ", b"f" * 60_000, LARGE), again, "invalid_response", "", most=8 * MIB),
        "body_large": Fault(pours(success + b"Content-Length: %d\r\n\r\n" % LARGE, b" " * 65536, LARGE), again, "invalid_response",
                            "exceeds max_body_size", most=8 * MIB, in_body=True),
        "body_endless": Fault(pours(success + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b" " * 65536 + b"\r\n", LARGE),
                              again, "invalid_response", "exceeds max_body_size", most=32 * MIB, in_body=True),
    }


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


@contextlib.contextmanager
def proxied(server, plan, kind_of, **more):
    proxy = FaultProxy(server.port, plan, kind_of, **more)
    try:
        yield proxy
    finally:
        proxy.close()
    assert not proxy.errors, proxy.errors
