#!/usr/bin/env python3
"""Uploads by the library beside the clients of others, in turns. Prints medians, and fails where a figure is not held.

usage: upload.py --upload PROGRAM --sink PROGRAM [--versitygw PROGRAM] [--azurite FOLDER] [--only SECTION]... [--rounds 5] [--bytes 1073741824]
                 [--dir /dev/shm] [--all] [--quick]

Sections:
  signed    versitygw over http, a SHA-256 of every part: boto3, minio
  unsigned  versitygw over http, UNSIGNED-PAYLOAD: boto3, awscrt, four curls with presigned parts
  tls       versitygw over https, UNSIGNED-PAYLOAD: the same, and minio (which takes an MD5 of every part)
  azure     Azurite over http, its blobs in memory, a quarter of the bytes: azure-storage-blob
  sink      a server that drops everything, UNSIGNED-PAYLOAD: boto3, awscrt, four curls
  writer    rows of twice the bytes, written as Parquet and uploaded meanwhile, into that server at 10 Gbit/s and as fast as
            it can, beside encoding them and uploading as much; and the memory of it. --all: also of eight times the bytes.

Speed beside the fastest other: at least 0.95 at versitygw, 1 at Azurite, 0.9 at the sink. CPU beside boto3's,
neither with its start: at most 0.6 where parts are hashed; no more than boto3's where nearly all of both goes to the kernel and
to OpenSSL's cipher. CPU beside Azure's own client, both with their start: at most 0.6. Writing: at
most 1.15 times what the slower half takes alone, where the processors are not what is short. Memory over the rows: less than
192 MiB, however many bytes.

Without --quick this is for a quiet machine, and run by the Python of `install.sh clients`. --quick: no other clients, one round;
whether the programs work, what they have sent, and memory.
"""
import argparse
import collections
import contextlib
import filecmp
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import warnings

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / folder) for folder in ("s3", "support")]
import peers  # noqa: E402
from servers import ACCESS, BUCKET, MIB, SECRET, Server, end_with_parent, make_certificates  # noqa: E402

REGION = "us-east-1"
CURLS = 4
MEMORY_BOUND = 192  # MiB
AZURITE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="  # the same everywhere
failures = []


def hold(what, value, limit, at_least):
    kept = value >= limit if at_least else value <= limit
    print(f"    {what}: {value:.3f}, {'at least' if at_least else 'at most'} {limit} wanted{'' if kept else ': NOT HELD'}")
    if not kept:
        failures.append(what)


class Sink:
    """upload_sink, a server that drops everything; at bytes_a_second, or as fast as it can."""

    def __init__(self, program, bytes_a_second=0):
        self.process = subprocess.Popen([program, str(bytes_a_second)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        preexec_fn=end_with_parent)
        self.endpoint = f"http://127.0.0.1:{int(self.process.stdout.readline())}"

    def requests(self):
        """Those since the last such question: (method, target, bytes, payload)."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        lines = opener.open(self.endpoint + "/requests").read().decode().splitlines()
        return [(m, t, int(n), p) for m, t, n, p in (line.split() for line in lines)]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def run_json(command):
    """What it prints, and what its process took in all."""
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    out = running.stdout.read()
    used = wait(running)
    if running.returncode != 0:
        raise RuntimeError(f"{command[:3]} ended with {running.returncode}")
    return {**json.loads(out), "process_cpu": used}


def wait(process):
    """Seconds of CPU that it took."""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return used.ru_utime + used.ru_stime


class Target:
    """Where a section uploads to, and what the clients are told of it."""

    def __init__(self, args, endpoint, ca=None):
        self.args, self.endpoint, self.ca = args, endpoint, ca
        self.options = ["--endpoint", endpoint, "--access-key", ACCESS, "--secret-key", SECRET, "--bucket", BUCKET]
        if ca:
            self.options += ["--ca-file", ca]

    def ours(self, mode, *more, **given):
        """A run of upload.cpp as a function of the key."""
        for name, value in given.items():
            more += ("--" + name.replace("_", "-"), str(value))
        return lambda key: run_json([self.args.upload, mode, *self.options, "--region", REGION, "--key", key, *more])

    def other(self, client, file, *more):
        return lambda key: run_json([sys.executable, str(HERE / "upload_clients.py"), client, *self.options, "--file", file,
                                     "--key", key, *more])

    def curls(self, pieces, presigned):
        """Four curls at a time, each with a quarter; to a store as presigned parts, begun and joined by boto3."""
        if presigned:
            import boto3
            from botocore.config import Config
            boto = boto3.client("s3", endpoint_url=self.endpoint, verify=self.ca, aws_access_key_id=ACCESS,
                                aws_secret_access_key=SECRET, region_name=REGION,
                                config=Config(s3={"addressing_style": "path"}, signature_version="s3v4"))

        def run(key):
            before = time.monotonic()
            if presigned:
                upload = boto.create_multipart_upload(Bucket=BUCKET, Key=key)["UploadId"]
                urls = [boto.generate_presigned_url("upload_part", {"Bucket": BUCKET, "Key": key, "UploadId": upload, "PartNumber": i + 1})
                        for i in range(CURLS)]
            else:
                urls = [f"{self.endpoint}/{BUCKET}/{key}.{i}" for i in range(CURLS)]
            trust = ["--cacert", self.ca] if self.ca else []
            running = [subprocess.Popen(["curl", "--silent", "--fail", "--noproxy", "*", *trust, "--dump-header", "-", "--output",
                                         "/dev/null", "--upload-file", piece, url], stdout=subprocess.PIPE)
                       for piece, url in zip(pieces, urls)]
            cpu, etags = 0, []
            for p in running:
                head = p.stdout.read().decode()
                cpu += wait(p)
                if p.returncode != 0:
                    raise RuntimeError(f"curl ended with {p.returncode}")
                etags.append(next(line.split(":", 1)[1].strip() for line in head.splitlines() if line.lower().startswith("etag:")))
            if presigned:
                boto.complete_multipart_upload(Bucket=BUCKET, Key=key, UploadId=upload, MultipartUpload={
                    "Parts": [{"PartNumber": i + 1, "ETag": etag} for i, etag in enumerate(etags)]})
            return {"bytes": sum(os.path.getsize(p) for p in pieces), "seconds": time.monotonic() - before, "cpu": cpu,
                    "process_cpu": cpu, "peak_mib": float("nan")}
        return run


def take_turns(contenders, rounds, after):
    """rounds of every contender, in turns that begin with another each time, since a server pays for one's memory while it
    serves the next; after(key, result, warming_up) looks at each."""
    results = {name: [] for name in contenders}
    for turn in range(rounds + 1):
        order = list(contenders.items())
        for name, run in order[turn % len(order):] + order[:turn % len(order)]:
            key = f"{name.replace(' ', '-')}-{turn}"
            got = run(key)
            after(key, got, turn == 0)
            if turn > 0:  # the first turn warms up
                results[name].append(got)
    return results


def table(title, results):
    first = next(iter(results))
    speed = {name: [r["bytes"] / r["seconds"] / 1e6 for r in runs] for name, runs in results.items()}
    print(f"{title}\n    {'':24} {'MB/s':>6} {'ours by':>7} {'CPU s':>6} {'process':>7} {'MiB':>6}")
    for name, runs in results.items():
        pairs = statistics.median(b / a for a, b in zip(speed[name], speed[first]))
        median = {key: statistics.median(r[key] for r in runs) for key in ("cpu", "process_cpu", "peak_mib")}
        peak = "-" if median["peak_mib"] != median["peak_mib"] else f"{median['peak_mib']:.0f}"
        print(f"    {name:24} {statistics.median(speed[name]):6.0f} {pairs:7.3f} {median['cpu']:6.2f} {median['process_cpu']:7.2f} {peak:>6}")


def compare(title, results, speed, cpu, beside="boto3", counted="cpu"):
    """Ours against the fastest other, by the median over the turns of a ratio of neighbours."""
    table(title, results)
    ours = results["ours"]

    def ratio(other, what):
        return statistics.median(b[what] / a[what] for a, b in zip(other, ours))
    fastest = min((name for name in results if not name.startswith("ours")),
                  key=lambda name: statistics.median(r["seconds"] for r in results[name]))
    hold(f"{title}: speed beside {fastest}", 1 / ratio(results[fastest], "seconds"), speed, True)
    for what, name in (("cpu", "without their start"), ("process_cpu", "with it")):
        value = ratio(results[beside], what)
        if what == counted:
            hold(f"{title}: CPU beside {beside}, {name}", value, cpu, False)
        else:
            print(f"    {title}: CPU beside {beside}, {name}: {value:.3f}")


class Store:
    """versitygw with its files in memory, and the files to be uploaded."""

    def __init__(self, args, folder):
        self.args, self.folder = args, folder
        self.file = os.path.join(folder, "data")
        with open(self.file, "wb") as f:
            block = os.urandom(64 * MIB)
            for _ in range(args.bytes // len(block)):
                f.write(block)
        self.pieces = [f"{self.file}.{i}" for i in range(CURLS)]
        with open(self.file, "rb") as f:
            for piece in self.pieces:
                with open(piece, "wb") as out:
                    out.write(f.read(args.bytes // CURLS))

    @contextlib.contextmanager
    def server(self, name, certificate=None, ca=None):
        folder = os.path.join(self.folder, name)
        server = Server(self.args.versitygw, folder, certificate=certificate, posix_options=["--data-integrity-etag"])
        try:
            server.boto().create_bucket(Bucket=BUCKET)
            target = Target(self.args, f"{'https' if ca else 'http'}://127.0.0.1:{server.port}", ca)

            def look(key, got, warming_up):
                path = os.path.join(server.root, BUCKET, key)
                assert os.path.getsize(path) == self.args.bytes == got["bytes"], (key, got)
                if warming_up and not key.startswith("ours-memory"):
                    assert filecmp.cmp(path, self.file, shallow=False), f"{key} is not what was sent"
                os.remove(path)
            yield target, look
        finally:
            server.kill()
            shutil.rmtree(folder)


def check_payloads(args, store):
    """What the clients of each section send is what the section says; else it compares what cannot be compared."""
    sink = Sink(args.sink)
    target = Target(args, sink.endpoint)
    small = store.file + ".small"
    with open(small, "wb") as f:
        f.write(os.urandom(40 * MIB))
    for client, more, payload in (("boto3", [], "sha256"), ("minio", [], "sha256"), ("boto3", ["--unsigned"], "UNSIGNED-PAYLOAD"),
                                  ("awscrt", ["--unsigned"], "UNSIGNED-PAYLOAD")):
        target.other(client, small, *more)("k")
        parts = [r for r in sink.requests() if r[0] == "PUT"]
        assert len(parts) == 3 and {p for _, _, _, p in parts} == {payload}, (client, parts)
        assert max(n for _, _, n, _ in parts) == 16 * MIB and sum(n for _, _, n, _ in parts) == 40 * MIB, (client, parts)
    os.remove(small)
    sink.close()


def at_store(args, sections):
    folder = tempfile.mkdtemp(dir=args.dir, prefix="upload.")
    try:
        store = Store(args, folder)
        check_payloads(args, store)
        for section in sections:
            if section == "tls":
                certificate = make_certificates(folder, {"server": "IP:127.0.0.1"})["server"]
                ca = os.path.join(folder, "ca.crt")
            else:
                certificate = ca = None
            with store.server(section, certificate, ca) as (target, look):
                signing = {} if section != "unsigned" else {"payload_signing": "never"}
                memory = target.ours("s3", bytes=args.bytes, **signing)
                contenders = {"ours": target.ours("file", file=store.file, **signing), "ours-memory": memory}
                if section == "signed":
                    contenders |= {"boto3": target.other("boto3", store.file), "boto3-default": target.other("boto3-default", store.file),
                                   "minio": target.other("minio", store.file)}
                else:
                    contenders |= {"boto3": target.other("boto3", store.file, "--unsigned"), "awscrt": target.other("awscrt", store.file)}
                    if section == "tls":
                        contenders["minio"] = target.other("minio", store.file)
                    contenders["four curls"] = target.curls(store.pieces, True)
                compare(f"versitygw, {section}", take_turns(contenders, args.rounds, look), 0.95,
                        0.6 if section == "signed" else 1)
    finally:
        shutil.rmtree(folder)


def at_azurite(args):
    from azure.storage.blob import ContainerClient
    folder = tempfile.mkdtemp(dir=args.dir, prefix="upload.")
    quarter = argparse.Namespace(**{**vars(args), "bytes": args.bytes // 4})
    try:
        store = Store(quarter, folder)
        with peers.azurite(os.path.join(folder, "azurite"), args.azurite) as server:
            account = "devstoreaccount1"
            conn_str = (f"DefaultEndpointsProtocol=http;AccountName={account};AccountKey={AZURITE_KEY};"
                        f"BlobEndpoint=http://127.0.0.1:{server.port}/{account};")
            container = ContainerClient.from_connection_string(conn_str, BUCKET, api_version="2021-12-02")
            container.create_container()

            def look(key, got, warming_up):
                blob = container.get_blob_client(key)
                assert blob.get_blob_properties().size == quarter.bytes == got["bytes"], (key, got)
                if warming_up and key != "ours-memory-0":
                    with open(store.file, "rb") as sent:
                        assert blob.download_blob().readall() == sent.read(), f"{key} is not what was sent"
                blob.delete_blob()
            ours = [args.upload, "--conn-str", conn_str, "--container", BUCKET]
            theirs = [sys.executable, str(HERE / "upload_clients.py"), "azure", "--conn-str", conn_str, "--bucket", BUCKET]
            contenders = {
                "ours": lambda key: run_json([ours[0], "file", *ours[1:], "--key", key, "--file", store.file]),
                "ours-memory": lambda key: run_json([ours[0], "s3", *ours[1:], "--key", key, "--bytes", str(quarter.bytes)]),
                "azure-storage-blob": lambda key: run_json([*theirs, "--key", key, "--file", store.file])}
            compare("azurite", take_turns(contenders, args.rounds, look), 1, 0.6, "azure-storage-blob", "process_cpu")
    finally:
        shutil.rmtree(folder)


def at_sink(args):
    folder = tempfile.mkdtemp(dir=args.dir, prefix="upload.")
    try:
        store = Store(args, folder)
        sink = Sink(args.sink)
        target = Target(args, sink.endpoint)

        def look(key, got, _):
            puts = [r for r in sink.requests() if r[0] == "PUT"]
            assert sum(n for _, _, n, _ in puts) == args.bytes == got["bytes"], (key, puts)
            assert {p for _, _, _, p in puts} <= {"UNSIGNED-PAYLOAD", "-"}, (key, puts)
        contenders = {"ours": target.ours("s3", bytes=args.bytes, payload_signing="never"),
                      "ours-file": target.ours("file", file=store.file, payload_signing="never"),
                      "boto3": target.other("boto3", store.file, "--unsigned"), "awscrt": target.other("awscrt", store.file),
                      "four curls": target.curls(store.pieces, False)}
        compare("sink", take_turns(contenders, args.rounds, look), 0.9, 1)
        sink.close()
    finally:
        shutil.rmtree(folder)


def sent_bytes(sink):
    """By object, with the parts' numbers checked to be without a gap, and the payloads seen."""
    objects, numbers, payloads = collections.Counter(), collections.defaultdict(list), set()
    for method, target, size, payload in sink.requests():
        path, _, query = target.partition("?")
        if method == "PUT":
            objects[path] += size
            payloads.add(payload)
            if query:
                numbers[path].append(int(dict(p.split("=") for p in query.split("&"))["partNumber"]))
    for path, seen in numbers.items():
        assert sorted(seen) == list(range(1, len(seen) + 1)), (path, seen)
    return objects, payloads


def by_writer(args, rate, name):
    """Rows while they are uploaded, beside both halves alone."""
    sink = Sink(args.sink, rate)
    target = Target(args, sink.endpoint)
    size = 2 * args.bytes

    def look(key, got, _):
        objects, payloads = sent_bytes(sink)
        if key.startswith("encode"):
            assert not objects
            return
        assert sum(objects.values()) == got["bytes"] >= size and payloads == {"UNSIGNED-PAYLOAD"}, (key, objects, payloads)
    written = target.ours("encode", bytes=size)("encode")["bytes"]
    contenders = {"write": target.ours("write", bytes=size, payload_signing="never"), "encode": target.ours("encode", bytes=size),
                  "upload": target.ours("s3", bytes=written, payload_signing="never")}
    results = take_turns(contenders, args.rounds, look)
    table(f"writer, {name}", results)
    ratio = statistics.median(w["seconds"] / max(e["seconds"], u["seconds"]) for w, e, u in zip(*(results[n] for n in contenders)))
    print(f"    over the rows: {max(r['over_pool_mib'] for r in results['write']):.0f} MiB")
    cpu = statistics.median(w["cpu"] / (e["cpu"] + u["cpu"]) for w, e, u in zip(*(results[n] for n in contenders)))
    print(f"    CPU of write / (encode + upload): {cpu:.3f}")
    if rate:
        hold(f"writer, {name}: time of write / the slower half", ratio, 1.15, False)
    else:
        print(f"    time of write / the slower half: {ratio:.3f} (two halves and the sink share {os.cpu_count()} processors)")
    sink.close()


def memory(args, sizes):
    """The peak over the rows, and that all that was written has arrived."""
    sink = Sink(args.sink)
    target = Target(args, sink.endpoint)
    print(f"memory\n    {'':24} {'MB/s':>6} {'MiB over the rows':>18}")
    peaks = {}
    for mode in ("s3", "write"):
        for size in sizes:
            got = target.ours(mode, bytes=size, payload_signing="never")("k")
            objects, payloads = sent_bytes(sink)
            assert sum(objects.values()) == got["bytes"] >= size and payloads == {"UNSIGNED-PAYLOAD"}, (mode, objects)
            peaks[mode, size] = got["over_pool_mib"]
            print(f"    {mode:10} {size / 2**30:9.2f} GiB  {got['bytes'] / got['seconds'] / 1e6:7.0f} {got['over_pool_mib']:18.1f}")
        hold(f"memory of {mode}, MiB", max(peaks[mode, s] for s in sizes), MEMORY_BOUND, False)
    # Over http a signed payload is what one gets unasked.
    target.ours("s3", bytes=32 * MIB)("k")
    objects, payloads = sent_bytes(sink)
    assert sum(objects.values()) == 32 * MIB and payloads == {"sha256"}, (objects, payloads)
    sink.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    sections = ["signed", "unsigned", "tls", "azure", "sink", "writer"]
    parser.add_argument("--upload", required=True)
    parser.add_argument("--sink", required=True)
    parser.add_argument("--versitygw")
    parser.add_argument("--azurite")
    parser.add_argument("--only", action="append", choices=sections)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--bytes", type=int, default=1 << 30)
    parser.add_argument("--dir", default="/dev/shm" if os.path.isdir("/dev/shm") else None)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--quick", action="store_true")
    args = parser.parse_args()
    args.bytes -= args.bytes % (64 * MIB)
    warnings.filterwarnings("ignore", message="Unverified HTTPS request")  # of the boto3 that prepares; no client is measured so

    if args.quick:
        memory(args, [64 * MIB, args.bytes])
        return bool(failures)
    chosen = args.only or sections
    store_sections = [s for s in chosen if s in ("signed", "unsigned", "tls")]
    if store_sections and not args.versitygw:
        parser.error(f"{', '.join(store_sections)}: needs --versitygw")
    if store_sections:
        at_store(args, store_sections)
    if "azure" in chosen:
        if not args.azurite:
            parser.error("azure: needs --azurite")
        at_azurite(args)
    if "sink" in chosen:
        at_sink(args)
    if "writer" in chosen:
        by_writer(args, 1_250_000_000, "10 Gbit/s")
        by_writer(args, 0, "as fast as it can")
        memory(args, [args.bytes, 2 * args.bytes] + ([8 * args.bytes] if args.all else []))
    for what in failures:
        print(f"NOT HELD: {what}")
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
