#!/usr/bin/env python3
"""Uploads through the library into versitygw, a real S3 server, behind a proxy that answers, cuts, delays or spoils the
requests that a plan names; then boto3 looks at what is left.

    check_faults.py [--client PROGRAM] [--versitygw PROGRAM] [--only TEXT]

For options and exit codes see check_s3.py, which has what needs no proxy that understands HTTP.
"""

import contextlib
import datetime
import hashlib
import hmac
import pathlib
import socket
import sys
import time
import urllib.parse

from servers import ACCESS, BUCKET, MIB, PART, SECRET, Run, Store, all_of, data_of, main

sys.path.append(str(pathlib.Path(__file__).parents[1] / "support"))
import fault_proxy  # noqa: E402
from fault_cases import Uploads  # noqa: E402
from fault_proxy import Answer, Fault, http_faults, reset_unread, says  # noqa: E402

BODY = data_of(2 * PART + 100_003, 77)  # create, three parts, a look, complete, a look
OPERATIONS = 7
SMALL = data_of(100_003, 78)


def kind_of(request):
    kind = {("POST", True): "complete", ("POST", False): "create", ("PUT", True): "part", ("PUT", False): "put",
            ("DELETE", True): "abort"}.get((request.method, "uploadId" in request.query), request.method.lower())
    return kind, int(request.query.get("partNumber", 0))


def proxied(server, plan, **more):
    return fault_proxy.proxied(server, plan, kind_of, **more)


def s3_error(status, code, more="", fields=(), message="as planned"):
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message>{more}</Error>'
    return Answer(status, body.encode(), [("Content-Type", "application/xml"), *fields])


ALL = ("create", "part", "complete", "abort", "head", "put")
FAULTS = {
    "slow_down": Fault(says(s3_error(503, "SlowDown")), ALL, "storage_error", "HTTP 503 SlowDown"),
    "internal_error": Fault(says(s3_error(500, "InternalError")), ALL, "storage_error", "HTTP 500 InternalError"),
    # A success is denied by its own body.
    "200_internal": Fault(says(s3_error(200, "InternalError")), ALL, "storage_error", "HTTP 200 InternalError"),
    "200_denied": Fault(says(s3_error(200, "AccessDenied")), ("abort",), "access_denied", "HTTP 200 AccessDenied"),
    "200_empty": Fault(says(Answer(200)), ("complete", "abort"), "invalid_response", "does not look like an S3 store",
                       {"create": ("invalid_response", "there is no element")}, passes_for=("abort",)),
    # What completed is found out; abort is repeated.
    **http_faults(ALL, again=("abort",), looked_into=("complete",), success=b"HTTP/1.1 200 OK\r\nETag: \"1\"\r\n"),
}


class S3Uploads(Uploads):
    # (Of an unknown store nobody knows whether it keeps conditions: it is looked at before and behind.)
    faults, kinds = FAULTS, ["create", "part", "part", "part", "head", "complete", "head"]
    abort, look, parts_at_once = ("abort",), "head", False
    # What has no body, as no answer to HEAD has, is a whole answer where one with a body is cut or wrong.
    whole_look = {"200_internal", "200_denied", "200_empty", "body_cut"}
    looks_before, looks_behind = 5, 7
    body, small, part_size, stall_part = BODY, SMALL, PART, 16 * MIB
    denied_words, skewed_words = "AccessDenied", "RequestTimeTooSkewed"

    def kind_of(self, request):
        return kind_of(request)

    def store(self, server):
        return Store(server)

    def left_unnamed(self, name, n):
        return n == 1  # there is no upload

    def denied(self):
        return s3_error(403, "AccessDenied")

    def busy(self, fields):
        return s3_error(503, "SlowDown", fields=fields)

    def skewed(self, fields):
        return s3_error(403, "RequestTimeTooSkewed", fields=fields)

    def date_of(self, request):
        return datetime.datetime.strptime(request.fields["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)

    def signed_anew(self, server):
        return signed_anew(server)


CASES = S3Uploads()
test_once, test_for_ever, test_one_request = CASES.once, CASES.for_ever, CASES.one_request
test_abort, test_late_part, test_look = CASES.failed_abort, CASES.late_part, CASES.failed_look
test_clock, test_slow_down_bursts, test_stalls = CASES.clock, CASES.slow_down_bursts, CASES.silences


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
        # (A look without a body cannot say why it was refused; it is not needed.)
        told = [n for n in range(1, OPERATIONS + 1) if n not in (S3Uploads.looks_before, S3Uploads.looks_behind)]
        all_of(misled, [(k, told[i % len(told)], g) for i, k in enumerate(kinds) for g in (None, s.region)])
        all_of(hidden, [(n,) for n in told])
        try:
            trap.accept()
        except BlockingIOError:
            return
        raise AssertionError("a redirect was followed")


def signed_now(request, region):
    """The request's head with a signature of this moment, and without a session token."""
    now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    path, _, query = request.target.partition("?")
    fields = {"host": request.fields["host"], "x-amz-content-sha256": request.fields["x-amz-content-sha256"], "x-amz-date": now,
              **{n: v for n, v in request.fields.items() if n.startswith("x-amz-meta-")}}
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
        run.error("access_denied", "HTTP 400 ExpiredToken", *([] if once or n == 1 else ["are left behind"]))
        assert token not in run.out and token[:12] not in run.out, run.out
        assert {r.fields["x-amz-security-token"] for r in proxy.seen} == {token}
        refused = [r.kind for r in proxy.hits() if r.fault is told]
        assert len(refused) == (1 if once or n == 1 else 3), refused  # abort is asked for twice
        if once:
            assert not store.uploads(key) and store.object(key) is None
    looks = (S3Uploads.looks_before, S3Uploads.looks_behind)  # which are not needed, and cannot say why
    all_of(work, [(n, once) for n in range(1, OPERATIONS + 1) for once in (True, False) if n not in looks])


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
            Run(client, s.port, "remove", key).ok()
            with proxied(s, lambda r: None) as proxy:
                Run(client, proxy.port, "upload", key, body=body).ok()
            assert {urllib.parse.unquote(r.target.partition("?")[0]) for r in proxy.seen} == {f"/{BUCKET}/{key}"}
            assert store.object(key) == body and store.uploads(key) == [], name
        Run(client, s.port, "remove", key).ok()
        with proxied(s, lambda r: reset_unread if r.kind != "create" else None) as proxy:
            run = Run(client, proxy.port, "upload", key, body=BODY, attempts=1)
        [left] = store.uploads(key)
        run.error("connection_lost", f"'{key}'", "are left behind", left)
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
