#!/usr/bin/env python3
"""The examples that speak to a bucket and to a cluster, against the loopback servers in a process of their own.

    buckets.py --server PROGRAM --programs FOLDER

The server is loopback_server.cpp, built; the folder has credentials, from_pymilvus, hooks and objects, built.
"""

import argparse
import contextlib
import http.server
import json
import os
import pathlib
import re
import socket
import subprocess
import tempfile
import threading
import urllib.request

KEY, SECRET, TOKEN = "testaccess", "testsecretkey12345", "a-token"


@contextlib.contextmanager
def servers(program, *how):
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen([program, folder, "--import-service", *how], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  text=True)
        try:
            yield server.stdout.readline().strip(), server.stdout.readline().strip(), pathlib.Path(folder, "test-bucket")
        finally:
            server.stdin.close()
            assert server.wait(20) == 0


class Programs:
    def __init__(self, folder, work):
        self.folder, self.work = folder, work

    def run(self, name, *arguments, env=None, code=0):
        # No variable of whoever runs the tests, and a home without credentials.
        clean = {"PATH": os.environ["PATH"], "HOME": str(self.work), "AWS_EC2_METADATA_DISABLED": "true",
                 **{k: v for k, v in os.environ.items() if k.startswith(("LD_", "LLVM_"))}}
        done = subprocess.run([f"{self.folder}/{name}", *arguments], env=clean | (env or {}), cwd=self.work, timeout=120,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert done.returncode == code, (name, done)
        for said in (done.stdout, done.stderr):
            assert SECRET not in said and TOKEN not in said and "X-Amz-Signature" not in said, said
        return done


@contextlib.contextmanager
def token_service():
    """Its URL, and the requests that came."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            asked.append(self.rfile.read(int(self.headers["Content-Length"])))
            body = json.dumps({"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def named(url, secret=SECRET):
    return {"BULKWRITER_ENDPOINT": url, "BULKWRITER_ACCESS_KEY": KEY, "BULKWRITER_SECRET_KEY": secret,
            "BULKWRITER_BUCKET": "test-bucket"}


def check_objects(programs, url, bucket):
    data = os.urandom(20_000_000)
    (programs.work / "data.bin").write_bytes(data)
    # Nothing is there yet but what is put; the second time the same holds.
    for _ in range(2):
        done = programs.run("objects", "data.bin", "some", env=named(url))
        assert done.stdout.splitlines()[:2] == ["some/data: 20000000 bytes", "it was there already"], done
        assert done.stdout.splitlines()[3:] == ["some/data 20000000", "some/manifest.json 19", "0 uploads given up"], done
        assert (bucket / "some/data").read_bytes() == data
        assert not (bucket / "some/manifest.json").exists()
    assert "set BULKWRITER_ENDPOINT" in programs.run("objects", "data.bin", "some", code=1).stderr
    assert "access_denied" in programs.run("objects", "data.bin", "some", env=named(url, "another"), code=1).stderr


def check_hooks(programs, url, bucket):
    done = programs.run("hooks", "data.bin", "hooked", env=named(url))
    lines = done.stderr.splitlines()
    # In parts of 16 MiB: one request begins, two send, one completes; a look before and one behind may be among them.
    assert all(re.fullmatch(r"(POST|PUT|GET|HEAD) /test-bucket/hooked (200|404), \d+ ms", line) for line in lines), lines
    assert sum(line.startswith("PUT") for line in lines) == 2 and sum(line.startswith("POST") for line in lines) == 2, lines
    requests, sent, pauses = map(int, re.fullmatch(r"(\d+) requests, (\d+) bytes sent, (\d+) pauses\n", done.stdout).groups())
    assert requests == len(lines) and pauses == 0 and 20_000_000 < sent < 20_010_000, done
    assert (bucket / "hooked").stat().st_size == 20_000_000

    (programs.work / "small").write_text("x")
    done = programs.run("hooks", "small", "hooked", env=named(f"http://127.0.0.1:{free_port()}"), code=1)
    pauses = sum(line.startswith("again in ") for line in done.stderr.splitlines())
    assert pauses > 0 and f" {pauses} pauses" in done.stdout and "connect_failed" in done.stderr.splitlines()[-1], done


def check_keys(programs, url, bucket):
    listed = f"hooked {(bucket / 'hooked').stat().st_size}"
    by_environment = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": "us-east-1"}
    assert listed in programs.run("credentials", "aws", "test-bucket", url, env=by_environment).stdout
    (programs.work / "KEYS").write_text(f"{KEY}\n{SECRET}\n")
    assert listed in programs.run("credentials", "file", "test-bucket", url).stdout
    (programs.work / "KEYS").write_text(f"{KEY}\n")
    assert "the file KEYS" in programs.run("credentials", "file", "test-bucket", url, code=1).stderr
    said = programs.run("credentials", "aws", "test-bucket", url, code=1).stderr
    assert all(word in said for word in ("AWS_ACCESS_KEY_ID", "credentials_unavailable")), said


def check_tokens(programs, options):
    with token_service() as (service, asked), servers(options.server, "--access-token", TOKEN) as (url, _, _):
        put = urllib.request.Request(url + "/test-bucket/there", b"12345", {"Authorization": "Bearer " + TOKEN}, method="PUT")
        urllib.request.urlopen(put).close()
        login = {"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r", "token_uri": service}
        (programs.work / "login.json").write_text(json.dumps(login))
        env = {"GOOGLE_APPLICATION_CREDENTIALS": "login.json"}
        assert programs.run("credentials", "google", "test-bucket", url, env=env).stdout == "there 5\n"
        assert len(asked) == 1 and b"refresh_token=r" in asked[0], asked
        env = {"GOOGLE_APPLICATION_CREDENTIALS": "absent.json"}
        assert "absent.json" in programs.run("credentials", "google", "test-bucket", url, env=env, code=1).stderr
    # The loopback store of Azure takes no tokens: that one was fetched and sent is all that can be seen.
    with token_service() as (service, asked), servers(options.server, "--azure") as (url, _, _):
        env = {"AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "c", "AZURE_CLIENT_SECRET": "s", "AZURE_AUTHORITY_HOST": service}
        said = programs.run("credentials", "azure", "test-bucket", url, env=env, code=1).stderr
        assert "access_denied" in said and asked and b"client_secret=s" in asked[0], (said, asked)


def check_from_pymilvus(programs, url, service, bucket):
    env = named(url) | {"BULKWRITER_CLUSTER_ENDPOINT": service, "BULKWRITER_TOKEN": "root:Milvus"}
    out = programs.run("from_pymilvus", env=env).stdout
    assert "row 2, field 'title': 600 bytes exceed max_length 512" in out, out
    assert "\n2 rows imported\n" in out and out.endswith(" completed\n5 fields\n"), out
    [key] = re.findall(r'\[\["(.*)"\]\]', out)
    assert (bucket / key).read_bytes()[:4] == b"PAR1"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", required=True)
    parser.add_argument("--programs", required=True)
    options = parser.parse_args()
    options.server, options.programs = os.path.abspath(options.server), os.path.abspath(options.programs)
    with tempfile.TemporaryDirectory() as work, servers(options.server) as (url, service, bucket):
        programs = Programs(options.programs, pathlib.Path(work))
        check_objects(programs, url, bucket)
        check_hooks(programs, url, bucket)
        check_keys(programs, url, bucket)
        check_tokens(programs, options)
        check_from_pymilvus(programs, url, service, bucket)


if __name__ == "__main__":
    main()
