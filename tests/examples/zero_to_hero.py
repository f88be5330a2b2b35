#!/usr/bin/env python3
"""The main job, end to end: every cell of the CSV file against what was uploaded, and what must fail.

    zero_to_hero.py --program PROGRAM [--server PROGRAM] [--only CASE]

PROGRAM is examples/zero_to_hero, built; the server is loopback_server.cpp, built, for a run against peers named by the
environment. The oracle is Python's csv, json and pyarrow.
"""

import argparse
import contextlib
import csv
import glob
import json
import os
import pty
import random
import re
import struct
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

import numpy
import pyarrow.parquet

FIELDS = ["id", "title_vector", "title", "link"]
OTHERS = ["reading_time", "publication", "claps", "responses"]
COLUMNS = FIELDS + OTHERS
FILE_TYPES = ["parquet", "json", "jsonl", "csv", "npy"]
csv.field_size_limit(1 << 30)


def float32(text):
    return struct.unpack("f", struct.pack("f", float(text)))[0]


class Run:
    def __init__(self, program, *arguments, env=None, cwd=None):
        clean = {k: v for k, v in os.environ.items() if not k.startswith("BULKWRITER_")}
        done = subprocess.run([program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=cwd,
                              env=dict(clean, **(env or {})), timeout=300)
        self.code, self.out, self.err = done.returncode, done.stdout.decode(), done.stderr.decode()
        self.lines = self.out.splitlines()

    def value(self, name):
        found = re.findall("^%s: (.*)$" % re.escape(name), self.out, re.M)
        assert len(found) == 1, "%r %d times in:\n%s%s" % (name, len(found), self.out, self.err)
        return found[0]


def read_csv(path):
    with open(path, encoding="utf-8-sig", newline="") as f:
        return list(csv.DictReader(f, strict=True))


def number(text):
    return int(text) if re.fullmatch(r"-?\d+", text) else float(text)


def expected_rows(path, numbers=("reading_time", "claps", "responses")):
    rows = []
    for row in read_csv(path):
        vector = [float32(x) for x in row["title_vector"].strip("[]").split(",")]
        others = {k: number(v) if k in numbers else v for k, v in row.items() if k not in FIELDS and v != ""}
        rows.append((int(row["id"]), vector, row["title"], row["link"], others))
    return rows


def no_constants(text):
    raise ValueError("%s is not JSON" % text)


def stored_columns(folder):
    """Of NumPy files: a folder a group, a file a field."""
    files = stored_files(folder)
    groups = {os.path.dirname(p) for p in files}
    assert {os.path.basename(p) for p in files} == {name + ".npy" for name in FIELDS + ["$meta"]}, files
    rows = []
    for group in sorted(groups):
        columns = [numpy.load(group + "/" + name + ".npy", allow_pickle=False).tolist() for name in FIELDS + ["$meta"]]
        rows += [(*cells[:4], json.loads(cells[4], parse_constant=no_constants)) for cells in zip(*columns, strict=True)]
    return rows


def stored_rows(folder, file_type):
    if file_type == "npy":
        return stored_columns(folder)
    rows = []
    for path in sorted(stored_files(folder)):
        if file_type in ("json", "jsonl"):
            with open(path, encoding="utf-8", newline="\n") as f:
                if file_type == "jsonl":
                    data = {"rows": [json.loads(line, parse_constant=no_constants) for line in f]}
                else:
                    data = json.load(f, parse_constant=no_constants)
            assert list(data) == ["rows"], list(data)
            for row in data["rows"]:
                others = dict(row.pop("$meta", {}))
                others.update({k: row[k] for k in row if k not in FIELDS})
                rows.append((row["id"], [float32(x) for x in row["title_vector"]], row["title"], row["link"], others))
        elif file_type == "csv":
            with open(path, encoding="utf-8", newline="") as f:
                header, *cells = csv.reader(f, strict=True)
            assert header == FIELDS + ["$meta"], header
            rows += [(int(c[0]), [float32(x) for x in json.loads(c[1])], c[2], c[3], json.loads(c[4], parse_constant=no_constants))
                     for c in cells]
        else:
            table = pyarrow.parquet.read_table(path)
            assert table.column_names == FIELDS + ["$meta"], table.column_names
            columns = [table.column(name).to_pylist() for name in table.column_names]
            rows += [(*cells[:4], json.loads(cells[4], parse_constant=no_constants)) for cells in zip(*columns)]
    return rows


def stored_files(folder):
    return [p for p in glob.glob(folder + "/**", recursive=True, include_hidden=True) if os.path.isfile(p)]


def compare(got, expected):
    assert len(got) == len(expected), "%d rows, expected %d" % (len(got), len(expected))
    for g, e in zip(got, expected):
        assert g == e, "\ngot      %r\nexpected %r" % (g, e)
        for key in g[4]:
            assert type(g[4][key]) is type(e[4][key]), (key, g[4][key])


def check_output(run, rows, written):
    assert run.code == 0, run.err + run.out
    assert run.err == "", run.err
    assert "\r" not in run.out
    assert run.lines[-1] == "Completed: %d of %d rows" % (rows, rows), run.lines[-1]
    path = run.value("data_path")
    assert re.fullmatch(r"/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", path), path
    groups = json.loads(run.value("batch_files"))
    npy = ["/1/%s.npy" % name for name in FIELDS + ["$meta"]]
    assert groups == [[path[1:] + file for file in (npy if written == "npy" else ["/1." + written])]], groups
    job = run.value("job")
    assert re.search("^ *%s +medium_articles +completed" % re.escape(job), run.out, re.M), run.out
    assert re.search(r"^\[#+\] 100 % completed", run.out, re.M), run.out
    for name in FIELDS + [r"\$meta"]:
        assert re.search("^  %s " % name, run.out, re.M), run.out
    assert "only counts rows" in run.out


# --- cases ---

def whole_job(options, file_type):
    with tempfile.TemporaryDirectory() as keep:
        run = Run(options.program, "--file-type", file_type, "--keep", keep)
        check_output(run, 5000, file_type)
        made = run.value("csv").split(" (")[0]
        rows = expected_rows(made)
        assert len(rows) == 5000
        # The made file has what makes CSV hard, and begins as the guide's.
        titles = [r[2] for r in rows]
        assert rows[0][:1] + rows[0][2:] == (
            0, "The Reported Mortality Rate of Coronavirus Is Not Important",
            "https://medium.com/swlh/the-reported-mortality-rate-of-coronavirus-is-not-important-369989c8d912",
            {"reading_time": 13, "publication": "The Startup", "claps": 1100, "responses": 18})
        assert rows[0][1][:3] == [float32(x) for x in ("0.041732933", "0.013779674", "-0.027564144")]
        assert all(len(r[1]) == 768 for r in rows)
        for what in (lambda t: '"' in t, lambda t: "," in t, lambda t: "\n" in t, lambda t: not t.isascii()):
            assert sum(map(what, titles)) >= 5
        assert 100 < sum("publication" not in r[4] for r in rows) < 2500
        assert sum("responses" not in r[4] for r in rows) > 100
        assert len({r[0] for r in rows}) == 5000
        files = stored_files(keep)
        written = json.loads(run.value("batch_files"))[0]
        assert sorted(os.path.relpath(p, keep).split("/", 1)[1] for p in files) == sorted(written), files
        compare(stored_rows(keep, file_type), rows)


STORES = ["s3", "azure", "gcs"]
PART = 16 << 20  # of an upload


def every_store(options):
    """Each store with each file type: the same cells, under the same keys. The JSON files are so large that they go in parts."""
    for store in STORES:
        for file_type in FILE_TYPES:
            with tempfile.TemporaryDirectory() as keep:
                rows = 3000 if file_type == "json" else 200
                run = Run(options.program, "--store", store, "--file-type", file_type, "--rows", str(rows), "--keep", keep)
                check_output(run, rows, file_type)
                assert file_type != "json" or os.path.getsize(stored_files(keep)[0]) > PART
                assert sorted(os.path.relpath(p, keep) for p in stored_files(keep)) == sorted(
                    "loopback-bucket/" + key for key in json.loads(run.value("batch_files"))[0]), stored_files(keep)
                compare(stored_rows(keep, file_type), expected_rows(run.value("csv").split(" (")[0]))


def parquet(options):
    whole_job(options, "parquet")


def jsonl_rows(options):
    whole_job(options, "jsonl")


def csv_rows(options):
    whole_job(options, "csv")


def csv_line_ends(options):
    """Servers would read the text as another one: the file type is refused, not the text changed."""
    with tempfile.TemporaryDirectory() as folder:
        row = dict(next(iter(sample(1))), title="two\r\nlines")
        write_csv(folder + "/a.csv", COLUMNS, [row])
        run = Run(options.program, "--csv", folder + "/a.csv", "--keep", folder + "/keep", "--file-type", "csv")
        assert run.code == 1 and "field 'title': \\r\\n at offset 3 would be read as \\n" in run.err, run.err
        assert stored_files(folder + "/keep") == []


def json_rows(options):
    whole_job(options, "json")


def npy(options):
    whole_job(options, "npy")


def sample(rows=20, seed=1):
    r = random.Random(seed)
    for i in range(rows):
        yield {"id": str(i * 3 - 7), "title_vector": "[" + ", ".join(repr(round(r.gauss(0, 0.036), 9)) for _ in range(768)) + "]",
               "title": r.choice(['plain', 'with "quotes", commas', "two\nlines", "größer 日本 🚀", "", "crlf\r\nline", " blanks "]),
               "link": "https://example.com/%d?a=1,2" % i, "reading_time": str(i), "publication": r.choice(["", "The Startup", "007"]),
               "claps": r.choice(["1100", "", "2.5", "-1e3"]), "responses": r.choice(["18", ""])}


def write_csv(path, columns, rows, bom=False, **dialect):
    with open(path, "w", encoding="utf-8-sig" if bom else "utf-8", newline="") as f:
        writer = csv.writer(f, **dialect)
        writer.writerow(columns)
        writer.writerows([row[c] for c in columns] for row in rows)


def any_order(options):
    """Columns in any order, further ones, dialects of RFC 4180."""
    for seed, file_type, dialect in ((1, "parquet", dict(lineterminator="\n")), (2, "json", dict(quoting=csv.QUOTE_ALL, bom=True)),
                                     (3, "jsonl", {}), (4, "parquet", dict(bom=True)), (5, "npy", {})):
        with tempfile.TemporaryDirectory() as folder:
            rows = list(sample(20, seed))
            columns = COLUMNS + ["lang", "rank"]
            for row in rows:
                row.update(lang=random.Random(seed).choice(["en", "", 'q"']), rank="0.5")
            random.Random(seed).shuffle(columns)
            write_csv(folder + "/shuffled.csv", columns, rows, **dialect)
            run = Run(options.program, "--csv", "shuffled.csv", "--keep=keep", "--file-type=" + file_type, cwd=folder)
            check_output(run, 20, file_type)
            expected = expected_rows(folder + "/shuffled.csv", ("reading_time", "claps", "responses", "rank"))
            if dialect.get("quoting") == csv.QUOTE_ALL:  # text, but for the columns that the program says are numbers
                for _, _, _, _, others in expected:
                    others["rank"] = "0.5"
                    others.setdefault("lang", "")
                    others.setdefault("publication", "")
            compare(stored_rows(folder + "/keep", file_type), expected)


def fewer_columns(options):
    with tempfile.TemporaryDirectory() as folder:
        write_csv(folder + "/four.csv", FIELDS, sample(3))
        run = Run(options.program, "--csv", folder + "/four.csv", "--keep", folder + "/keep")
        check_output(run, 3, "parquet")
        assert [r[4] for r in stored_rows(folder + "/keep", "parquet")] == [{}] * 3


def row_limit(options):
    with tempfile.TemporaryDirectory() as folder:
        write_csv(folder + "/a.csv", COLUMNS, sample(20))
        for limit, expected in ((1, 1), (7, 7), (20, 20), (999, 20)):
            run = Run(options.program, "--csv", folder + "/a.csv", "--rows", str(limit), "--keep", folder + "/k%d" % limit)
            check_output(run, expected, "parquet")
            compare(stored_rows(folder + "/k%d" % limit, "parquet"), expected_rows(folder + "/a.csv")[:expected])
        for arguments in (["--csv", folder + "/a.csv"], []):
            run = Run(options.program, "--rows", "0", "--keep", folder + "/k0", *arguments)
            assert run.code == 0 and run.lines[-1] == "Completed: 0 of 0 rows", run.out + run.err
            assert run.value("batch_files") == "[]" and "job: " not in run.out
            assert stored_files(folder + "/k0") == []
        run = Run(options.program, "--rows", "1")
        check_output(run, 1, "parquet")


def bad_csv(options):
    """File name, line and column; an exit code; nothing uploaded, nothing imported."""
    def change(row, **cells):
        return dict(row, **cells)

    rows = list(sample(8, 9))
    for row in rows:
        row["title"] = row["title"].replace("\r\n", " ").replace("\n", " ")  # so that row n is line n + 2
    # Row 5 is line 7, and the cells before it are in line 7 as well.
    before = {c: sum(len(quoted(rows[5][k]).encode()) + 1 for k in COLUMNS[:i]) + 1 for i, c in enumerate(COLUMNS)}
    vector = rows[5]["title_vector"]
    short = vector[:vector.rindex(",")] + "]"
    cases = [
        ("letter in id", "id", change(rows[5], id="1l"), "line 7, column 1 (id): '1l' is not an integer"),
        ("letter in claps", "claps", change(rows[5], claps="11oo"), "line 7, column %d (claps): '11oo' is not a number" % before["claps"]),
        ("short vector", "title_vector", change(rows[5], title_vector=short),
         "line 7, column %d (title_vector): a list of 767 numbers where dim is 768" % before["title_vector"]),
        ("long vector", "title_vector", change(rows[5], title_vector=vector[:-1] + ", 0.5]"),
         "line 7, column %d (title_vector): a list of 769 numbers where dim is 768" % before["title_vector"]),
        ("letter in vector", "title_vector", change(rows[5], title_vector=vector.replace(", 0.", ", O.", 1)), "]: 'O."),
        ("nan in vector", "title_vector", change(rows[5], title_vector="[nan, " + vector.split(", ", 1)[1]),
         "element [0]: 'nan' is not a finite number"),
        ("empty vector", "title_vector", change(rows[5], title_vector=""), "an empty cell where a list of numbers is due"),
        ("no id", "id", change(rows[5], id=""), "line 7, column 1 (id): an empty cell where an integer is due"),
        ("long title", "title", change(rows[5], title="x" * 513), "line 7, column "),
    ]
    for name, column, row, message in cases:
        text = csv_text(COLUMNS, rows[:5] + [row] + rows[6:])
        fails(options, name, text.encode(), message)

    text = csv_text(COLUMNS, rows)
    lines = text.splitlines(keepends=True)
    # A closing quote lost, an opening one lost, a quote never closed, a cell too few, a cell too many, broken UTF-8.
    fails(options, "closing quote lost", "".join(lines[:6] + [lines[6].replace("]\"", "]")] + lines[7:]).encode(),
          "line 7, column %d (title_vector)" % before["title_vector"])
    fails(options, "opening quote lost", "".join(lines[:6] + [lines[6].replace("\"[", "[")] + lines[7:]).encode(), "line 7, column ")
    fails(options, "last quote open", (text + "\"1,2\n").encode(), "line 10, column 1 (id): the quote that opens this cell is never closed")
    fails(options, "cell too few", (text + "1,2,3\n").encode(), "line 10, column 1: 3 cells where the header has 8")
    fails(options, "cell too many", (lines[0] + lines[1].rstrip("\n") + ",\n").encode(), "line 2, column ")
    fails(options, "not UTF-8", text.encode().replace(b"https://example.com/5", b"https://example.com/\xff"), "line 7, column ")
    hint = "; is the first line a header?"
    for name, data, message, hinted in (
            ("missing column", csv_text(["id", "title", "link"], rows).encode(), "the header has no column 'title_vector'", True),
            ("column twice", csv_text(COLUMNS + ["id"], rows).encode(), "the header names 'id' twice", True),
            ("no header", text.split("\n", 1)[1].encode(), "the header ", True),
            ("no header, a cell empty", b'1,"[0.5, 0.25]",,x\n', "column 3 of the header has no name", True),
            ("no header, cells alike", b"1,1,title,link\n", "the header names '1' twice", True),
            ("empty file", b"", "there is no header line", False)):
        run = fails(options, name, data, message)
        assert (hint in run.err) == hinted, "%s: %s" % (name, run.err)
        assert run.out == "", "%s: %s" % (name, run.out)
    with tempfile.TemporaryDirectory() as folder:
        run = Run(options.program, "--csv", folder + "/absent.csv", "--keep", folder + "/keep")
        assert run.code == 1 and "absent.csv': No such file" in run.err and stored_files(folder) == [], run.err
        assert run.out == "" and run.err.count("\n") == 1, run.out + run.err


def quoted(text):
    return '"%s"' % text.replace('"', '""') if re.search('[,"\r\n]', text) else text


def csv_text(columns, rows):
    return "".join(",".join(quoted(row[c]) for c in columns) + "\n" for row in [dict(zip(columns, columns))] + list(rows))


def fails(options, name, data, message):
    with tempfile.TemporaryDirectory() as folder:
        with open(folder + "/bad.csv", "wb") as f:
            f.write(data)
        for file_type in ("parquet", "json"):
            run = Run(options.program, "--csv", "bad.csv", "--keep", folder + "/keep", "--file-type", file_type, cwd=folder)
            assert run.code == 1, "%s: exit code %d\n%s%s" % (name, run.code, run.out, run.err)
            assert run.err.startswith("error: bad.csv, line ") and message in run.err, "%s: %s" % (name, run.err)
            assert run.err.count("\n") == 1, "%s: %s" % (name, run.err)
            assert "job: " not in run.out and "Completed" not in run.out, "%s: %s" % (name, run.out)
            assert stored_files(folder + "/keep") == [], name
    return run


def options_and_environment(options):
    run = Run(options.program, "--help")
    assert run.code == 0
    for word in ("--store", "--csv", "--file-type", "--keep", "--rows", "BULKWRITER_ENDPOINT", "BULKWRITER_CLUSTER_ENDPOINT",
                 "BULKWRITER_AZURE_CONNECTION_STRING", "BULKWRITER_GOOGLE_CREDENTIALS_FILE"):
        assert word in run.out, word
    for arguments in (["--nonsense"], ["--csv"], ["--rows", "x"], ["--rows", "-1"], ["--rows=1x"], ["--file-type", "xml"], ["--store", "oss"], ["extra"],
                      ["--x=1"], ["--keep="]):
        run = Run(options.program, *arguments)
        assert run.code == 2 and "--help" in run.err and run.out == "", (arguments, run.code, run.err, run.out)
    with tempfile.TemporaryDirectory() as folder:
        open(folder + "/file", "w").close()
        for keep in ("file", "file/below"):
            run = Run(options.program, "--rows", "1", "--keep", keep, cwd=folder)
            assert run.code == 2 and run.out == "", (run.code, run.out, run.err)
            assert run.err.startswith("zero_to_hero: --keep: objects cannot be left in '%s': " % keep), run.err
            assert "filesystem error" not in run.err, run.err

    # Half a configuration is a slip, whichever half; what names no service is none.
    cluster, cloud = ["CLUSTER_ENDPOINT"], ["API_KEY", "CLUSTER_ID"]
    s3 = ["ENDPOINT", "ACCESS_KEY", "SECRET_KEY", "BUCKET"]
    azure, by_url = ["AZURE_CONNECTION_STRING", "CONTAINER"], ["AZURE_ACCOUNT_URL", "CONTAINER"]
    own = ["ENDPOINT", "BUCKET"]  # with keys that are found elsewhere
    for store, given, required in (
            ("s3", ["ENDPOINT", "BUCKET", "SECRET_KEY"], s3), ("s3", ["REGION"], own), ("s3", ["SESSION_TOKEN"], s3), ("s3", ["TOKEN"], own),
            ("s3", ["API_KEY"], own), ("s3", ["CLUSTER_ID"], own), ("s3", ["CLOUD_ENDPOINT"], own), ("s3", s3 + cluster + ["API_KEY"], s3),
            ("s3", s3 + cluster + ["CLUSTER_ID"], s3), ("s3", s3 + cluster + ["CLOUD_ENDPOINT"], s3), ("s3", s3[1:] + cluster, s3),
            ("azure", ["CONTAINER"], azure), ("azure", ["AZURE_CONNECTION_STRING"], azure), ("azure", ["AZURE_ACCOUNT_URL"], by_url),
            ("azure", ["AZURE_CREDENTIAL"] + cluster, by_url), ("azure", cluster, azure), ("azure", azure + cluster + ["API_KEY"], azure),
            ("gcs", ["BUCKET"], ["BUCKET"]), ("gcs", ["ACCESS_TOKEN"], ["BUCKET"]), ("gcs", ["ENDPOINT"], ["BUCKET"]),
            ("gcs", ["GOOGLE_CREDENTIALS_FILE"], ["BUCKET"]), ("gcs", ["BUCKET", "CLUSTER_ID"], ["BUCKET"])):
        run = Run(options.program, "--store", store, "--rows", "1", env={"BULKWRITER_" + name: "V4LUE" for name in given})
        missing = [n for n in required + cluster + (cloud if {*cloud, "CLOUD_ENDPOINT"} & {*given} else []) if n not in given]
        found = re.search("for --store %s the environment has (.*), but not (.*)\n" % store, run.err)
        assert run.code == 2 and run.out == "" and "V4LUE" not in run.err and found, (store, given, run.code, run.err, run.out)
        assert sorted(found.group(1).split(", ")) == sorted("BULKWRITER_" + n for n in given), run.err
        assert found.group(2).split(", ") == ["BULKWRITER_" + n for n in missing], (missing, run.err)
    # A token is nothing that Zilliz Cloud could read a container with.
    run = Run(options.program, "--rows", "1", "--store=azure", env={"BULKWRITER_" + n: "V4LUE" for n in by_url + cluster + cloud})
    assert run.code == 2 and "Zilliz Cloud reads a container with the account's key" in run.err, run.err
    # Variables of another store do not count.
    run = Run(options.program, "--rows", "1", "--store=azure", env={"BULKWRITER_BUCKET": "b", "BULKWRITER_ACCESS_KEY": "k"})
    assert run.code == 0 and "only counts rows" in run.out, run.out + run.err
    run = Run(options.program, "--rows", "1", env={"BULKWRITER_COLLECTION": "mine", "BULKWRITER_REMOTE_PATH": "some/folder"})
    assert run.code == 0 and "only counts rows" in run.out and " mine " in run.out, run.out + run.err


def terminal(options):
    """On a terminal the bar is one line that is drawn again and again."""
    main, side = pty.openpty()
    process = subprocess.Popen([options.program, "--rows", "3"], stdout=side, stderr=side,
                               env={k: v for k, v in os.environ.items() if not k.startswith("BULKWRITER_")})
    os.close(side)
    out = b""
    while True:
        try:
            piece = os.read(main, 65536)
        except OSError:
            break
        if not piece:
            break
        out += piece
    assert process.wait(60) == 0, out
    text = out.decode().replace("\r\n", "\n")
    bar = [line for line in text.split("\n") if "100 %" in line]
    assert len(bar) == 1 and bar[0].count("\r") >= 1 and "completed" in bar[0], text
    assert text.rstrip("\n").split("\n")[-1] == "Completed: 3 of 3 rows", text


@contextlib.contextmanager
def server_of(options, *how):
    """The loopback servers in another process: their URLs, and the folder of the bucket."""
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen([options.server, folder, "--import-service", *how], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  text=True)
        try:
            yield server.stdout.readline().strip(), server.stdout.readline().strip(), folder + "/test-bucket"
        finally:
            server.stdin.close()
            assert server.wait(20) == 0


KEY, OTHER_KEY = "dGVzdHNlY3JldGtleTEyMzQ1", "b3RoZXIga2V5"
NAMED = {
    # store: options of the server; the environment; what of it is wrong, with the error that it makes
    "s3": ([], lambda url: {"ENDPOINT": url, "ACCESS_KEY": "testaccess", "SECRET_KEY": "testsecretkey12345", "BUCKET": "test-bucket"},
           [("SECRET_KEY", "wrong-secret-value", "SignatureDoesNotMatch"), ("BUCKET", "no-such-bucket", "no-such-bucket")]),
    "gcs": (["--access-token", "a-token"],
            lambda url: {"ENDPOINT": url, "ACCESS_TOKEN": "a-token", "BUCKET": "test-bucket"},
            [("ACCESS_TOKEN", "wrong-token", "AuthenticationRequired"), ("BUCKET", "no-such-bucket", "no-such-bucket")]),
    "azure": (["--azure"], lambda url: {
        "AZURE_CONNECTION_STRING": "AccountName=testaccess;AccountKey=%s;BlobEndpoint=%s" % (KEY, url), "CONTAINER": "test-bucket"},
              [("CONTAINER", "no-such-container", "no-such-container")]),
    "s3 with keys of AWS": ([], lambda url: {"ENDPOINT": url, "BUCKET": "test-bucket"},
                            [("BUCKET", "no-such-bucket", "no-such-bucket")]),
    "azure by its account's URL": (["--azure"], lambda url: {
        "AZURE_ACCOUNT_URL": url, "AZURE_CREDENTIAL": KEY, "CONTAINER": "test-bucket"},
                                   [("AZURE_CREDENTIAL", OTHER_KEY, "AuthenticationFailed")]),
}


def named_peers(options):
    """The same program against a bucket and a cluster that the environment names: here in another process."""
    with ThreadPoolExecutor() as pool:  # mostly they wait, for the next look at a job
        for _ in pool.map(lambda name: named_peer(options, name, *NAMED[name]), NAMED):
            pass


def named_peer(options, name, how, variables, wrong):
    store = ["--store", name.split()[0]]
    with server_of(options, *how) as (url, service, bucket), tempfile.TemporaryDirectory() as folder:
        env = {"BULKWRITER_" + k: v for k, v in variables(url).items()}
        env.update({"BULKWRITER_CLUSTER_ENDPOINT": service, "BULKWRITER_TOKEN": "root:Milvus",
                    "BULKWRITER_REMOTE_PATH": "some/folder", "BULKWRITER_COLLECTION": "mine",
                    "AWS_ACCESS_KEY_ID": "testaccess", "AWS_SECRET_ACCESS_KEY": "testsecretkey12345"})
        write_csv(folder + "/a.csv", COLUMNS, sample(12))
        job = [options.program, "--csv", folder + "/a.csv", *store]
        run = Run(*job, env=env)
        assert run.code == 0 and run.lines[-1] == "Completed: 12 of 12 rows", run.out + run.err
        assert run.value("data_path").startswith("/some/folder/"), run.out
        assert "loopback" not in run.out and " mine " in run.out
        compare(stored_rows(bucket + "/some/folder", "parquet"), expected_rows(folder + "/a.csv"))

        # The same with Zilliz Cloud's API: the cluster is asked for collections, another endpoint imports from a URL.
        cloud = dict(env, BULKWRITER_API_KEY="root:Milvus", BULKWRITER_CLUSTER_ID="in01-test", BULKWRITER_CLOUD_ENDPOINT=service,
                     BULKWRITER_TOKEN="")
        run = Run(*job, "--file-type=jsonl", env=cloud)
        assert run.code == 0 and run.lines[-1] == "Completed: 12 of 12 rows", run.out + run.err
        half = Run(options.program, *store, env=dict(cloud, BULKWRITER_API_KEY=""))
        assert half.code == 2 and half.err.split("\n")[0].endswith(", but not BULKWRITER_API_KEY"), half.err

        for variable, value, message in wrong:
            refused = Run(*job, env=dict(env, **{"BULKWRITER_" + variable: value}))
            assert refused.code == 1 and message in refused.err, refused.err
            assert value.startswith("no-such-") or value not in refused.err + refused.out, refused.err
        nobody = Run(*job, env=dict(env, BULKWRITER_CLUSTER_ENDPOINT="http://127.0.0.1:1"))
        assert nobody.code == 1 and "127.0.0.1:1" in nobody.err, nobody.err
        kept = Run(options.program, *store, "--keep", folder, env=env)
        assert kept.code == 2, kept.err


CASES = [every_store, parquet, json_rows, jsonl_rows, csv_rows, npy, csv_line_ends, any_order, fewer_columns, row_limit, bad_csv,
         options_and_environment, terminal, named_peers]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--server")
    parser.add_argument("--only", choices=[c.__name__ for c in CASES])
    options = parser.parse_args()
    options.program = os.path.abspath(options.program)
    failed = 0
    for case in CASES:
        if options.only not in (None, case.__name__) or (case is named_peers and not options.server):
            continue
        try:
            case(options)
            print("ok     ", case.__name__, flush=True)
        except AssertionError as x:
            failed += 1
            line = x.__traceback__
            while line.tb_next:
                line = line.tb_next
            print("FAILED ", case.__name__, "line %d:" % line.tb_lineno, x, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
