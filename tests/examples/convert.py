#!/usr/bin/env python3
"""The example that converts rows by a schema of run time, on generated inputs, read back by pyarrow and Python's json.

    convert.py --program PROGRAM

Rows come as NDJSON, as CSV and by standard input, and go to every format that this script can read. A bad row must be
named by file, line and column, and leave nothing behind; memory must not grow with the input.
"""

import argparse
import bz2
import csv
import gzip
import json
import lzma
import os
import random
import resource
import struct
import subprocess
import tempfile

import duckdb
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

    def run(self, source, *more, file_type="parquet", stdin=None, limit=None, schema=None, raw=False):
        """The process, and the files under final names in the order of their numbers."""
        self.runs += 1
        schema_file = self.schema
        if schema is not None:
            schema_file = self.folder + "/other_schema.json"
            with open(schema_file, "w") as f:
                json.dump(schema, f)
        out = f"{self.folder}/out{self.runs}"
        done = subprocess.run(
            [self.program, "--schema", schema_file, "--input", source, "--file-type", file_type, "--local-path", out, *more],
            stdin=stdin, preexec_fn=limit, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=not raw)
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


def write(convert, name, text):
    path = f"{convert.folder}/{name}"
    with open(path, "wb") as f:
        f.write(text if isinstance(text, bytes) else text.encode())
    return path


def rows_of(files):
    """Of JSON Lines, by Python's json; json fields and $meta as the values that their texts are."""
    rows = []
    for path in files:
        with open(path, encoding="utf-8") as f:
            for line in f:
                row = json.loads(line)
                row["doc"] = json.loads(row["doc"])
                rows.append(row)
    return rows


def check_own_files(convert):
    """What is written is read back as the same rows, whatever JSON its json fields and dynamic keys hold."""
    docs = [{"a": 1}, [1, [2]], "text", '"quoted"', "", "null", "{\"a\": 1}", None, True, 7, 0.5, {"k": "\u65e5\x00\n"}]
    rows = [dict(row, doc=doc, extra=doc) for row, doc in zip(make_rows(len(docs), 5), docs)]
    source = "".join(json.dumps(dict(row, doc=json.dumps(row["doc"]))) + "\n" for row in rows)
    done, first = convert.run(write(convert, "own.ndjson", source), file_type="jsonl")
    assert done.returncode == 0, done.stderr
    got = rows_of(first)
    assert [row["doc"] for row in got] == docs and [row.get("extra") for row in got] == docs, got
    for kind in ("jsonl", "csv"):
        done, files = convert.run(first[0], file_type=kind)
        assert done.returncode == 0, done.stderr
        done, again = convert.run(files[0], file_type="jsonl")
        assert done.returncode == 0 and rows_of(again) == got, (kind, done.stderr)
    # the object itself is the same as its text; $meta is either
    good = dict(rows[0])
    for doc in ({"a": 1}, '{"a": 1}'):
        for meta in ({"m": "x"}, '{"m": "x"}'):
            line = json.dumps(dict(good, doc=doc, **{"$meta": meta}))
            done, files = convert.run(write(convert, "one.ndjson", line), file_type="jsonl")
            assert done.returncode == 0, done.stderr
            (row,) = rows_of(files)
            assert row["doc"] == {"a": 1} and row["m"] == "x" and row["claps"] == good["claps"], row
    for key, bad in (("doc", "abc"), ("doc", ""), ("$meta", "[1]"), ("$meta", "x"), ("$meta", 5)):
        done, files = convert.run(write(convert, "one.ndjson", json.dumps(dict(good, **{key: bad}))))
        assert done.returncode == 1 and files == [] and f"field '{key}': " in done.stderr, (key, bad, done.stderr)


CELLS = {
    "autoID": False,
    "enableDynamicField": True,
    "fields": [
        {"fieldName": "id", "dataType": "Int64", "isPrimary": True},
        {"fieldName": "s", "dataType": "VarChar", "elementTypeParams": {"max_length": "64"}, "nullable": True},
        {"fieldName": "d", "dataType": "VarChar", "elementTypeParams": {"max_length": "64"}, "defaultValue": "the default"},
        {"fieldName": "n", "dataType": "Int64", "nullable": True},
        {"fieldName": "v", "dataType": "FloatVector", "elementTypeParams": {"dim": "2"}},
    ],
}
V = '"[1,2]"'


def check_nulls(convert):
    """A quoted cell is text: as DuckDB reads the same file, told that it is."""
    cells = ["", '""', "NULL", '"NULL"', "\\N", '"\\N"', "x", '"x"', '"a""b"']
    for nullkey in ("", "NULL", "\\N"):
        rows = "".join(f"{i},{c},{c},{nullkey},{V}\n" for i, c in enumerate(cells))
        path = write(convert, "nulls.csv", "id,s,d,n,v\n" + rows)
        for quoted in (False, True):
            peer = duckdb.sql(
                f"select s from read_csv('{path}', header=true, auto_detect=false, nullstr='{nullkey}', quote='\"', "
                f"escape='\"', allow_quoted_nulls={'true' if quoted else 'false'}, columns={{'id': 'BIGINT', 's': 'VARCHAR', "
                "'d': 'VARCHAR', 'n': 'BIGINT', 'v': 'VARCHAR'}) order by id").fetchall()
            done, files = convert.run(path, *(["--nullkey", nullkey] if nullkey else []), *["--quoted-nulls"] * quoted, schema=CELLS)
            assert done.returncode == 0, done.stderr
            rows = pyarrow.parquet.read_table(files[0]).to_pylist()
            assert [r["s"] for r in rows] == [s for (s,) in peer], (nullkey, quoted, rows, peer)
            assert [r["d"] for r in rows] == ["the default" if s is None else s for (s,) in peer], (nullkey, rows)
            assert all(r["n"] is None for r in rows), rows
    done, files = convert.run(write(convert, "nulls.csv", f'id,n,v\n1,"",{V}\n'), schema=CELLS)
    assert done.returncode == 1 and "line 2, column 3: row 0, field 'n': empty text in quotes" in done.stderr, done.stderr
    done, files = convert.run(write(convert, "nulls.csv", f'id,n,v\n1,"",{V}\n'), "--quoted-nulls", schema=CELLS)
    assert done.returncode == 0, done.stderr


def check_column_types(convert):
    """A column that the schema does not declare has one type from the first row to the last."""
    filler = "f" * 100
    good = "".join(f"{i},{10000 + i},true,{V},{filler}\n" for i in range(20000))  # more than the sample
    header = "id,zip,flag,v,pad\n"

    def run(rows, *more, stdin=False):
        path = write(convert, "types.csv", header + rows)
        if not stdin:
            return convert.run(path, *more, schema=CELLS)
        with open(path, "rb") as f:
            return convert.run("-", "--input-type", "csv", *more, schema=CELLS, stdin=f)

    def types(files, key):
        return {type(json.loads(m.as_py())[key]) for m in pyarrow.parquet.read_table(files[0])["$meta"]}

    done, files = run(good)
    assert done.returncode == 0 and types(files, "zip") == {int} and types(files, "flag") == {bool}, done.stderr
    done, files = run(f"0,01569,true,{V},x\n" + good)
    assert done.returncode == 0 and types(files, "zip") == {str}, done.stderr
    done, files = run(f'0,"5",true,{V},x\n' + good)
    assert done.returncode == 0 and types(files, "zip") == {str}, done.stderr
    for stdin in (False, True):
        for cell in ("01569", '"90210"', "x", "1e400", "18446744073709551616"):
            done, files = run(good + f"77777,{cell},true,{V},x\n", stdin=stdin)
            assert done.returncode == 1 and files == [], done
            assert "line 20002, column 7: row 20000, field 'zip': '" + cell.strip('"') in done.stderr, done.stderr
            assert "column_types" in done.stderr, done.stderr
    done, files = run(good + f"77777,01569,true,{V},x\n", "--column-type", "zip=text")
    assert done.returncode == 0 and types(files, "zip") == {str} and types(files, "flag") == {bool}, done.stderr
    done, files = run(good + f"77777,01569,maybe,{V},x\n", "--other-columns", "each-cell")
    assert done.returncode == 0 and types(files, "zip") == {int, str} and types(files, "flag") == {bool, str}, done.stderr
    done, files = run(good, "--other-columns", "text")
    assert done.returncode == 0 and types(files, "zip") == {str} and types(files, "flag") == {str}, done.stderr


def check_headers_and_names(convert):
    row = {"id": 1, "v": [1, 2]}
    for name, text in (("a.CSV", f"id,v\n1,{V}\n"), ("a.tsv", "id\tv\n1\t[1,2]\n"), ("a.TSV", "id\tv\n1\t[1,2]\n"),
                       ("a.ndjson", json.dumps(row)), ("a.JSONL", json.dumps(row))):
        done, files = convert.run(write(convert, name, text), schema=CELLS)
        assert done.returncode == 0, (name, done.stderr)
    for sep, says in ((";", "';' separates"), ("\t", "tabs separate"), ("|", "'|' separates")):
        path = write(convert, "other.csv", sep.join(("id", "s", "v")) + "\n" + sep.join(("1", "x", V)) + "\n")
        done, files = convert.run(path, schema=CELLS)
        assert done.returncode == 1 and done.stderr.startswith(f"{path}, line 1") and says in done.stderr, done.stderr
        done, files = convert.run(path, "--separator", "tab" if sep == "\t" else sep, schema=CELLS)
        assert done.returncode == 0, done.stderr
    path = write(convert, "header.csv", f"id,v,id\n1,{V},2\n")
    done, files = convert.run(path, schema=CELLS)
    assert done.returncode == 1 and done.stderr.startswith(f"{path}, line 1, column 6: "), done.stderr
    closed = dict(CELLS, enableDynamicField=False)
    done, files = convert.run(write(convert, "header.csv", f"id,v,more\n1,{V},2\n"), schema=closed)
    assert done.returncode == 1 and done.stderr.startswith(f"{path}, line 1, column 6: column 'more': "), done.stderr


def check_foreign_files(convert):
    text = f"id,v\n1,{V}\n".encode()
    parquet = convert.folder + "/p.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"id": [1]}), parquet)
    with open(parquet, "rb") as f:
        parquet = f.read()
    known = {
        "gzip": gzip.compress(text), "bzip2": bz2.compress(text), "xz": lzma.compress(text), "Parquet": parquet,
        "zstd": pyarrow.compress(text, codec="zstd", asbytes=True), "UTF-16": text.decode().encode("utf-16"),
        "UTF-16,": text.decode().encode("utf-16-le"), "UTF-32": text.decode().encode("utf-32"),
    }
    for kind, suffix in (("csv", "csv"), ("ndjson", "ndjson")):
        for name, data in known.items():
            path = write(convert, f"foreign.{suffix}", data)
            done, files = convert.run(path, schema=CELLS)
            assert done.returncode == 1 and files == [], (name, done)
            assert done.stderr.startswith(f"{path}, line 1, column 1: the ") and name in done.stderr, (name, done.stderr)


def check_messages(convert):
    """Whatever a file, a name or an option holds: one line of UTF-8 for a terminal, of no more than about a page."""
    nasty = {"esc": b"\x1b[31m", "utf8": b"\xff\xc3(", "bidi": "\u202e\u2028\u009b".encode(), "long": b"n" * 900_000,
             "nul": b"a\0b", "line": b"a\r\nb"}

    def judge(what, done):
        assert done.returncode != 0, what
        said = done.stderr.split(b"\nconvert --schema")[0].rstrip(b"\n")
        text = said.decode("utf-8")  # fails where it is none
        bad = [c for c in text if ord(c) < 32 or 127 <= ord(c) < 160 or ord(c) in (0x202E, 0x2028)]
        assert not bad and len(said) <= 1200, (what, len(said), text[:300])

    quote = lambda b: b'"' + b.replace(b'"', b'""') + b'"'
    for what, x in nasty.items():
        j = json.dumps(x.decode("utf-8", "replace")).encode() if what != "utf8" else b'"' + x + b'"'
        cases = {
            "header, open quote": (b"id,v," + quote(x) + b'\n1,"[1,2]","', "csv"),
            "header, missing column": (b"id," + quote(x) + b"\n1,2\n", "csv"),
            "header, twice": (quote(x) + b"," + quote(x) + b"\n1,2\n", "csv"),
            "headers, many": (b"v," + b",".join(quote(x[:200] + b"%d" % i) for i in range(300)) + b"\n", "csv"),
            "cell of id": (b"id,v\n" + quote(x) + b',"[1,2]"\n', "csv"),
            "cell of a vector": (b"id,v\n1," + quote(x) + b"\n", "csv"),
            "element": (b"id,v\n1," + quote(b"[1," + x + b"]") + b"\n", "csv"),
            "cell of a text": (b"id,v,s\n1,\"[1,2]\"," + quote(x * 100) + b"\n", "csv"),
            "cell behind quotes": (b'id,v,s\n1,"[1,2]","x"' + x.replace(b"\n", b"") + b"\n", "csv"),
            "cell of a number column": (b'id,v,u\n1,"[1,2]",' + quote(x) + b"\n", "csv", "--column-type", "u=number"),
            "undeclared name": (b"id,v," + quote(x) + b'\n1,"[1,2]",y\n', "csv", "--other-columns", "number"),
            "key": (b"{" + j + b":1}", "ndjson"),
            "key twice": (b"{" + j + b":1," + j + b":2}", "ndjson"),
            "dynamic key twice": (b'{"id":1,"v":[1,2],"$meta":{' + j + b":1}," + j + b":2}", "ndjson"),
            "value": (b'{"id":' + j + b',"v":[1,2]}', "ndjson"),
            "element of a list": (b'{"id":1,"v":[' + j + b",2]}", "ndjson"),
            "text": (b'{"id":1,"v":[1,2],"n":' + j + b"}", "ndjson"),
            "nested": (b'{"id":1,"v":[1,2],"k":{' + j + b":[1,{" + j + b":nan}]}}", "ndjson"),
            "line": (x, "ndjson"),
            "keys, many": (b'{"id":1,' + b",".join(b'"k%d":1' % i for i in range(5000)) + b"}", "ndjson"),
        }
        for name, (text, kind, *more) in cases.items():
            path = write(convert, "nasty." + kind, text)
            closed = dict(CELLS, enableDynamicField=not name.startswith("key"))
            judge((what, name), convert.run(path, *more, schema=closed, raw=True)[0])
        if what == "long":
            x = b"n" * 100_000  # what the system takes as an argument
        if what != "nul":
            for option in ("--input", "--file-type", "--input-type", "--chunk-size", "--nonsense" , "--separator", "--column-type",
                           "--other-columns"):
                done = convert.run(path, option if option != "--nonsense" else b"--" + x, x, schema=CELLS, raw=True)[0]
                judge((what, option), done)
            judge((what, "a type"), convert.run(path, "--column-type", b"a=" + x, schema=CELLS, raw=True)[0])
            if what != "long":
                folder = os.fsencode(convert.folder) + b"/" + x.replace(b"/", b"") + b".csv"
                with open(folder, "wb") as f:
                    f.write(b"id\n1\n")
                judge((what, "file name"), convert.run(folder, schema=CELLS, raw=True)[0])
        for field in ("fieldName", "defaultValue", "dataType"):
            broken = json.loads(json.dumps(CELLS))
            broken["fields"][1][field] = nasty[what].decode("utf-8", "replace")
            judge((what, field), convert.run(path, schema=broken, raw=True)[0])


def cpu_of(convert, path, schema):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    convert.run(path, file_type="jsonl", schema=schema)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def check_linear(convert):
    """Four times the input may not take much more than four times as long: sixteen times would be quadratic."""
    names = lambda n: ",".join(f"c{i}" for i in range(n))
    object_of = lambda members: '{"id":1,"v":[1,2],' + members + "}\n"
    keys = lambda n: ",".join(f'"k{i}":1' for i in range(n))
    shapes = {
        "csv columns": (10_000, "csv", lambda n: f"id,v,{names(n)}\n1,{V}{',' * n}\n"),
        "csv columns with cells": (10_000, "csv", lambda n: f"id,v,{names(n)}\n1,{V}{',1' * n}\n"),
        "csv columns twice": (10_000, "csv", lambda n: f"id,v,{names(n)},c0\n"),
        "csv empty lines": (200_000, "csv", lambda n: f"id,v\n1,{V}\n" + "\n" * n),
        "csv quotes": (500_000, "csv", lambda n: f'id,v,s\n1,{V},"' + '""' * n + '"\n'),
        "csv list": (250_000, "csv", lambda n: 'id,v\n1,"[' + "1," * n + 'x]"\n'),
        "json keys": (50_000, "ndjson", lambda n: object_of(keys(n))),
        "json keys twice": (50_000, "ndjson", lambda n: object_of(keys(n) + "," + keys(n))),
        "json keys in both": (50_000, "ndjson", lambda n: object_of(f'"$meta":{{{keys(n)}}},{keys(n)}')),
        "json escapes": (250_000, "ndjson", lambda n: object_of('"s":"' + "\\n" * n + '"')),
        "json list": (250_000, "ndjson", lambda n: '{"id":1,"v":[' + "1," * n + "1]}\n"),
        "json depth": (500_000, "ndjson", lambda n: object_of('"k":' + "[" * n + "]" * n)),
        "json blanks": (1_000_000, "ndjson", lambda n: " " * n + object_of('"k":1')),
        "json empty lines": (500_000, "ndjson", lambda n: "\n" * n + object_of('"k":1')),
    }
    for name, (n, kind, make) in shapes.items():
        small, large = (min(cpu_of(convert, write(convert, f"linear.{kind}", make(m)), CELLS) for _ in range(2)) for m in (n, 4 * n))
        print(f"{name}: {n}: {small:.3f} s, {4 * n}: {large:.3f} s, ratio {large / max(small, 0.02):.1f}")
        assert large / max(small, 0.02) < 10, name
    wide = lambda n: dict(CELLS, fields=CELLS["fields"] + [
        {"fieldName": f"f{i}", "dataType": "Int64", "nullable": True} for i in range(n)])
    backwards = lambda n: object_of(",".join(f'"f{i}":1' for i in reversed(range(n))))
    small, large = (cpu_of(convert, write(convert, "linear.ndjson", backwards(n)), wide(n)) for n in (1000, 4000))
    print(f"fields: 1000: {small:.3f} s, 4000: {large:.3f} s, ratio {large / max(small, 0.02):.1f}")
    assert large / max(small, 0.02) < 10, "fields"


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
        check_own_files(convert)
        check_nulls(convert)
        check_column_types(convert)
        check_headers_and_names(convert)
        check_foreign_files(convert)
        check_messages(convert)
        check_linear(convert)


if __name__ == "__main__":
    main()
