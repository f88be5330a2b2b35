"""What the checks against S3 servers share: real servers, a proxy that cuts connections, and the client program."""

import argparse
import base64
import ctypes
import http.client
import os
import random
import re
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
import traceback
import urllib.parse
import warnings
from concurrent.futures import ThreadPoolExecutor

ACCESS, SECRET, BUCKET = "check-access", "check/secret+key=12345678", "check-bucket"
MIB = 1 << 20
PART = 5 * MIB
DEADLINE = 40  # of a run that has no stall in it, on a busy machine


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
    ready = ("/healthz", 200)  # what is asked for until it is the answer
    unknown_key = "InvalidAccessKeyId"
    keys = {"aws_access_key_id": ACCESS, "aws_secret_access_key": SECRET}

    def __init__(self, program, folder, region="us-east-1", certificate=None, options=(), posix_options=()):
        self.program, self.region, self.folder, self.certificate = program, region, folder, certificate
        self.options, self.posix_options = list(options), list(posix_options)
        self.root, self.iam, self.sidecar = (os.path.join(folder, n) for n in ("root", "iam", "sidecar"))
        for path in (self.root, self.iam, self.sidecar):
            os.makedirs(path, exist_ok=True)
        self.port = free_port()
        self.process = None
        self.start()

    @staticmethod
    def domain(name):
        """The options of a server that also looks for buckets below this name."""
        return ["--virtual-domain", name]

    def command(self):
        posix = ["posix"] + self.posix_options
        try:
            os.setxattr(self.root, "user.check", b"1")
            os.removexattr(self.root, "user.check")
        except OSError:  # a file system without attributes: versitygw keeps them in a folder of their own
            posix += ["--sidecar", self.sidecar]
        tls = ["--cert", self.certificate[0], "--key", self.certificate[1]] if self.certificate else []
        return ([self.program, "--port", f"127.0.0.1:{self.port}", "--access", ACCESS, "--secret", SECRET, "--region", self.region,
                 "--iam-dir", self.iam, "--quiet", "--keep-alive", "--health", "/healthz"] + self.options + tls + posix + [self.root])

    def start(self):
        target, status = self.ready
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.process = subprocess.Popen(self.command(), stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                            preexec_fn=end_with_parent)
        for _ in range(200):
            try:
                if self.certificate:
                    c = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=1, context=ssl._create_unverified_context())
                else:
                    c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=1)
                c.request("GET", target)
                if c.getresponse().status == status:
                    return
            except OSError:
                pass
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise RuntimeError(f"{self.program} does not start: " + open(os.path.join(self.folder, "log")).read()[-2000:])

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def boto(self, service="s3"):
        import boto3
        from botocore.config import Config
        scheme = "https" if self.certificate else "http"
        return boto3.client(service, endpoint_url=f"{scheme}://127.0.0.1:{self.port}", verify=False, region_name=self.region,
                            config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}), **self.keys)

    def listed(self, key):
        """As what a listing shows this key."""
        return key

    def uploads(self):
        got = self.boto().list_multipart_uploads(Bucket=BUCKET)
        return [(u["Key"], u["UploadId"]) for u in got.get("Uploads", [])]


class S3sFs(Server):
    """One s3s-fs, which is written in Rust and shares no line with versitygw. It has no regions."""
    ready = ("/", 403)
    unknown_key = "NotSignedUp"

    @staticmethod
    def domain(name):
        return ["--domain", name + ":{port}", "--domain", "127.0.0.1:{port}"]  # it takes any other name for a bucket's

    def command(self):
        return [self.program, "--host", "127.0.0.1", "--port", str(self.port), "--access-key", ACCESS, "--secret-key", SECRET,
                *(o.format(port=self.port) for o in self.options), self.root]

    def listed(self, key):
        """It says that keys are encoded for URLs, and does not encode them."""
        return urllib.parse.unquote_plus(key)

    def uploads(self):
        """It does not list them: of each it keeps two files, one named after bucket, key and id."""
        names = (re.fullmatch(r"\.bucket-([\w-]+)\.object-([\w-]+)\.upload-([\w-]+)\.metadata\.json", n) for n in os.listdir(self.root))
        return [(base64.urlsafe_b64decode(n[2] + "==").decode(), n[3]) for n in names if n]


class Moto(Server):
    """One moto server. It checks nothing until `check_all`; from then on signatures, session tokens and policies."""
    ready = ("/moto-api/", 200)

    def command(self):
        return [self.program, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]

    def check_all(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("POST", "/moto-api/reset-auth", b"0")
        assert connection.getresponse().status == 200


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


def started(program, options, words, stdin):
    """The client program. A list stands for an option given several times, None for one that is not given."""
    command = [program]
    for name, value in options.items():
        for one in value if isinstance(value, list) else [value]:
            if one is not None:
                command += ["--" + name.replace("_", "-"), str(one)]
    return subprocess.Popen(command + list(words), stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


class Client:
    secrets = (SECRET,)  # which no message may hold

    def __init__(self, program, peers=None):
        self.program, self.peers = program, peers or {}

    def start(self, port, *words, stdin=subprocess.PIPE, **options):
        """With options of s3_client."""
        given = {"endpoint": f"http://127.0.0.1:{port}", "access_key": ACCESS, "secret_key": SECRET, "bucket": BUCKET, "part_size": PART}
        given.update(options)
        return started(self.program, given, words, stdin)

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


class Run(Outcome):
    """The client's outcome, how long it took and how much memory. `hidden`: secrets besides those that it always has."""

    def __init__(self, client, port, *words, body=b"", deadline=DEADLINE, hidden=(), **options):
        with tempfile.TemporaryFile() as source:
            source.write(body)
            source.seek(0)
            process = client.start(port, *words, stdin=source, peak=1, **options)
            timer = threading.Timer(deadline, process.kill)
            timer.start()
            try:
                with process.stdout, process.stderr:
                    out, err = process.stdout.read(), process.stderr.read()
                process.wait()
            finally:
                timer.cancel()
            self.ended = time.monotonic()
        super().__init__(process.returncode, out, err)
        assert self.exit != -signal.SIGKILL, f"not at its end after {deadline} s"
        peak = re.fullmatch(r"VmHWM:\s*(\d+) kB\n", self.err)
        assert peak, self.err  # nothing else is said there
        self.peak = int(peak[1]) * 1024
        for secret in (*client.secrets, *hidden, "Signature=", "StringToSign"):
            assert secret not in self.out, self.out

    def error(self, code, *texts):
        assert self.exit == 1 and self.words[:2] == ["error", code], (code, self.out)
        for text in texts:
            assert text in self.message, (text, self.message)
        return self


class Store:
    """What boto3 sees of a server."""

    def __init__(self, server):
        self.boto = server.boto()

    def uploads(self, key):
        got = self.boto.list_multipart_uploads(Bucket=BUCKET, Prefix=key).get("Uploads", [])
        return [u["UploadId"] for u in got if u["Key"] == key]

    def holds_parts(self, key, upload):
        return bool(self.boto.list_parts(Bucket=BUCKET, Key=key, UploadId=upload).get("Parts"))

    def object(self, key):
        try:
            return body_of(self.boto, key)
        except self.boto.exceptions.NoSuchKey:
            return None

    def judge(self, run, key, body, requests=None):
        """Whatever happened: whole or not there; what is left is named. `requests`: all that a FaultProxy has seen."""
        assert run.exit in (0, 1) and run.words[0] in ("ok", "error"), (run.exit, run.out)
        there, left = self.object(key), self.uploads(key)
        assert there in (None, body), f"an object of {len(there)} bytes"
        # A server that begins an upload and whose answer is lost has told its id to nobody.
        began_unseen = requests is None or any(r.kind == "create" and r.fault for r in requests)
        for upload in left:
            nameless = began_unseen and not self.holds_parts(key, upload)
            assert nameless or upload in run.message, (upload, run.out)
        if run.exit == 0:
            assert there is not None, run.out
            return
        assert f"'{key}'" in run.message, run.message
        if there is not None:
            assert f"object '{key}' may or may not exist" in run.message, run.message
        if left and "are left behind" not in run.message:
            assert f"an upload of '{key}' without parts may be left behind" in run.message, run.message


def all_of(work, cases, at_a_time=6):
    """Several runs at a time: most of their time they wait. All failures in one error."""
    failures = []

    def one(case):
        try:
            work(*case)
        except Exception as e:
            failures.append(f"{' '.join(map(str, case))}: {type(e).__name__}: {e}")
    with ThreadPoolExecutor(at_a_time) as pool:
        list(pool.map(one, cases))
    assert not failures, f"{len(failures)} of {len(cases)}:\n        " + "\n        ".join(f[:600] for f in failures[:12])


def run_tests(names, only, client, server_for):
    """Runs the functions test_*(server, client) among `names` whose name contains `only`; how many have failed."""
    failures = 0
    for name, test in list(names.items()):
        if not name.startswith("test_") or only not in name:
            continue
        began = time.monotonic()
        try:
            skipped = test(server_for(name), client)
            outcome = f"skipped: {skipped}" if skipped else f"{time.monotonic() - began:.1f} s"
            print(f"{'skip' if skipped else 'ok':5} {name[5:]}: {test.__doc__} ({outcome})", flush=True)
        except Exception as e:
            failures += 1
            where = traceback.extract_tb(e.__traceback__)[1]  # the test's own line
            print(f"FAIL  {name[5:]}: {test.__doc__}\n      line {where.lineno}: {where.line}\n"
                  f"      {type(e).__name__}: {str(e)[:3000]}", flush=True)
    print("all passed" if not failures else f"{failures} failed")
    return failures


def main(doc, names, elsewhere=(), server=Server, needs=("versitygw",)):
    """Runs the functions test_*(server, client) among `names`, those in `elsewhere` against a server of another region.
    Of the programs in `needs`, the first is the server's; all are in client.peers."""
    options = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--client", default=os.environ.get("BULKWRITER_S3_CLIENT"))
    for peer in needs:
        options.add_argument("--" + peer, default=os.environ.get("BULKWRITER_" + peer.upper()))
    options.add_argument("--only", default="", help="run the tests whose name contains this")
    given = options.parse_args()
    try:
        import boto3  # noqa: F401
    except ImportError:
        print(f"skipped: {sys.executable} has no boto3")
        return 77
    peers = {peer: getattr(given, peer) for peer in needs}
    for peer, program in peers.items():
        if not program or not os.access(program, os.X_OK):
            print(f"skipped: no {peer}")
            return 77
    if not given.client or not os.access(given.client, os.X_OK):
        print("no client program: build s3_client.cpp and name it with --client")
        return 1

    warnings.filterwarnings("ignore", message="Unverified HTTPS request")  # boto3 only looks; the client verifies
    client = Client(given.client, peers)
    folder = tempfile.mkdtemp(prefix="check_s3.")
    servers = []
    try:
        for name, region in (("a", "us-east-1"), ("b", "eu-central-1"))[:2 if elsewhere else 1]:
            s = server(peers[needs[0]], os.path.join(folder, name), region=region)
            servers.append(s)
            s.boto().create_bucket(Bucket=BUCKET, **({} if region == "us-east-1" else
                                                     {"CreateBucketConfiguration": {"LocationConstraint": region}}))
        failures = run_tests(names, given.only, client, lambda name: servers[1 if name in elsewhere else 0])
    finally:
        for s in servers:
            s.kill()
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if failures else 0
