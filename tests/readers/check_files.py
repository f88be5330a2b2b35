#!/usr/bin/env python3
"""Runs write_files and reads what it wrote with pyarrow, DuckDB, Polars, fastparquet, NumPy, Python's json and csv and
Go's; every cell is compared.

    check_files.py PROGRAM [FOLDER]        FOLDER is kept; without it a temporary one is used
"""

import csv
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import duckdb
import fastparquet
import numpy
import pandas
import polars
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
    "json": pyarrow.string(),
    "sparse_float_vector": pyarrow.string(),
    **{kind: pyarrow.string() for kind in expected.TEXTS},
}
# Vectors are lists of these.
ARROW_ELEMENTS = {
    "float_vector": pyarrow.float32(),
    "float16_vector": pyarrow.uint8(),
    "bfloat16_vector": pyarrow.uint8(),
    "int8_vector": pyarrow.int8(),
    "binary_vector": pyarrow.uint8(),
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
    "json": ("BYTE_ARRAY", "String"),
    "sparse_float_vector": ("BYTE_ARRAY", "String"),
    "float_vector": ("FLOAT", "None"),
    "float16_vector": ("INT32", "Int(bitWidth=8, isSigned=false)"),
    "bfloat16_vector": ("INT32", "Int(bitWidth=8, isSigned=false)"),
    "int8_vector": ("INT32", "Int(bitWidth=8, isSigned=true)"),
    "binary_vector": ("INT32", "Int(bitWidth=8, isSigned=false)"),
    **{kind: ("BYTE_ARRAY", "String") for kind in expected.TEXTS},
}


class Case:
    """Files, and the cells that they should hold as the text of expected.py."""

    def __init__(self, name, format, folder):
        self.name, self.format, self.folder = name, format, folder
        self.columns, self.wanted = [], []  # (name, kind); a list of cells a row
        self.files, self.groups = [], []  # (rows, bytes, path); (rows, bytes, paths)
        self.chunk_size, self.min_files, self.min_row_groups = 0, 1, 1
        self.nullable = 0  # all columns but the first
        self.separator, self.nullkey = ",", ""
        self.checksums = False

    def add_files(self, line):
        """Takes a line that tells of files; whether it was one."""
        word, _, rest = line.partition(" ")
        if word == "file":
            rows, size, file = rest.split(" ", 2)
            self.files.append((int(rows), int(size), pathlib.Path(file)))
        elif word == "group":
            rows, size, *paths = rest.split(" ")
            self.groups.append((int(rows), int(size), list(map(pathlib.Path, paths))))
        return word in ("file", "group")

    @classmethod
    def told(cls, path):
        """As write_files tells it."""
        case = cls(path.stem, "", path.with_suffix(""))
        case.checksums = case.name.startswith("checksums")
        for line in path.read_text(encoding="utf-8").splitlines():
            word, rest = line.split(" ", 1)
            if word == "column":
                kind, name = rest.split(" ")
                case.columns.append((name, kind))
            elif not case.add_files(line):
                setattr(case, word, rest if word in ("format", "separator", "nullkey") else int(rest))
        case.wanted = [line.split("\t") for line in path.with_suffix(".expected").read_text(encoding="ascii").splitlines()]
        return case

    def differences(self, reader, found, wanted=None):
        # Loose keys of JSON rows are put together by the checker, those of CSV by Go's reader.
        return expected.differences(reader, self.columns, found, self.wanted if wanted is None else wanted,
                                    respelled=lambda name: name == "$meta" and (self.format in ("json", "jsonl") or reader == "Go"))


def from_parquet(kind, value):
    """What expected.cell takes, of a value as Parquet files hold it."""
    if value is None:
        return None
    if kind == "sparse_float_vector":
        return expected.strict_json(value)
    if kind in expected.HALVES or kind == "binary_vector":
        return bytes(value)
    if expected.sub_fields_of(kind):
        kinds = dict(expected.sub_fields_of(kind))
        return [{name: from_parquet(kinds[name], v) for name, v in one.items()} for one in value]
    return value


def arrow_cells(kind, column):
    """The cells of an Arrow column as text."""
    array = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
    if kind not in expected.VECTORS:
        return [expected.cell(kind, from_parquet(kind, value)) for value in array.to_pylist()]
    if array.type.value_type != ARROW_ELEMENTS[kind]:
        raise ValueError(f"{kind} was read as {array.type}")
    values = array.values.to_numpy(zero_copy_only=True)
    offsets = array.offsets.to_pylist()
    valid = array.is_valid().to_pylist()
    return [expected.cell(kind, values[a:b].tobytes()) if v else "-" for v, a, b in zip(valid, offsets, offsets[1:])]


def arrow_rows(case, table):
    if table.column_names != [name for name, _ in case.columns]:
        raise ValueError(f"columns {table.column_names}")
    return list(zip(*(arrow_cells(kind, table.column(i)) for i, (_, kind) in enumerate(case.columns))))


def parquet_leaves(name, kind):
    """(path, kind of the value, definition levels, repetition levels). All is optional but what is in structs: servers
    up to 2.5.4 crash on required columns."""
    if expected.element_of(kind):
        return [(f"{name}.list.element", expected.element_of(kind), 3, 1)]
    if expected.sub_fields_of(kind):
        return [(f"{name}.list.element.{sub}.list.element", k, 3, 2) if k in expected.VECTORS else (f"{name}.list.element.{sub}", k, 2, 1)
                for sub, k in expected.sub_fields_of(kind)]
    return [(f"{name}.list.element", kind, 3, 1)] if kind in expected.VECTORS else [(name, kind, 1, 0)]


def is_arrow_type(found, kind):
    if kind in ARROW_TYPES:
        return found == ARROW_TYPES[kind]
    if not pyarrow.types.is_list(found):
        return False
    if kind in ARROW_ELEMENTS:
        return found.value_type == ARROW_ELEMENTS[kind]
    if expected.element_of(kind):
        return is_arrow_type(found.value_type, expected.element_of(kind))
    subs = expected.sub_fields_of(kind)
    return pyarrow.types.is_struct(found.value_type) and [field.name for field in found.value_type] == [name for name, _ in subs] and all(
        is_arrow_type(field.type, k) for field, (_, k) in zip(found.value_type, subs))


def check_parquet_schema(case, file):
    """What the servers ask of a file beyond its values."""
    metadata = file.metadata
    if not metadata.created_by:
        yield "no created_by"
    found = [metadata.schema.column(i) for i in range(len(metadata.schema))]
    wanted = [leaf for name, kind in case.columns for leaf in parquet_leaves(name, kind)]
    if len(found) != len(wanted):
        yield f"{len(found)} leaves, wanted {len(wanted)}"
        return
    for leaf, (path, kind, *levels) in zip(found, wanted):
        if leaf.path != path:
            yield f"path {leaf.path}, wanted {path}"
        if (leaf.physical_type, str(leaf.logical_type)) != PARQUET_TYPES[kind]:
            yield f"{path}: {leaf.physical_type} {leaf.logical_type}, wanted {PARQUET_TYPES[kind]}"
        if [leaf.max_definition_level, leaf.max_repetition_level] != levels:
            yield f"{path}: levels {leaf.max_definition_level}, {leaf.max_repetition_level}, wanted {levels}"
    for name, kind in case.columns:
        if not is_arrow_type(file.schema_arrow.field(name).type, kind):
            yield f"{name}: read as {file.schema_arrow.field(name).type}"
    for g in range(metadata.num_row_groups):
        group = metadata.row_group(g)
        for c in range(group.num_columns):
            if group.column(c).path_in_schema != found[c].path:
                yield f"row group {g}: column {c} is {group.column(c).path_in_schema}"


def check_statistics(case, metadata, wanted):
    """Readers leave out row groups by what the footer says of them. wanted: the rows of the file."""
    if metadata.num_rows != len(wanted):
        return  # said elsewhere
    of_leaf = [(i, kind) for i, (name, kind) in enumerate(case.columns) for _ in parquet_leaves(name, kind)]
    begin = 0
    for g in range(metadata.num_row_groups):
        group = metadata.row_group(g)
        rows = wanted[begin:begin + group.num_rows]
        begin += group.num_rows
        for c, (i, kind) in enumerate(of_leaf):
            statistics = group.column(c).statistics
            if statistics is None or kind not in ARROW_TYPES:
                continue
            cells = [row[i] for row in rows if row[i] != "-"]
            if statistics.has_null_count and statistics.null_count != len(rows) - len(cells):
                yield f"row group {g}: {case.columns[i][0]} has {len(rows) - len(cells)} nulls, {statistics.null_count} in the footer"
            if statistics.has_min_max:
                numbers = [int(cell[1:]) for cell in cells]
                if (statistics.min, statistics.max) != (min(numbers), max(numbers)):
                    yield f"row group {g}: {case.columns[i][0]} is {min(numbers)} to {max(numbers)}, {statistics.min} to {statistics.max} in the footer"


def check_checksums(path):
    """With checksums in the file a flipped bit is found by the reader, in the last page's values of every leaf."""
    whole = path.read_bytes()
    group = pyarrow.parquet.ParquetFile(pyarrow.BufferReader(whole)).metadata.row_group(0)
    for c in range(group.num_columns):
        column = group.column(c)
        begin = column.dictionary_page_offset if column.has_dictionary_page else column.data_page_offset
        content = bytearray(whole)
        content[begin + column.total_compressed_size - 1] ^= 1  # no header: a page ends with its values
        try:
            pyarrow.parquet.read_table(pyarrow.BufferReader(content), page_checksum_verification=True)
        except OSError as problem:
            if "checksum" in str(problem) or "CRC" in str(problem):
                continue
        yield f"{path.name}: a flipped bit of {column.path_in_schema} was read without complaint of a checksum"


def from_pandas(value):
    if value is None or value is pandas.NA or (isinstance(value, float) and value != value):
        return None  # no NaN is ever written
    if isinstance(value, (list, numpy.ndarray)):
        return list(map(from_pandas, value))
    return value.item() if isinstance(value, numpy.generic) else value


def fastparquet_cells(kind, column):
    return [expected.cell(kind, from_parquet(kind, from_pandas(value))) for value in column]


skips = {}  # why: names of columns; printed at the end


# What fastparquet is known not to read: it says nothing, and the cells are null. Where it has a value after all it must
# be the one that was written.
def fastparquet_reads(kind):
    return not expected.sub_fields_of(kind) and expected.element_of(kind) != "varchar"


def check_fastparquet(case):
    """Column by column, so that one that it cannot read hides no other."""
    frames = [fastparquet.ParquetFile(str(path)).to_pandas() for _, _, path in case.files]
    for i, (name, kind) in enumerate(case.columns):
        found = [cell for frame in frames for cell in fastparquet_cells(kind, frame[name])]
        wanted = [row[i] for row in case.wanted]
        if not fastparquet_reads(kind):
            if any(f == "-" != w for f, w in zip(found, wanted)):
                skips.setdefault(f"fastparquet reads null from every {kind if expected.element_of(kind) else 'struct_array'}", set()).add(name)
            wanted = [w if f != "-" else "-" for f, w in zip(found, wanted, strict=True)]
        yield from expected.differences("fastparquet", [(name, kind)], [[f] for f in found], [[w] for w in wanted],
                                        respelled=lambda name: False)


def check_parquet(case):
    by_arrow, by_duckdb, by_polars, row_groups, begin = [], [], [], 0, 0
    for rows, _, path in case.files:
        file = pyarrow.parquet.ParquetFile(path, page_checksum_verification=True)
        if file.metadata.num_rows != rows:
            yield f"{path.name}: {file.metadata.num_rows} rows in the footer, {rows} in batch_files"
        yield from (f"{path.name}: {problem}" for problem in check_parquet_schema(case, file))
        yield from (f"{path.name}: {problem}" for problem in check_statistics(case, file.metadata, case.wanted[begin:begin + rows]))
        begin += rows
        row_groups = max(row_groups, file.metadata.num_row_groups)
        table = file.read()
        table.validate(full=True)
        by_arrow += arrow_rows(case, table)

        with duckdb.connect() as connection:
            by_duckdb += arrow_rows(case, connection.read_parquet(str(path)).to_arrow_table())
        by_polars += arrow_rows(case, polars.read_parquet(path).to_arrow())
        if case.checksums:
            yield from check_checksums(path)
    if row_groups < case.min_row_groups:
        yield f"{row_groups} row groups, at least {case.min_row_groups} wanted"
    yield from case.differences("pyarrow", by_arrow)
    yield from case.differences("DuckDB", by_duckdb)
    yield from case.differences("Polars", by_polars)
    if case.files:
        yield from check_fastparquet(case)


def in_order(kind, value):
    """A value whose keys a reader has sorted, with the keys as the writer has them."""
    if value is None:
        return None
    if kind == "sparse_float_vector":
        return dict(sorted(value.items(), key=lambda pair: int(pair[0])))
    subs = expected.sub_fields_of(kind)
    return [{name: one.pop(name) for name, _ in subs} | one for one in value] if subs else value


def json_row(case, row, sorted_keys=False):
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
        cells.append(expected.cell(kind, in_order(kind, value) if sorted_keys else value))
    if row:
        raise ValueError(f"keys that no field has: {list(row)}")
    return cells


def json_text(value):
    """JSON text of what strict_json has read, with its numbers as they stood."""
    if isinstance(value, expected.Number):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(json.dumps(k) + ":" + json_text(v) for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(json_text, value)) + "]"
    return json.dumps(value)


def check_json(case):
    found, by_go = [], []
    for rows, _, path in case.files:
        document = expected.strict_json(path.read_bytes().decode("utf-8"))
        if list(document) != ["rows"]:
            yield f"{path.name}: root keys {list(document)}"
        if len(document["rows"]) != rows:
            yield f"{path.name}: {len(document['rows'])} rows, {rows} in batch_files"
        found += [json_row(case, row) for row in document["rows"]]
        if GoReader.built:
            by_go += [json_row(case, row, sorted_keys=True) for row in GoReader.rows("json", path)]
    yield from case.differences("json", found)
    if GoReader.built:
        yield from case.differences("Go", by_go)


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
            by_go += [json_row(case, row, sorted_keys=True) for row in GoReader.rows("jsonl", path)]
    yield from case.differences("json", by_python)
    if GoReader.built:
        yield from case.differences("Go", by_go)


def csv_cell(case, column, kind, text):
    """The text of a cell as servers understand it."""
    if case.nullable and column > 0 and text == case.nullkey:
        return "-"
    if kind == "boolean":
        return expected.cell(kind, {"true": True, "false": False}[text])
    if kind in expected.TEXTS or kind == "json":
        return expected.cell(kind, text)
    if kind not in ARROW_TYPES or kind == "sparse_float_vector":
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
        yield from case.differences(name, cells)


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
    "geometry": "<U",
    "float_vector": "<f4",
    "float16_vector": "|u1",  # as bytes
    "bfloat16_vector": "|u1",
    "int8_vector": "|i1",
    "binary_vector": "|u1",
}


def npy_cells(kind, array):
    if kind in expected.VECTORS:
        return [expected.cell(kind, row.tobytes()) for row in array]
    return [expected.cell(kind, value) for value in array.tolist()]


def check_npy_file(kind, rows, path):
    """Beyond the values: version, type, order, shape, and not a byte more."""
    with open(path, "rb") as file:
        version = numpy.lib.format.read_magic(file)
        shape, fortran, dtype = numpy.lib.format.read_array_header_1_0(file)
        if version != (1, 0) or fortran or file.tell() % 64 != 0:
            yield f"version {version}, fortran_order {fortran}, data at {file.tell()}"
        if (dtype.str.rstrip("0123456789") if dtype.kind == "U" else dtype.str) != NPY_TYPES[kind]:
            yield f"type {dtype.str}"
        if shape[0] != rows or len(shape) != (2 if kind in expected.VECTORS else 1):
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
    yield from case.differences("numpy", found)


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


def check_all(cases):
    """Prints what became of each; whether all is well."""
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
    for why, names in sorted(skips.items()):
        print(f"skipped: {why}: {', '.join(sorted(names))}")
    print(f"{len(cases)} cases, {failures} failed")
    return bool(cases) and not failures


def main(program, folder):
    GoReader.build(folder)
    subprocess.run([program, folder], check=True)
    return 0 if check_all([Case.told(path) for path in sorted(pathlib.Path(folder).glob("*.case"))]) else 1


def run(main):
    """main(program, folder), the folder given or a temporary one."""
    csv.field_size_limit(1 << 30)
    if len(sys.argv) == 3:
        sys.exit(main(sys.argv[1], os.path.abspath(sys.argv[2])))
    with tempfile.TemporaryDirectory(prefix="bulkwriter-readers-") as temporary:
        sys.exit(main(sys.argv[1], temporary))


if __name__ == "__main__":
    run(main)
