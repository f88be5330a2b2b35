#!/usr/bin/env python3
"""Runs write_files and reads what it wrote with pyarrow, DuckDB, NumPy, Python's json and csv and Go's; every cell is
compared.

    check_files.py PROGRAM [FOLDER]        FOLDER is kept; without it a temporary one is used
"""

import csv
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import duckdb
import numpy
import pyarrow
import pyarrow.csv
import pyarrow.parquet

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import expected  # noqa: E402

ARROW_TYPES = {
    "boolean": pyarrow.bool_(),
    "int8": pyarrow.int8(),
    "int16": pyarrow.int16(),
    "int32": pyarrow.int32(),
    "int64": pyarrow.int64(),
    "float32": pyarrow.float32(),
    "float64": pyarrow.float64(),
    "varchar": pyarrow.string(),
    "json": pyarrow.string(),
}
# Physical and logical type as the servers demand them: a JSON annotation, for one, would be refused.
PARQUET_TYPES = {
    "boolean": ("BOOLEAN", "None"),
    "int8": ("INT32", "Int(bitWidth=8, isSigned=true)"),
    "int16": ("INT32", "Int(bitWidth=16, isSigned=true)"),
    "int32": ("INT32", "None"),
    "int64": ("INT64", "None"),
    "float32": ("FLOAT", "None"),
    "float64": ("DOUBLE", "None"),
    "varchar": ("BYTE_ARRAY", "String"),
    "json": ("BYTE_ARRAY", "String"),
    "float_vector": ("FLOAT", "None"),
}


class Case:
    def __init__(self, path):
        self.name = path.stem
        self.columns, self.files, self.groups = [], [], []
        for line in path.read_text(encoding="utf-8").splitlines():
            word, rest = line.split(" ", 1)
            if word == "column":
                kind, name = rest.split(" ")
                self.columns.append((name, kind))
            elif word == "file":
                rows, size, file = rest.split(" ", 2)
                self.files.append((int(rows), int(size), pathlib.Path(file)))
            elif word == "group":
                rows, size, *paths = rest.split(" ")
                self.groups.append((int(rows), int(size), list(map(pathlib.Path, paths))))
            elif word in ("format", "separator", "nullkey"):
                setattr(self, word, rest)
            else:
                setattr(self, word, int(rest))
        lines = path.with_suffix(".expected").read_text(encoding="ascii").splitlines()
        self.wanted = [line.split("\t") for line in lines]
        self.folder = path.with_suffix("")


def arrow_cells(kind, column):
    """The cells of an Arrow column as text."""
    array = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
    if kind != "float_vector":
        return [expected.cell(kind, value) for value in array.to_pylist()]
    values = array.values.to_numpy(zero_copy_only=True)
    offsets = array.offsets.to_pylist()
    valid = array.is_valid().to_pylist()
    return [expected.cell(kind, values[a:b].tobytes()) if v else "-" for v, a, b in zip(valid, offsets, offsets[1:])]


def arrow_rows(case, table):
    if table.column_names != [name for name, _ in case.columns]:
        raise ValueError(f"columns {table.column_names}")
    return list(zip(*(arrow_cells(kind, table.column(i)) for i, (_, kind) in enumerate(case.columns))))


def check_parquet_schema(case, file):
    """What the servers ask of a file beyond its values."""
    metadata = file.metadata
    if not metadata.created_by:
        yield "no created_by"
    leaves = [metadata.schema.column(i) for i in range(len(metadata.schema))]
    if len(leaves) != len(case.columns):
        yield f"{len(leaves)} columns"
        return
    for leaf, (name, kind) in zip(leaves, case.columns):
        is_list = kind == "float_vector"
        path = f"{name}.list.element" if is_list else name
        if leaf.path != path:
            yield f"{name}: path {leaf.path}, wanted {path}"
        if (leaf.physical_type, str(leaf.logical_type)) != PARQUET_TYPES[kind]:
            yield f"{name}: {leaf.physical_type} {leaf.logical_type}, wanted {PARQUET_TYPES[kind]}"
        # All optional: servers up to 2.5.4 crash on required columns.
        if (leaf.max_definition_level, leaf.max_repetition_level) != ((3, 1) if is_list else (1, 0)):
            yield f"{name}: levels {leaf.max_definition_level}, {leaf.max_repetition_level}"
    for name, kind in case.columns:
        field = file.schema_arrow.field(name)
        wanted = ARROW_TYPES.get(kind)
        if (not pyarrow.types.is_list(field.type) or field.type.value_type != pyarrow.float32()) if wanted is None else field.type != wanted:
            yield f"{name}: read as {field.type}"
    for g in range(metadata.num_row_groups):
        group = metadata.row_group(g)
        for c in range(group.num_columns):
            chunk = group.column(c)
            if chunk.path_in_schema != leaves[c].path:
                yield f"row group {g}: column {c} is {chunk.path_in_schema}"


def check_checksums(path):
    """With checksums in the file a flipped bit is found by the reader, wherever it is in the values."""
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 1
    try:
        pyarrow.parquet.read_table(pyarrow.BufferReader(content), page_checksum_verification=True)
    except OSError as problem:
        if "checksum" in str(problem) or "CRC" in str(problem):
            return
    yield f"{path.name}: a flipped bit was read without complaint of a checksum"


def check_parquet(case):
    by_arrow, by_duckdb, row_groups = [], [], 0
    for rows, _, path in case.files:
        file = pyarrow.parquet.ParquetFile(path, page_checksum_verification=True)
        if file.metadata.num_rows != rows:
            yield f"{path.name}: {file.metadata.num_rows} rows in the footer, {rows} in batch_files"
        yield from (f"{path.name}: {problem}" for problem in check_parquet_schema(case, file))
        row_groups = max(row_groups, file.metadata.num_row_groups)
        table = file.read()
        table.validate(full=True)
        by_arrow += arrow_rows(case, table)

        with duckdb.connect() as connection:
            by_duckdb += arrow_rows(case, connection.read_parquet(str(path)).to_arrow_table())
        if case.name.startswith("checksums"):
            yield from check_checksums(path)
    if row_groups < case.min_row_groups:
        yield f"{row_groups} row groups, at least {case.min_row_groups} wanted"
    yield from expected.differences("pyarrow", case.columns, by_arrow, case.wanted)
    yield from expected.differences("DuckDB", case.columns, by_duckdb, case.wanted)


def json_row(case, row):
    """The cells of a JSON row. Dynamic keys may stand beside the fields or in $meta, as text or as an object."""
    cells = []
    for name, kind in case.columns:
        value = row.pop(name, None)
        if name == "$meta":
            loose = {key: row.pop(key) for key in list(row)}
            if value is None:
                value = {}
            elif isinstance(value, str):
                value = expected.strict_json(value)
            if not isinstance(value, dict) or value.keys() & loose.keys():
                raise ValueError(f"$meta is {value}, beside it stand {loose}")
            value = json_text({**value, **loose})
        cells.append(expected.cell(kind, value))
    if row:
        raise ValueError(f"keys that no field has: {list(row)}")
    return cells


def json_text(value):
    """JSON text of what strict_json has read, with its numbers as they stood."""
    import json

    if isinstance(value, expected.Number):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(json.dumps(k) + ":" + json_text(v) for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(json_text, value)) + "]"
    return json.dumps(value)


def check_json(case):
    found = []
    for rows, _, path in case.files:
        document = expected.strict_json(path.read_bytes().decode("utf-8"))
        if list(document) != ["rows"]:
            yield f"{path.name}: root keys {list(document)}"
        if len(document["rows"]) != rows:
            yield f"{path.name}: {len(document['rows'])} rows, {rows} in batch_files"
        found += [json_row(case, row) for row in document["rows"]]
    yield from expected.differences("json", case.columns, found, case.wanted)


class GoReader:
    """read_rows.go, built once; None where there is no Go."""

    built = None

    @classmethod
    def build(cls, folder):
        if shutil.which("go") is None:
            print("skipped: Go's encoding/csv and encoding/json, for there is no Go")
            return
        cls.built = os.path.join(folder, "read_rows")
        source = pathlib.Path(__file__).resolve().parent / "read_rows.go"
        subprocess.run(["go", "build", "-o", cls.built, source], check=True, env={**os.environ, "GOTOOLCHAIN": "local"})

    @classmethod
    def rows(cls, *arguments):
        read = subprocess.run([cls.built, *map(str, arguments)], check=True, capture_output=True)
        return [expected.strict_json(line) for line in read.stdout.decode("utf-8").splitlines() if line]


def json_lines(text):
    """A row a line: the line ends count, although some servers do not look at them."""
    if text and not text.endswith("\n"):
        raise ValueError("the last line does not end")
    return [expected.strict_json(line) for line in text.split("\n")[:-1]]


def check_jsonl(case):
    by_python, by_go = [], []
    for rows, _, path in case.files:
        found = json_lines(path.read_bytes().decode("utf-8"))
        if len(found) != rows:
            yield f"{path.name}: {len(found)} rows, {rows} in batch_files"
        by_python += [json_row(case, row) for row in found]
        if GoReader.built:
            by_go += [json_row(case, row) for row in GoReader.rows("jsonl", path)]
    yield from expected.differences("json", case.columns, by_python, case.wanted)
    if GoReader.built:
        yield from expected.differences("Go", case.columns, by_go, case.wanted)


def csv_cell(case, column, kind, text):
    """The text of a cell as servers understand it."""
    if case.nullable and column > 0 and text == case.nullkey:
        return "-"
    if kind == "boolean":
        return expected.cell(kind, {"true": True, "false": False}[text])
    if kind in ("varchar", "json"):
        return expected.cell(kind, text)
    if kind == "float_vector":
        return expected.cell(kind, expected.strict_json(text))
    if not re.fullmatch(r"-?[0-9]+" if kind.startswith("int") else r"-?[0-9]+(\.[0-9]+)?(e[+-][0-9]+)?", text):
        raise ValueError(f"{text[:80]!r} is no {kind}")
    return expected.cell(kind, expected.Number(text))


def python_csv(case, path):
    with open(path, encoding="utf-8", newline="") as file:
        yield from csv.reader(file, delimiter=case.separator, strict=True)


def go_csv(case, path):
    return GoReader.rows("csv", case.separator, path)


def arrow_csv(case, path):
    names = [name for name, _ in case.columns]
    table = pyarrow.csv.read_csv(
        path,
        read_options=pyarrow.csv.ReadOptions(block_size=1 << 26),
        parse_options=pyarrow.csv.ParseOptions(delimiter=case.separator, newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(column_types={name: pyarrow.string() for name in names},
                                                   strings_can_be_null=False))
    yield table.column_names
    yield from zip(*(column.to_pylist() for column in table.columns))


def duckdb_csv(case, path):
    with duckdb.connect() as connection:
        read = connection.read_csv(str(path), header=True, sep=case.separator, all_varchar=True, quotechar='"', escapechar='"',
                                   na_values="no cell is this text", auto_detect=False, strict_mode=True,
                                   columns={name: "VARCHAR" for name, _ in case.columns}, max_line_size=1 << 24)
        yield read.columns
        yield from read.fetchall()


def check_csv(case):
    readers = {"csv": python_csv, "pyarrow": arrow_csv, "DuckDB": duckdb_csv}
    if GoReader.built:
        readers["Go"] = go_csv
    for name, read in readers.items():
        cells = []
        for rows, _, path in case.files:
            header, *found = read(case, path)
            if list(header) != [column for column, _ in case.columns]:
                yield f"{name}: {path.name}: columns {header}"
            if len(found) != rows:
                yield f"{name}: {path.name}: {len(found)} rows, {rows} in batch_files"
            cells += [[csv_cell(case, i, kind, text) for i, ((_, kind), text) in enumerate(zip(case.columns, row, strict=True))]
                      for row in found]
        yield from expected.differences(name, case.columns, cells, case.wanted)


# As the servers demand them, to the letter; of text the width comes behind.
NPY_TYPES = {
    "boolean": "|b1",
    "int8": "|i1",
    "int16": "<i2",
    "int32": "<i4",
    "int64": "<i8",
    "float32": "<f4",
    "float64": "<f8",
    "varchar": "<U",
    "json": "<U",
    "float_vector": "<f4",
}


def npy_cells(kind, array):
    if kind == "float_vector":
        return [expected.cell(kind, row.tobytes()) for row in array]
    return [expected.cell(kind, value) for value in array.tolist()]


def check_npy_file(kind, rows, path):
    """Beyond the values: version, type, order, shape, and not a byte more."""
    with open(path, "rb") as file:
        version = numpy.lib.format.read_magic(file)
        shape, fortran, dtype = numpy.lib.format.read_array_header_1_0(file)
        if version != (1, 0) or fortran or file.tell() % 64 != 0:
            yield f"version {version}, fortran_order {fortran}, data at {file.tell()}"
        if dtype.str.rstrip("0123456789" if kind in ("varchar", "json") else "") != NPY_TYPES[kind]:
            yield f"type {dtype.str}"
        if shape[0] != rows or len(shape) != (2 if kind == "float_vector" else 1):
            yield f"shape {shape} of {rows} rows"
        if file.tell() + dtype.itemsize * numpy.prod(shape) != path.stat().st_size:
            yield f"{path.stat().st_size} bytes"


def check_npy(case):
    found = []
    for number, (rows, size, paths) in enumerate(case.groups, 1):
        wanted = [f"{number}/{name}.npy" for name, _ in case.columns]
        if [f"{path.parent.name}/{path.name}" for path in paths] != wanted:
            yield f"group {number}: {paths}"
        columns = []
        for (_, kind), path in zip(case.columns, paths, strict=True):
            yield from (f"{path.name} of group {number}: {problem}" for problem in check_npy_file(kind, rows, path))
            columns.append(npy_cells(kind, numpy.load(path, allow_pickle=False)))
        found += zip(*columns, strict=True)
        if sum(path.stat().st_size for path in paths) != size:
            yield f"group {number}: not the {size} bytes in batch_files"
        if size > case.chunk_size:
            yield f"group {number}: {size} bytes exceed chunk_size {case.chunk_size}"
    if len(case.groups) < case.min_files:
        yield f"{len(case.groups)} groups, at least {case.min_files} wanted"
    on_disk = {path for path in case.folder.rglob("*") if path.is_file()} if case.folder.exists() else set()
    if on_disk != {path for _, _, paths in case.groups for path in paths}:
        yield f"on disk are {sorted(p.name for p in on_disk)}"
    yield from expected.differences("numpy", case.columns, found, case.wanted)


CHECKS = {"parquet": check_parquet, "json": check_json, "jsonl": check_jsonl, "csv": check_csv, "npy": check_npy}


def check(case):
    """Lines that say what is wrong with the files of a case."""
    if case.format == "npy":
        yield from check_npy(case)
        return
    if len(case.files) < case.min_files:
        yield f"{len(case.files)} files, at least {case.min_files} wanted"
    folders = {path.parent for _, _, path in case.files}
    if len(folders) > 1:
        yield f"files in {len(folders)} folders"
    for number, (rows, size, path) in enumerate(case.files, 1):
        if path.name != f"{number}.{case.format}":
            yield f"file {number} is called {path.name}"
        if path.stat().st_size != size:
            yield f"{path.name}: {path.stat().st_size} bytes, {size} in batch_files"
        if size > case.chunk_size:
            yield f"{path.name}: {size} bytes exceed chunk_size {case.chunk_size}"
        if rows == 0:
            yield f"{path.name}: no rows"
    on_disk = {path for path in case.folder.rglob("*") if path.is_file()} if case.folder.exists() else set()
    if on_disk != {path for _, _, path in case.files}:
        yield f"on disk are {sorted(p.name for p in on_disk)}"
    yield from CHECKS[case.format](case)


def main(program, folder):
    csv.field_size_limit(1 << 30)
    GoReader.build(folder)
    subprocess.run([program, folder], check=True)
    cases = [Case(path) for path in sorted(pathlib.Path(folder).glob("*.case"))]
    failures = 0
    for case in cases:
        try:
            problems = list(check(case))
        except Exception as problem:  # a reader that refuses a file fails the case, not the run
            problems = [f"{type(problem).__name__}: {problem}"]
        failures += bool(problems)
        size = sum(size for _, size, _ in case.files + case.groups)
        print(f"{'FAILED' if problems else 'ok'} {case.name}: {len(case.wanted)} rows, {len(case.files + case.groups)} files, {size} bytes")
        for problem in problems:
            print(f"    {problem}")
    print(f"{len(cases)} cases, {failures} failed")
    return 1 if failures or not cases else 0


if __name__ == "__main__":
    if len(sys.argv) == 3:
        sys.exit(main(sys.argv[1], os.path.abspath(sys.argv[2])))
    with tempfile.TemporaryDirectory(prefix="bulkwriter-readers-") as temporary:
        sys.exit(main(sys.argv[1], temporary))
