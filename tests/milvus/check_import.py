#!/usr/bin/env python3
"""Our files in a real Milvus: written and uploaded by milvus_upload into versitygw, imported by the server from there,
queried back by its own client, and every value compared.

    check_import.py --upload PROGRAM --versitygw PROGRAM
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import expected  # noqa: E402
import peers  # noqa: E402

BUCKET = "bulkwriter-test"
COLUMNS = [("id", "int64"), ("flag", "boolean"), ("i8", "int8"), ("i16", "int16"), ("i32", "int32"), ("i64", "int64"),
           ("f32", "float32"), ("f64", "float64"), ("text", "varchar"), ("doc", "json"), ("v", "float_vector"), ("$meta", "json")]


def create(name):
    from pymilvus import Collection, CollectionSchema, DataType, FieldSchema

    kinds = {"int64": DataType.INT64, "boolean": DataType.BOOL, "int8": DataType.INT8, "int16": DataType.INT16,
             "int32": DataType.INT32, "float32": DataType.FLOAT, "float64": DataType.DOUBLE, "varchar": DataType.VARCHAR,
             "json": DataType.JSON, "float_vector": DataType.FLOAT_VECTOR}
    more = {"id": {"is_primary": True}, "text": {"max_length": 65535}, "v": {"dim": 4}}
    fields = [FieldSchema(field, kinds[kind], **more.get(field, {})) for field, kind in COLUMNS if field != "$meta"]
    return Collection(name, CollectionSchema(fields, enable_dynamic_field=True))


def bulk_insert(collection, key, seconds=60):
    """One file a task, as 2.3.5 wants it; the number of rows that the server has imported."""
    from pymilvus import BulkInsertState, utility

    task = utility.do_bulk_insert(collection, files=[key])
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        state = utility.get_bulk_insert_state(task)
        if state.state == BulkInsertState.ImportCompleted:
            return state.row_count
        if state.state in (BulkInsertState.ImportFailed, BulkInsertState.ImportFailedAndCleaned):
            raise RuntimeError(f"{key}: the server refused the file: {state.failed_reason}")
        time.sleep(0.2)
    raise RuntimeError(f"{key}: not imported after {seconds} s")


def stored_rows(collection, count):
    """Every row of the collection in the order of its key, as the text of expected.hpp."""
    collection.create_index("v", {"index_type": "FLAT", "metric_type": "L2", "params": {}})
    collection.load()
    found = collection.query("id >= 0", output_fields=["*"], consistency_level="Strong", limit=count + 1)
    fields = {name for name, _ in COLUMNS}
    rows = []
    for row in sorted(found, key=lambda row: row["id"]):
        row["$meta"] = {key: value for key, value in row.items() if key not in fields}
        rows.append([expected.cell(kind, json.dumps(row[name]) if kind == "json" else plain(kind, row[name])) for name, kind in COLUMNS])
    return rows


def plain(kind, value):
    """The client returns floats as numpy's."""
    if kind == "float_vector":
        return [float(x) for x in value]
    return float(value) if kind.startswith("float") else value


def same_json_values(wanted):
    """JSON goes through the server's own parser and printer: compared as values, not as spelling of numbers."""
    return ["j" + json.dumps(json.loads(bytes.fromhex(cell[1:]))).encode().hex() if kind == "json" else cell
            for cell, (_, kind) in zip(wanted, COLUMNS)]


def check(program, store, folder, file_format):
    """Lines that say what is wrong."""
    wanted_file = folder / f"{file_format}.expected"
    environment = {**os.environ, "ACCESS_KEY": store.access_key, "SECRET_KEY": store.secret_key}
    keys = subprocess.run([program, file_format, store.endpoint, BUCKET, wanted_file], env=environment, check=True,
                          stdout=subprocess.PIPE, text=True).stdout.split()
    wanted = [same_json_values(line.split("\t")) for line in wanted_file.read_text(encoding="ascii").splitlines()]
    if len(keys) < 2 or any(not key.endswith("." + file_format) for key in keys):
        yield f"the writer returned the keys {keys}"
    collection = create(f"from_{file_format}")
    # Keys are accepted with and without a leading slash: data_path() has one, batch_files() have none.
    imported = sum(bulk_insert(collection.name, "/" + key if number % 2 else key) for number, key in enumerate(keys))
    if imported != len(wanted):
        yield f"the server counted {imported} rows, {len(wanted)} were written"
    yield from expected.differences(f"Milvus, {file_format}", COLUMNS, stored_rows(collection, len(wanted)), wanted)
    print(f"{file_format}: {len(keys)} files, {imported} rows imported and compared", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--upload", required=True)
    parser.add_argument("--versitygw", required=True)
    options = parser.parse_args()

    from pymilvus import connections

    with tempfile.TemporaryDirectory(prefix="bulkwriter-milvus-") as temporary:
        folder = pathlib.Path(temporary)
        with peers.versitygw(options.versitygw, folder / "store") as store, \
                peers.milvus(folder / "milvus", store, BUCKET) as port:
            connections.connect(host="127.0.0.1", port=port)
            problems = [problem for file_format in ("parquet", "json") for problem in check(options.upload, store, folder, file_format)]
            connections.disconnect("default")
    print("\n".join(problems) if problems else "every value came back")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
