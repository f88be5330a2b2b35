#!/usr/bin/env python3
"""Files that the fuzz target `rows` kept, read by pyarrow, DuckDB, NumPy, and Python's json and csv; every cell is
compared with what went in, which the target wrote down from its input (value.hpp has the form).

    check_corpus.py FOLDER
    check_corpus.py --self-test FOLDER    one cell of each case is changed, so all must fail
"""

import csv
import io
import json
import pathlib
import struct
import sys

import duckdb
import numpy
import pyarrow
import pyarrow.parquet

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from expected import Number, float32_bytes  # noqa: E402

TEXTS = ("varchar", "text", "json", "geometry", "timestamptz")
VECTORS = ("float_vector", "float16_vector", "bfloat16_vector", "int8_vector", "binary_vector")
BITS = {"int8": 8, "int16": 16, "int32": 32, "int64": 64}


class Object(dict):
    """A JSON object that still has all members where a key stands twice, which below a row's keys is nobody's rule."""

    def __init__(self, pairs):
        super().__init__(pairs)
        self.pairs = pairs


def no_constant(text):
    raise ValueError(f"{text} is not JSON")


def strict_json(text):
    return json.loads(text, parse_constant=no_constant, parse_int=Number, parse_float=Number, object_pairs_hook=Object)


class Field:
    def __init__(self, name, kind, element, dim, null):
        self.name, self.kind, self.element, self.dim, self.null = name, kind, element, int(dim), null
        self.subs = []

    def scalar(self):
        return Field(self.name, self.element, "", 0, "!")


class Case:
    def __init__(self, folder):
        self.folder, self.fields, self.groups, self.rows = folder, [], [], []
        for line in (folder / "case").read_bytes().decode("ascii").splitlines():
            word, *rest = line.split("\t")
            if word == "format":
                self.format = rest[0]
            elif word == "separator":
                self.separator = chr(int(rest[0]))
            elif word == "nullkey":
                self.nullkey = bytes.fromhex(rest[0]).decode()
            elif word == "field":
                self.fields.append(Field(*rest))
            elif word == "sub":
                self.fields[-1].subs.append(Field(*rest))
            elif word == "group":
                self.groups.append([folder / path for path in rest])
            else:
                self.rows.append(rest)


def half_bits(kind, value):
    """The 16 bits that are exactly this float32."""
    single = struct.unpack("<f", float32_bytes(value))[0]
    if kind == "float16_vector":
        bits = numpy.float32(single).astype(numpy.float16)
        assert float(bits) == single, f"{single} is no float16"
        return bits.view(numpy.uint16).item()
    whole = struct.unpack("<I", struct.pack("<f", single))[0]
    assert whole & 0xFFFF == 0, f"{single} is no bfloat16"
    return whole >> 16


def is_integer(value):
    return not isinstance(value, bool) and (isinstance(value, int) or (isinstance(value, Number) and not set(value) & set(".eE")))


def told(field, value, as_bytes):
    """A value that a reader gave, as the text of value.hpp. Half vectors: of bytes (Parquet, NumPy), or of numbers."""
    kind = field.kind
    if value is None:
        return "-"
    if kind == "boolean" and isinstance(value, bool):
        return f"b{int(value)}"
    if kind in BITS and is_integer(value):
        assert -(1 << (BITS[kind] - 1)) <= int(value) < 1 << (BITS[kind] - 1), f"{value} is no {kind}"
        return f"i{int(value)}"
    if kind == "float32" and isinstance(value, (float, Number)):
        return "f" + float32_bytes(value)[::-1].hex()
    if kind == "float64" and isinstance(value, (float, Number)):
        return "d" + struct.pack(">d", float(value)).hex()
    if kind in TEXTS and isinstance(value, str) and not isinstance(value, Number):
        return "s" + value.encode().hex()
    if kind == "sparse_float_vector":
        value = strict_json(value) if isinstance(value, str) else value
        return "p" + " ".join(f"{index}:{float32_bytes(number)[::-1].hex()}" for index, number in value.items())
    if kind == "float_vector":
        return "v" + "".join(float32_bytes(number)[::-1].hex() for number in value)
    if kind in ("float16_vector", "bfloat16_vector"):
        if as_bytes:
            return "h" + "".join(f"{low | high << 8:04x}" for low, high in zip(value[::2], value[1::2], strict=True))
        return "h" + "".join(f"{half_bits(kind, number):04x}" for number in value)
    if kind == "int8_vector":
        return "c" + "".join(struct.pack("b", int(number)).hex() for number in value)
    if kind == "binary_vector":
        return "x" + "".join(struct.pack("B", int(number)).hex() for number in value)
    if kind == "array":
        return "[" + " ".join(told(field.scalar(), element, as_bytes) for element in value) + "]"
    if kind == "struct_array":
        structs = []
        for element in value:
            assert set(element) == {sub.name for sub in field.subs}, f"a struct with {list(element)}"
            structs.append("(" + " ".join(told(sub, element[sub.name], as_bytes) for sub in field.subs) + ")")
        return "[" + " ".join(structs) + "]"
    raise TypeError(f"{type(value).__name__} {str(value)[:60]!r} where {kind} was written")


def normal(value):
    """As normal() of read_back.hpp."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, str):
        return "s" + value.encode().hex()
    if isinstance(value, list):
        return "[" + "".join(normal(element) + "," for element in value) + "]"
    return "{" + "".join(f"{key}:{member}," for key, member in sorted((normal(k), normal(v)) for k, v in value.pairs)) + "}"


def json_row(case, row):
    cells = []
    assert len(row) == len(row.pairs), f"a key stands twice in {row.pairs}"
    pairs, row = row.pairs, dict(row)
    for field in case.fields:
        if field.name == "$meta":
            cells.append(None)
        else:
            cells.append(told(field, row.pop(field.name), False))
    if None in cells:
        cells[cells.index(None)] = normal(Object([pair for pair in pairs if pair[0] in row]))
    else:
        assert not row, f"keys that no field has: {list(row)}"
    return cells


def by_json(case):
    for paths in case.groups:
        text = paths[0].read_bytes().decode("utf-8")
        rows = strict_json(text)["rows"] if case.format == "json" else [strict_json(line) for line in text.split("\n")[:-1]]
        yield from (json_row(case, row) for row in rows)


def by_csv(case):
    for paths in case.groups:
        # As Go reads: CR LF is LF everywhere.
        text = paths[0].read_bytes().decode("utf-8").replace("\r\n", "\n")
        header, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=case.separator, strict=True)
        assert header == [field.name for field in case.fields], f"columns {header}"
        for row in rows:
            yield [csv_cell(case, field, text) for field, text in zip(case.fields, row, strict=True)]


def csv_cell(case, field, text):
    if field.null != "!" and text == case.nullkey:
        return field.null
    return told(field, text if field.kind in TEXTS else strict_json(text), False)


def arrow_rows(case, table):
    assert table.column_names == [field.name for field in case.fields], f"columns {table.column_names}"
    columns = [[told(field, value, True) for value in column.to_pylist()] for field, column in zip(case.fields, table.columns)]
    return zip(*columns, strict=True)


def by_arrow(case):
    for paths in case.groups:
        table = pyarrow.parquet.ParquetFile(paths[0], page_checksum_verification=True).read()
        table.validate(full=True)
        yield from arrow_rows(case, table)


def by_duckdb(case):
    with duckdb.connect() as connection:
        for paths in case.groups:
            yield from arrow_rows(case, connection.read_parquet(str(paths[0])).to_arrow_table())


def by_numpy(case):
    for paths in case.groups:
        columns = []
        for field, path in zip(case.fields, paths, strict=True):
            assert path.name == field.name + ".npy"
            columns.append([told(field, value, True) for value in numpy.load(path, allow_pickle=False).tolist()])
        yield from zip(*columns, strict=True)


READERS = {"parquet": {"pyarrow": by_arrow, "DuckDB": by_duckdb}, "json": {"json": by_json}, "jsonl": {"json": by_json},
           "csv": {"csv": by_csv}, "npy": {"numpy": by_numpy}}


def problems(case):
    for name, read in READERS[case.format].items():
        try:
            found = [list(row) for row in read(case)]
        except Exception as problem:  # a reader that refuses a file fails the case, not the run
            yield f"{name}: {type(problem).__name__}: {str(problem)[:300]}"
            continue
        if len(found) != len(case.rows):
            yield f"{name}: {len(found)} rows, {len(case.rows)} were written"
        for number, (f, w) in enumerate(zip(found, case.rows)):
            if f != w:
                yield f"{name}: row {number}: read {f}, written {w}"[:600]
                break


def main():
    self_test = sys.argv[1] == "--self-test"
    csv.field_size_limit(1 << 30)
    cases = [Case(path.parent) for path in sorted(pathlib.Path(sys.argv[-1]).glob("*/case"))]
    failures = 0
    for case in cases:
        if self_test:
            case.rows[-1][-1] += "00"
        lines = list(problems(case))
        failures += bool(lines)
        for line in lines if not self_test else ():
            print(f"{case.folder}: {case.format}: {line}")
    rows = sum(len(case.rows) for case in cases)
    formats = {name: sum(case.format == name for case in cases) for name in READERS}
    print(f"{len(cases)} cases, {rows} rows, {formats}; {failures} failed")
    if self_test:
        return 0 if cases and failures == len(cases) else 1
    return 1 if failures or not all(formats.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
