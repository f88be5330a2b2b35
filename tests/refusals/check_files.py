#!/usr/bin/env python3
"""Runs refuse_rows and reads its files: the good rows are in them, in their order, and nothing else.

    check_files.py PROGRAM [--keep FOLDER]

What a good row holds follows from its number; it is known here once more.
"""

import argparse
import csv
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy
import pyarrow.parquet

NAMES = ("id", "f", "note")


def good(kind, n):
    """The value of a good row n as readers give it; vectors as lists of floats or integers."""
    name, *parts = kind.split(":")
    if name == "boolean":
        return n % 2 == 1
    if name in ("int8", "int16", "int32"):
        return n % 100 - 50
    if name == "int64":
        return n
    if name in ("float32", "float64"):
        return n / 4 - 3
    if name in ("varchar", "text"):
        return f"good {n}"
    if name == "json":
        return {"n": n}
    if name == "geometry":
        return f"POINT ({n} 1)"
    if name == "timestamptz":
        return f"2026-01-02T03:04:{10 + n % 50}Z"
    if name == "float_vector":
        return [n, -n / 2, 0.25, 0.25]
    if name in ("float16_vector", "bfloat16_vector"):
        return [n % 64, -(n % 64), 0.25, 0.25]
    if name == "int8_vector":
        return [n % 100, -1, 127, 127]
    if name == "binary_vector":
        return [n % 256, 255]
    if name == "sparse_float_vector":
        return {n: 0.5, n + 7: 1.5}
    if name == "array":
        return [good(parts[0], n), good(parts[0], n + 1)]
    if name == "struct_array":
        members = [part.split("=") for part in parts]
        structs = [{member: good(of, n + i) for member, of in members} for i in range(n % 2 + 1)]
        for struct in structs:
            for member, of in members:  # their vectors are of two numbers
                if of.endswith("vector"):
                    struct[member] = struct[member][:2]
        return structs
    if name == "dynamic":
        return {"k": n}
    raise ValueError(kind)


def strict_object(pairs):
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError(f"a key twice: {pairs}")
    return found


def parse(text):
    return json.loads(text, object_pairs_hook=strict_object)


def halves(kind, raw):
    bits = numpy.array(raw, dtype=numpy.uint8).view("<u2")
    if kind == "float16_vector":
        return bits.view("<f2").astype(float).tolist()
    return (bits.astype("<u4") << 16).view("<f4").astype(float).tolist()


def sparse(found):
    """From JSON text or an object of it."""
    return {int(index): value for index, value in found.items()}


def plain(kind, found, file_format):
    """What a reader gave, as good() has it."""
    name, *parts = kind.split(":")
    is_binary = file_format in ("parquet", "npy")
    if name in ("json", "dynamic") and isinstance(found, str):
        return parse(found)
    if name == "sparse_float_vector":
        return sparse(parse(found) if isinstance(found, str) else found)
    if name in ("float16_vector", "bfloat16_vector") and is_binary:
        return halves(name, found)
    if name == "array":
        return [plain(parts[0], element, file_format) for element in found]
    if name == "struct_array":
        members = dict(part.split("=") for part in parts)
        return [{member: plain(members[member], value, file_format) for member, value in struct.items()} for struct in found]
    return found


def same(found, wanted):
    """Equal, and of one type: True is not 1, 1.0 not 1 where integers are wanted."""
    if isinstance(wanted, list):
        return isinstance(found, list) and len(found) == len(wanted) and all(map(same, found, wanted))
    if isinstance(wanted, dict):
        return isinstance(found, dict) and found.keys() == wanted.keys() and all(same(found[k], wanted[k]) for k in wanted)
    if isinstance(wanted, bool) or isinstance(found, bool):
        return found is wanted
    if isinstance(wanted, str):
        return isinstance(found, str) and found == wanted
    return isinstance(found, (int, float)) and found == wanted


def read_csv(path, kind):
    with open(path, newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file, strict=True)
    name = kind.split(":")[0]
    is_text = name in ("varchar", "geometry", "timestamptz", "json", "dynamic")
    for row in rows:
        row = dict(zip(header, row, strict=True))
        row["id"] = int(row["id"])
        key = header[1]
        row[key] = row[key] if is_text else parse(row[key])
        yield row


def read_files(file_format, kind, paths):
    """Rows as dictionaries."""
    if file_format == "npy":
        columns = {pathlib.Path(path).stem: numpy.load(path).tolist() for path in paths}
        lengths = {len(column) for column in columns.values()}
        if len(lengths) != 1:
            raise ValueError(f"columns of {lengths} rows")
        return [dict(zip(columns, row)) for row in zip(*columns.values(), strict=True)]
    (path,) = paths
    if file_format == "parquet":
        return pyarrow.parquet.read_table(path, page_checksum_verification=True).to_pylist()
    if file_format == "csv":
        return list(read_csv(path, kind))
    with open(path, encoding="utf-8") as file:
        if file_format == "json":
            return parse(file.read())["rows"]
        return [parse(line) for line in file]


def differences(file_format, kind, rows, paths):
    found_rows = read_files(file_format, kind, paths)
    if len(found_rows) != rows:
        yield f"{len(found_rows)} rows, {rows} were accepted"
    field = "$meta" if kind == "dynamic" else "f"
    for n, row in enumerate(found_rows):
        if kind == "dynamic" and file_format in ("json", "jsonl"):  # keys stand beside the fields
            row = {"id": row.pop("id"), "note": row.pop("note"), "$meta": row}
        if row.keys() != {"id", field, "note"}:
            yield f"row {n}: fields {list(row)}"
        elif row["id"] != n or row["note"] != f"note {n}":
            yield f"row {n}: id {row['id']}, note {row['note']!r}"
        elif not same(plain(kind, row[field], file_format), good(kind, n)):
            yield f"row {n}: {row[field]!r}, wanted {good(kind, n)!r}"


def check(folder):
    cases = {}
    for line in (folder / "cases.tsv").read_text(encoding="utf-8").splitlines():
        file_format, kind, way, rows, path = line.split("\t")
        key = (file_format, kind, way, int(rows), str(pathlib.Path(path).parent))
        cases.setdefault(key, []).append(path)
    listed = {path for paths in cases.values() for path in paths}
    there = {str(path) for path in folder.rglob("*") if path.is_file() and path.name != "cases.tsv"}
    problems = [f"{path}: no writer told of it" for path in sorted(there - listed)]
    problems += [f"{path}: it is not there" for path in sorted(listed - there)]
    total = 0
    for (file_format, kind, way, rows, _), paths in cases.items():
        where = f"{file_format}, {kind}, {way}"
        try:
            problems += [f"{where}: {problem}" for problem in list(differences(file_format, kind, rows, paths))[:3]]
        except (ValueError, KeyError, TypeError, OSError) as problem:
            problems.append(f"{where}: {type(problem).__name__}: {problem} ({paths[0]})")
        total += rows
    print(f"{len(cases)} files or groups, {total} good rows")
    if not total:
        problems.append("there were no good rows")
    return problems


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--keep", help="an empty folder for the files, which stay")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="refusals.") as temporary:
        folder = pathlib.Path(arguments.keep or temporary)
        outcome = subprocess.run([arguments.program, str(folder)])
        problems = check(folder)
        if outcome.returncode != 0:
            problems.append(f"{arguments.program} ended with {outcome.returncode}")
    for problem in problems[:40]:
        print("FAILED:", problem)
    if problems:
        sys.exit(f"{len(problems)} problems")


if __name__ == "__main__":
    main()
