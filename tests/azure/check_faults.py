#!/usr/bin/env python3
"""Uploads through the library into Azurite behind a proxy that answers, cuts, delays or spoils the requests that a plan
names; then Azure's own client looks at what is left.

    check_faults.py --client PROGRAM --azurite FOLDER [--only TEXT]

For options and exit codes see check_azure.py, which has what needs no proxy that understands HTTP.
"""

import base64
import email.utils
import sys
import urllib.parse

from azure_server import CONTAINER, Behind, BlobStore, main
from fault_cases import Uploads
from fault_proxy import Answer, Fault, http_faults, reset, says
from servers import MIB, all_of, data_of

# Azure takes parts of any size, and Azurite has an easier time with small ones.
PART = 300_000
BODY = data_of(2 * PART + 100_003, 77)  # three parts, complete
OPERATIONS = 4
SMALL = data_of(100_003, 78)


def azure_error(status, code, more="", fields=(), message="as planned"):
    request_id = "5b0c7a2e-0000-0000-0000-000000000000"
    body = (f'\ufeff<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>{message}\nRequestId:{request_id}\n'
            f"Time:2026-01-01T00:00:00.0000000Z</Message>{more}</Error>")
    return Answer(status, body.encode(), [("Content-Type", "application/xml"), ("x-ms-error-code", code), ("x-ms-request-id", request_id),
                                          *fields])


def success_of_another_kind(proxy, request):
    """The server has done its work."""
    proxy.forward(request)
    Answer(200).send(request.line)
    return True


ALL = ("part", "complete", "put", "blocks", "head", "delete")
FAULTS = {
    "server_busy": Fault(says(azure_error(503, "ServerBusy")), ALL, "storage_error", "HTTP 503 ServerBusy"),
    "internal_error": Fault(says(azure_error(500, "InternalError")), ALL, "storage_error", "HTTP 500 InternalError"),
    "timed_out": Fault(says(azure_error(500, "OperationTimedOut")), ALL, "storage_error", "HTTP 500 OperationTimedOut"),
    # What any web server may say.
    "200_empty": Fault(says(Answer(200)), (), "invalid_response", "HTTP 200 is no answer", passes_for=("head",)),
    "200_done": Fault(success_of_another_kind, ("complete",), "invalid_response", "HTTP 200 is no answer", passes_for=("head",)),
    "201_empty": Fault(says(Answer(201)), (), "invalid_response", "does not look like Azure"),
    # What completed is found out; an abort, which alone has HEAD and DELETE, is repeated.
    **http_faults(ALL, again=("head", "delete"), looked_into=("complete",),
                  success=b"HTTP/1.1 201 Created\r\nETag: \"1\"\r\nx-ms-request-id: 1\r\n"),
}


def with_sas(server):
    """Passes a request on as a server takes it that asks neither who signed it nor when."""
    sas = server.sas()

    def act(proxy, request):
        method, target, version = request.head.split(b"\r\n")[0].split(b" ")
        lines = [line for line in request.head.split(b"\r\n")[1:] if line.split(b":")[0].lower() != b"authorization"]
        target += (b"&" if b"?" in target else b"?") + sas.encode()
        proxy.forward(request, head=b"\r\n".join([b" ".join([method, target, version]), *lines])).send(request.line)
        return True
    return act


class AzureUploads(Uploads):
    faults, kinds = FAULTS, ["part", "part", "part", "complete"]
    abort, look, small_kind = ("blocks", "head", "delete"), "blocks", "complete"
    body, small, part_size, stall_part = BODY, SMALL, PART, 8 * MIB
    stalls = ("reader", "silent_done", "head")
    at_a_time = 12
    denied_words, skewed_words = "AuthorizationPermissionMismatch", "AuthenticationFailed"
    expired_words = "HTTP 401 InvalidAuthenticationInfo"

    def kind_of(self, request):
        comp = request.query.get("comp")
        kind = {("PUT", "block"): "part", ("PUT", "blocklist"): "complete", ("GET", "blocklist"): "blocks"}.get(
            (request.method, comp), request.method.lower())
        return kind, int(base64.b64decode(request.query["blockid"])[25:30]) if kind == "part" else 0

    def store(self, server):
        return BlobStore(server)

    def started(self, client, server):
        return Behind(client, server)

    def denied(self):
        return azure_error(403, "AuthorizationPermissionMismatch")

    def busy(self, fields):
        return azure_error(503, "ServerBusy", fields=fields)

    def skewed(self, fields):
        return refusal("Request date header too old: 'Thu, 01 Jan 2026 00:00:00 GMT'", fields)

    def date_of(self, request):
        return email.utils.parsedate_to_datetime(request.fields["x-ms-date"])

    def signed_anew(self, server):
        return with_sas(server)

    def with_tokens(self, tokens):
        return {"account_url": True, "token": tokens}

    def bearing(self, server):
        return with_sas(server)

    def expired(self, message):
        return azure_error(401, "InvalidAuthenticationInfo", message=message,
                           fields=[("WWW-Authenticate", "Bearer authorization_uri=https://login.example/authorize")])


def refusal(detail, fields=()):
    """What Azure says to a signature that it does not take."""
    message = "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly."
    return azure_error(403, "AuthenticationFailed", f"<AuthenticationErrorDetail>{detail}</AuthenticationErrorDetail>", fields, message)


CASES = AzureUploads()
test_once, test_for_ever, test_one_request = CASES.once, CASES.for_ever, CASES.one_request
test_abort, test_late_part, test_look = CASES.failed_abort, CASES.late_part, CASES.failed_look
test_clock, test_slow_down_bursts, test_stalls = CASES.clock, CASES.slow_down_bursts, CASES.silences
test_token = CASES.token


def test_overtaken(s, client):
    """the answer to the block list is lost, and another writer has made the blob anew: nobody takes it for the upload's"""
    store = BlobStore(s)

    def work(attempts):
        key, other = f"overtaken/{attempts}", data_of(1000, attempts)

        def overtaken(proxy, request):
            proxy.forward(request)
            s.container().upload_blob(key, other, overwrite=True)
            reset(request.line)
        with CASES.proxied(s, lambda r: overtaken if r.kind == "complete" and not r.before else None) as proxy:
            run = CASES.run(client, s, proxy, key, BODY, attempts=attempts)
        run.error("precondition_failed" if attempts > 1 else "outcome_unknown", f"'{key}'")
        assert store.object(key) == other and store.uploads(key) == []
    all_of(work, [(1,), (3,)])


def test_refused_signature(s, client):
    """a signature refused at operation n: an error at once, without what the server repeats of it, and nothing left"""
    store = BlobStore(s)

    def work(n, connections):
        key, shown = f"signature/{n}-{connections}", []

        def refused(proxy, request):
            shown.append(request.fields["authorization"].partition(":")[2])
            detail = (f"The MAC signature found in the HTTP request '{shown[0]}' is not the same as any computed signature. "
                      f"Server used following string to sign: 'PUT\n\n\n\nx-ms-date:{request.fields['x-ms-date']}'.")
            return says(refusal(detail, [("Date", email.utils.formatdate(usegmt=True))]))(proxy, request)
        with CASES.proxied(s, lambda r: refused if r.n == n else None) as proxy:
            run = CASES.run(client, s, proxy, key, BODY, connections=connections)
        store.judge(run, key, BODY, proxy.seen)
        run.error("access_denied", f"'{key}'", f"'{CONTAINER}'", "HTTP 403 AuthenticationFailed: Server failed to authenticate")
        assert len(shown) == 1 and len(base64.b64decode(shown[0])) == 32, shown
        assert shown[0] not in run.out and "MAC" not in run.out and "string to sign" not in run.out, run.out
        assert store.uploads(key) == [] and store.object(key) is None
    all_of(work, [(n, c) for n in range(1, OPERATIONS + 1) for c in (1, 4)])


def test_shared_access_signature(s, client):
    """a store that is shown a shared access signature fails, and repeats it: it is in no message"""
    store, sas = BlobStore(s), s.sas()
    signature = dict(urllib.parse.parse_qsl(sas))["sig"]
    hidden = [sas, signature, urllib.parse.quote(signature), urllib.parse.quote(signature, safe="")]

    def repeats(status, code):
        """As XML escapes it, and decoded."""
        def act(proxy, request):
            assert urllib.parse.unquote(request.target).count(signature) == 1
            said = request.target.replace("&", "&amp;") + " " + signature
            answer = azure_error(status, code, message=said) if code else Answer(status, f"<html>{said}</html>".encode())
            return says(answer)(proxy, request)
        return act

    acts = {name: (FAULTS[name].act, FAULTS[name].text) for name in ("reset_within", "answer_lost", "garbage", "head_cut", "head_endless")}
    acts |= {"busy": (repeats(503, "ServerBusy"), "HTTP 503 ServerBusy"), "denied": (repeats(403, "AuthorizationFailure"), "HTTP 403"),
             "unsigned": (repeats(403, "AuthenticationFailed"), "HTTP 403 AuthenticationFailed"), "page": (repeats(502, ""), "HTTP 502"),
             "not_found": (repeats(404, ""), "HTTP 404")}

    def work(name, n):
        key = f"sas/{name}-{n}"
        act, text = acts[name]
        with CASES.proxied(s, lambda r: act if r.n >= n else None) as proxy:
            run = CASES.run(client, s, proxy, key, BODY, attempts=2, connections=1, account_url=True, credential=sas, hidden=hidden)
        run.error(run.words[1], text, f"'{key}'")
        if name != "denied":  # see test_left_to_azure
            store.judge(run, key, BODY, proxy.seen)
    all_of(work, [(name, n) for name in acts for n in (1, 3, 4)])


def test_left_to_azure(s, client):
    """what nobody can remove at once, blocks over a blob and blocks without the right to delete: Azure removes it, and no more is left"""
    store = BlobStore(s)

    def work(name, **options):
        key = f"left/{name}"
        there = s.container().upload_blob(key, SMALL) and SMALL if name == "over_a_blob" else None
        plan = lambda r: says(azure_error(403, "AuthorizationFailure")) if r.part == 3 else None  # noqa: E731
        with CASES.proxied(s, plan) as proxy:
            run = CASES.run(client, s, proxy, key, BODY, connections=1, **options)
        run.error("access_denied", f"part 3 of '{key}'", "HTTP 403 AuthorizationFailure")
        committed, left = s.blocks(key)
        assert store.object(key) == there and not committed and len(left) == 2 and len(store.uploads(key)) == 1, left
        # Another upload of the key ends it, where there is no blob that it would replace.
        if there:
            s.container().delete_blob(key)
        with CASES.proxied(s, lambda r: None) as proxy:
            CASES.run(client, s, proxy, key, BODY).ok()
        assert store.object(key) == BODY and store.uploads(key) == []
    work("over_a_blob")
    work("without_delete", account_url=True, credential=s.sas("rcwl"))
    work("without_read", account_url=True, credential=s.sas("cw"))


if __name__ == "__main__":
    sys.exit(main(__doc__, globals(), needs=("client",)))
