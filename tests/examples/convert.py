#!/usr/bin/env python3
"""The example that converts rows by a schema of run time, on generated inputs, read back by pyarrow and Python's json.

    convert.py --program PROGRAM

Rows come as NDJSON, as CSV and by standard input, and go to every format that this script can read. A bad row must be
named by file, line and column, and leave nothing behind; memory must not grow with the input.
"""

import argparse
import csv
import json
import os
import random
import resource
import struct
import subprocess
import tempfile

import pyarrow.parquet

SCHEMA = {
    "autoID": False,
    "enableDynamicField": True,
    "fields": [
        {"fieldName": "id", "dataType": "Int64", "isPrimary": True},
        {"fieldName": "ok", "dataType": "Bool"},
        {"fieldName": "n", "dataType": "Int8", "nullable": True},
        {"fieldName": "score", "dataType": "Double", "nullable": True},
        {"fieldName": "title", "dataType": "VarChar", "elementTypeParams": {"max_length": "64"}},
        {"fieldName": "lang", "dataType": "VarChar", "elementTypeParams": {"max_length": 8}, "defaultValue": "en"},
        {"fieldName": "doc", "dataType": "JSON"},
        {"fieldName": "v", "dataType": "FloatVector", "elementTypeParams": {"dim": "4"}},
    ],
}
WORDS = ["a", "caf\u00e9", "\u65e5\u672c", 'quote "', "comma, ", "line\nbreak", "back\\slash", ""]


def single(x):
    return struct.unpack("f", struct.pack("f", x))[0]


def make_rows(count, seed):
    r = random.Random(seed)
    for i in range(count):
        yield {
            "id": r.randrange(-(2**63), 2**63),
            "ok": r.random() < 0.5,
            "n": r.choice([None, -128, 0, 127]),
            "score": r.choice([None, 0.1, -1e-300, 1e300, float(i)]),
            "title": "".join(r.choice(WORDS) for _ in range(4)),
            "lang": r.choice([None, "de"]),
            "doc": r.choice([{"a": [1, None, "x"]}, [1.5], True, 7]),
            "v": [r.uniform(-1, 1) for _ in range(4)],
            "claps": r.randrange(1000),
        }


def expected(row):
    out = dict(row, lang=row["lang"] or "en", v=[single(x) for x in row["v"]])
    out["$meta"] = {"claps": out.pop("claps")}
    return out


def write_ndjson(path, rows):
    with open(path, "w", encoding="utf-8", newline="") as f:
        for i, row in enumerate(rows):
            f.write(json.dumps(row, ensure_ascii=i % 2 == 0) + ("\r\n" if i % 3 == 0 else "\n"))


def write_csv(path, rows):
    with open(path, "w", encoding="utf-8", newline="") as f:
        out = csv.writer(f)
        for i, row in enumerate(rows):
            if i == 0:
                out.writerow(row)
            out.writerow("" if x is None else x if isinstance(x, str) else repr(x) if isinstance(x, float) else json.dumps(x) for x in row.values())


def read_back(files):
    rows = []
    for path in files:
        if path.endswith(".parquet"):
            rows += pyarrow.parquet.read_table(path).to_pylist()
        else:
            with open(path, encoding="utf-8") as f:
                for row in json.load(f)["rows"]:
                    row["$meta"] = json.dumps({"claps": row.pop("claps")})
                    rows.append(row)
    for row in rows:
        row["$meta"], row["doc"] = json.loads(row["$meta"]), json.loads(row["doc"])
        row["v"] = [single(x) for x in row["v"]]
    return rows


class Convert:
    def __init__(self, program, folder):
        self.program, self.folder, self.runs = program, folder, 0
        self.schema = folder + "/schema.json"
        with open(self.schema, "w") as f:
            json.dump(SCHEMA, f)

    def run(self, source, *more, file_type="parquet", stdin=None, limit=None):
        """The process, and the files under final names in the order of their numbers."""
        self.runs += 1
        out = f"{self.folder}/out{self.runs}"
        done = subprocess.run(
            [self.program, "--schema", self.schema, "--input", source, "--file-type", file_type, "--local-path", out, *more],
            stdin=stdin, preexec_fn=limit, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        left = [os.path.join(d, f) for d, _, names in os.walk(out) for f in names]
        return done, sorted(left, key=lambda p: int(os.path.basename(p).split(".")[0]))


def check_round_trips(convert):
    rows = list(make_rows(2000, 1))
    wanted = [expected(row) for row in rows]
    sources = {"ndjson": convert.folder + "/rows.ndjson", "csv": convert.folder + "/rows.csv"}
    write_ndjson(sources["ndjson"], rows)
    write_csv(sources["csv"], rows)
    for kind, path in sources.items():
        for file_type in ("parquet", "json"):
            done, files = convert.run(path, "--chunk-size", "40000", file_type=file_type)
            assert done.returncode == 0, done.stderr
            assert len(files) > 2 and all(os.path.getsize(f) <= 40000 for f in files), files
            assert [line.split(": ")[0] for line in done.stdout.splitlines()] == files, (done.stdout, files)
            assert read_back(files) == wanted, (kind, file_type)
        with open(path, "rb") as f:
            done, files = convert.run("-", "--input-type", kind, stdin=f)
        assert done.returncode == 0 and read_back(files) == wanted, (kind, done.stderr)


def check_bad_rows(convert):
    """A bad row behind many good ones, of which chunks are finished."""
    rows = list(make_rows(1000, 2))
    good = rows[-1]
    bad = [
        # what is wrong, in which field, what the message says
        (dict(good, id="x"), "id", "integer"),
        (dict(good, n=128), "n", "value 128 is outside -128..127 of int8 [bulkwriter.out_of_range]"),
        (dict(good, title="t" * 65), "title", "65 bytes exceed max_length 64"),
        (dict(good, v=[1.0]), "v", "a vector of 1 values where dim is 4 [bulkwriter.wrong_dim]"),
        (dict(good, ok="maybe"), "ok", "true"),
    ]
    for kind, write in (("ndjson", write_ndjson), ("csv", write_csv)):
        path = f"{convert.folder}/bad.{kind}"
        for row, field, says in bad:
            write(path, rows + [row] + rows[:10])
            with open(path, "rb") as f:
                lines = f.read().split(b"\n")
            if kind == "ndjson":
                line = 1001
                column = lines[line - 1].index(json.dumps(field).encode() + b": ") + len(json.dumps(field)) + 3
            else:
                # titles have line breaks: the place comes from Python's reader
                with open(path, encoding="utf-8", newline="") as f:
                    reader = csv.reader(f)
                    for _ in range(1001):
                        next(reader)
                    line = reader.line_num + 1
                    cells = next(reader)
                before = "".join(quoted(c) + "," for c in cells[: list(row).index(field)])
                line += before.count("\n")
                column = len(before[before.rfind("\n") + 1 :].encode()) + 1
            done, files = convert.run(path, "--chunk-size", "40000")
            assert done.returncode == 1 and files == [], (done, files)
            place = f"{path}, line {line}, column {column}: row 1000, field '{field}': "
            assert done.stderr.startswith(place) and says in done.stderr, (place, done.stderr)


def quoted(cell):
    return '"' + cell.replace('"', '""') + '"' if any(c in cell for c in ',"\r\n') else cell


def check_bad_files(convert):
    path = convert.folder + "/broken.ndjson"
    row = json.dumps(next(make_rows(1, 3)))
    for text, says in (
        (row + "\n" + row[:-1] + "\n", f"{path}, line 2, column {len(row)}: not a JSON object: "),
        (row[:-1] + ', "id": 1}\n', f"{path}, line 1, column {len(row) + 8}: the key 'id' appears more than once"),
        ("\n[1]\n", f"{path}, line 2, column 1: not a JSON object: an object was expected [bulkwriter.invalid_json]"),
    ):
        with open(path, "w") as f:
            f.write(text)
        done, files = convert.run(path)
        assert done.returncode == 1 and files == [] and done.stderr.startswith(says), (says, done.stderr)
    done, files = convert.run(convert.folder + "/absent.csv")
    assert done.returncode == 1 and files == [] and "absent.csv" in done.stderr, done.stderr
    done, files = convert.run(path, file_type="xlsx")
    assert done.returncode == 1 and files == [] and "there is no format 'xlsx', only parquet" in done.stderr, done.stderr
    done, files = convert.run(path, "--rows", "1")
    assert done.returncode == 2 and "unknown option '--rows'" in done.stderr, done.stderr


def check_schemas(convert):
    """Bad schemas are named by file, line and column; what pymilvus prints is a schema."""
    rows = convert.folder + "/schema_rows.ndjson"
    with open(rows, "w") as f:
        f.write('{"id": 1, "v": [0.5, 1]}\n')
    path = convert.folder + "/other schema.json"

    def run(text, schema=path):
        if text is not None:
            with open(path, "wb") as f:
                f.write(text if isinstance(text, bytes) else text.encode())
        out = f"{convert.folder}/schema_out{convert.runs}"
        convert.runs += 1
        done = subprocess.run([convert.program, "--schema", schema, "--input", rows, "--file-type", "json", "--local-path", out],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert done.returncode == 0 or not any(names for _, _, names in os.walk(out)), out
        return done

    pymilvus = json.dumps({"auto_id": False, "description": "", "fields": [
        {"name": "id", "description": "", "type": 5, "is_primary": True, "auto_id": False},
        {"name": "v", "description": "", "type": 101, "params": {"dim": 2}}], "enable_dynamic_field": False}, indent=2)
    for good in (pymilvus, b"\xef\xbb\xbf" + pymilvus.encode(), pymilvus.replace("101", '"FLOAT_VECTOR"').replace("5,", '"INT64",')):
        done = run(good)
        assert done.returncode == 0, done.stderr
    for text, says in (
        ("", f"{path}, line 1, column 1: not JSON: a value was expected"),
        (pymilvus[:-1], f"{path}, line {len(pymilvus.splitlines())}, column 1: not JSON: "),
        (pymilvus.replace('"dim": 2', '"dim": "x"'), f"{path}, line 17, column 16: fields[1].params.dim of field 'v': \"x\" where a whole number"),
        (pymilvus.replace('"dim"', '"dimension"'), f"{path}, line 16, column 17: fields[1].params of field 'v': no \"dim\""),
        (pymilvus.replace('"dim": 2', '"dim": 1'), f"{path}, line 12, column 5: schema: field 'v': dim 1 is not between 2 and 32768"),
        (pymilvus.replace('"is_primary"', '"is_primery"'), f"{path}, line 9, column 7: fields[0].is_primery of field 'id': no such attribute; did you mean"),
        (pymilvus.replace('"auto_id": false\n', '"auto_id": false, "default_value": "5"\n'),
         f"{path}, line 10, column 42: fields[0].default_value of field 'id': \"5\" where an integer is due"),
    ):
        done = run(text)
        assert done.returncode == 1 and done.stderr.startswith(says), (says, done.stderr)
    for schema, reason in ((convert.folder, "Is a directory"), (convert.folder + "/absent.json", "No such file or directory")):
        done = run(None, schema)
        assert done.returncode == 1 and schema in done.stderr and reason in done.stderr, done.stderr


def check_memory(convert):
    """Twice as many bytes of input as the process may have of memory."""
    path = f"{convert.folder}/many.ndjson"
    row = json.dumps(next(make_rows(1, 4))) + "\n"
    limit = 16 << 20
    with open(path, "w") as f:
        for _ in range(2 * limit // len(row)):
            f.write(row)
    bounded = lambda: resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    done, files = convert.run(path, "--chunk-size", "4000000", file_type="json", limit=bounded)
    assert done.returncode == 0 and len(files) > 3, done.stderr
    # and the limit is one: the buffer of so long a line exceeds it
    with open(path, "w") as f:
        f.write('{"title": "' + "x" * 12_000_000)
    done, files = convert.run(path, limit=bounded)
    assert done.returncode == 1 and files == [] and "bad_alloc" in done.stderr, done


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    program = os.path.abspath(parser.parse_args().program)
    with tempfile.TemporaryDirectory() as folder:
        convert = Convert(program, folder)
        check_memory(convert)
        check_round_trips(convert)
        check_bad_rows(convert)
        check_bad_files(convert)
        check_schemas(convert)


if __name__ == "__main__":
    main()
