#!/usr/bin/env python3
"""Uploads with a bearer token through the library into a bucket of the loopback store, which takes tokens as Google Cloud
Storage does, behind the proxy of ../s3/check_faults.py; then boto3, with keys, looks at what is left.

    check_gcs_faults.py --client PROGRAM --loopback PROGRAM [--only TEXT]

PROGRAM is ../examples/loopback_server.cpp. For other options and exit codes see ../s3/check_s3.py. Google's XML API is S3's but
for the token: what does not depend on who asks is tested there.
"""

import pathlib
import subprocess
import sys

sys.path[:0] = [str(pathlib.Path(__file__).parents[1] / folder) for folder in ("s3", "support")]
from check_faults import FAULTS, S3Uploads, s3_error  # noqa: E402
from servers import BUCKET, Server, end_with_parent, main  # noqa: E402

TOKEN = "ya29.the-one.that-it-takes"


class Loopback(Server):
    keys = {"aws_access_key_id": "testaccess", "aws_secret_access_key": "testsecretkey12345"}

    def start(self):
        self.process = subprocess.Popen([self.program, self.root, "--access-token", TOKEN], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, preexec_fn=end_with_parent)
        self.port = int(self.process.stdout.readline().rpartition(b":")[2])


class WithToken:
    """The client as servers.Run starts it, with the store of Google."""

    def __init__(self, client):
        self.client, self.secrets = client, (*client.secrets, TOKEN)

    def start(self, port, *words, token=TOKEN, **options):
        return self.client.start(port, *words, gcs_bucket=BUCKET, token=token, **options)


class GcsUploads(S3Uploads):
    faults = {name: FAULTS[name] for name in ("slow_down", "200_internal", "answer_lost", "reset_within", "garbage_done", "head_cut")}
    expired_words = "HTTP 401 AuthenticationRequired"

    def started(self, client, server):
        return WithToken(client)

    def with_tokens(self, tokens):
        return {"token": tokens}

    def bearing(self, server):
        def act(proxy, request):
            shown = request.fields["authorization"].encode()
            proxy.forward(request, head=request.head.replace(shown, b"Bearer " + TOKEN.encode())).send(request.line)
            return True
        return act

    def expired(self, message):
        return s3_error(401, "AuthenticationRequired", message=message, fields=[("WWW-Authenticate", "Bearer realm=\"store\"")])


CASES = GcsUploads()
test_once, test_for_ever, test_one_request = CASES.once, CASES.for_ever, CASES.one_request
test_abort, test_late_part, test_look, test_token = CASES.failed_abort, CASES.late_part, CASES.failed_look, CASES.token


if __name__ == "__main__":
    sys.exit(main(__doc__, globals(), server=Loopback, needs=("loopback",)))
