"""What the checks against S3 servers share: a real server, a proxy that cuts connections, and the client program."""

import argparse
import ctypes
import http.client
import os
import random
import select
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import warnings

ACCESS, SECRET, BUCKET = "check-access", "check/secret+key=12345678", "check-bucket"
MIB = 1 << 20
PART = 5 * MIB


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def data_of(size, seed):
    return random.Random(seed).randbytes(size)


def end_with_parent():
    """Also when this script is killed, no server stays behind."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def make_certificates(folder, hosts):
    """An authority, ca.crt, and what it has signed: for each name the files of certificate and key, for that host
    ("IP:127.0.0.1"). Needs the openssl program."""
    at = lambda name: os.path.join(folder, name)  # noqa: E731
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    for name, host in [("ca", None), *hosts.items()]:
        with open(at(name + ".ext"), "w") as f:
            f.write("basicConstraints=critical,CA:TRUE\n" if host is None else f"subjectAltName={host}\n")
        subprocess.run(["openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", at(name + ".key"),
                        "-out", at(name + ".csr"), "-subj", f"/CN=check {name}"], **quiet)
        signer = ["-signkey", at("ca.key")] if host is None else ["-CA", at("ca.crt"), "-CAkey", at("ca.key"), "-CAcreateserial"]
        subprocess.run(["openssl", "x509", "-req", "-in", at(name + ".csr"), "-days", "2", "-extfile", at(name + ".ext"),
                        "-out", at(name + ".crt")] + signer, **quiet)
    return {name: (at(name + ".crt"), at(name + ".key")) for name in hosts}


class Server:
    """One versitygw; its data outlives a stop."""

    def __init__(self, program, folder, region="us-east-1", certificate=None, options=(), posix_options=()):
        self.program, self.region, self.folder, self.certificate = program, region, folder, certificate
        self.options, self.posix_options = list(options), list(posix_options)
        self.root, self.iam, self.sidecar = (os.path.join(folder, n) for n in ("root", "iam", "sidecar"))
        for path in (self.root, self.iam, self.sidecar):
            os.makedirs(path, exist_ok=True)
        self.port = free_port()
        self.process = None
        self.start()

    def start(self):
        posix = ["posix"] + self.posix_options
        try:
            os.setxattr(self.root, "user.check", b"1")
            os.removexattr(self.root, "user.check")
        except OSError:  # a file system without attributes: versitygw keeps them in a folder of their own
            posix += ["--sidecar", self.sidecar]
        tls = ["--cert", self.certificate[0], "--key", self.certificate[1]] if self.certificate else []
        self.log = open(os.path.join(self.folder, "log"), "ab")
        self.process = subprocess.Popen(
            [self.program, "--port", f"127.0.0.1:{self.port}", "--access", ACCESS, "--secret", SECRET, "--region", self.region,
             "--iam-dir", self.iam, "--quiet", "--keep-alive", "--health", "/healthz"] + self.options + tls + posix + [self.root],
            stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL, preexec_fn=end_with_parent)
        for _ in range(200):
            try:
                if tls:
                    c = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=1, context=ssl._create_unverified_context())
                else:
                    c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=1)
                c.request("GET", "/healthz")
                if c.getresponse().status == 200:
                    return
            except OSError:
                pass
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise RuntimeError("versitygw does not start: " + open(os.path.join(self.folder, "log")).read()[-2000:])

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def boto(self):
        import boto3
        from botocore.config import Config
        scheme = "https" if self.certificate else "http"
        return boto3.client("s3", endpoint_url=f"{scheme}://127.0.0.1:{self.port}", verify=False, aws_access_key_id=ACCESS,
                            aws_secret_access_key=SECRET, region_name=self.region,
                            config=Config(s3={"addressing_style": "path"}, signature_version="s3v4",
                                          retries={"max_attempts": 1}))

    def uploads(self):
        got = self.boto().list_multipart_uploads(Bucket=BUCKET)
        return [(u["Key"], u["UploadId"]) for u in got.get("Uploads", [])]


class Proxy:
    """Passes bytes between a client and the server and closes both sides when the client's bytes hold `poison`."""

    def __init__(self, target, poison):
        self.target, self.poison, self.hits = target, poison, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        with client, socket.create_connection(("127.0.0.1", self.target)) as server:
            while True:
                ready, _, _ = select.select([client, server], [], [], 30)
                if not ready:
                    return
                for side in ready:
                    try:
                        got = side.recv(1 << 16)
                    except OSError:
                        return
                    if not got:
                        return
                    if not self.pass_on(side is client, got):
                        return
                    try:
                        (server if side is client else client).sendall(got)
                    except OSError:
                        return

    def pass_on(self, from_client, got):
        """False: both sides are closed instead."""
        if from_client and self.poison in got:
            self.hits += 1
            return False
        return True

    def close(self):
        self.listener.close()


class Client:
    def __init__(self, program):
        self.program = program

    def start(self, port, *words, stdin=subprocess.PIPE, **options):
        given = {"endpoint": f"http://127.0.0.1:{port}", "access_key": ACCESS, "secret_key": SECRET, "bucket": BUCKET, "part_size": PART}
        given.update(options)
        command = [self.program]
        for name, value in given.items():
            if value is not None:
                command += ["--" + name.replace("_", "-"), str(value)]
        return subprocess.Popen(command + list(words), stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run(self, port, *words, body=b"", timeout=120, **options):
        p = self.start(port, *words, **options)
        out, err = p.communicate(body, timeout=timeout)
        return Outcome(p.returncode, out, err)


class Outcome:
    def __init__(self, code, out, err):
        self.exit, self.out, self.err = code, out.decode(), err.decode()
        head, _, self.message = self.out.partition("\t")
        self.words = head.split()

    def ok(self):
        assert self.exit == 0 and self.words[0] == "ok", (self.exit, self.out, self.err)
        return self

    def failed(self, code, *in_message):
        assert self.exit == 1 and self.words[:2] == ["error", code], (self.exit, self.out, self.err)
        for text in in_message:
            assert text in self.message, (text, self.message)
        for secret in (SECRET, "wrong-secret", "Signature=", "StringToSign"):
            assert secret not in self.out + self.err, self.out
        return self


def body_of(boto, key):
    return boto.get_object(Bucket=BUCKET, Key=key)["Body"].read()


def main(doc, names, elsewhere=()):
    """Runs the functions test_*(server, client) among `names`, those in `elsewhere` against a server of another region."""
    options = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--client", default=os.environ.get("BULKWRITER_S3_CLIENT"))
    options.add_argument("--versitygw", default=os.environ.get("BULKWRITER_VERSITYGW"))
    options.add_argument("--only", default="", help="run the tests whose name contains this")
    given = options.parse_args()
    try:
        import boto3  # noqa: F401
    except ImportError:
        print(f"skipped: {sys.executable} has no boto3")
        return 77
    if not given.versitygw or not os.access(given.versitygw, os.X_OK):
        print("skipped: no versitygw")
        return 77
    if not given.client or not os.access(given.client, os.X_OK):
        print("no client program: build s3_client.cpp and name it with --client")
        return 1

    warnings.filterwarnings("ignore", message="Unverified HTTPS request")  # boto3 only looks; the client verifies
    client = Client(given.client)
    folder = tempfile.mkdtemp(prefix="check_s3.")
    servers, failures = [], 0
    try:
        here = Server(given.versitygw, os.path.join(folder, "a"))
        servers.append(here)
        there = Server(given.versitygw, os.path.join(folder, "b"), region="eu-central-1")
        servers.append(there)
        for s in servers:
            s.boto().create_bucket(Bucket=BUCKET, **({} if s.region == "us-east-1" else
                                                     {"CreateBucketConfiguration": {"LocationConstraint": s.region}}))
        for name, test in list(names.items()):
            if not name.startswith("test_") or given.only not in name:
                continue
            began = time.monotonic()
            try:
                skipped = test(there if name in elsewhere else here, client)
                outcome = f"skipped: {skipped}" if skipped else f"{time.monotonic() - began:.1f} s"
                print(f"{'skip' if skipped else 'ok':5} {name[5:]}: {test.__doc__} ({outcome})", flush=True)
            except Exception as e:
                failures += 1
                print(f"FAIL  {name[5:]}: {test.__doc__}\n      {type(e).__name__}: {str(e)[:3000]}", flush=True)
    finally:
        for s in servers:
            s.kill()
        shutil.rmtree(folder, ignore_errors=True)
    print("all passed" if not failures else f"{failures} failed")
    return 1 if failures else 0
