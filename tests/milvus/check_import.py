#!/usr/bin/env python3
"""Our files in a real Milvus: written and uploaded by milvus_upload into versitygw, imported by the server from there,
queried back, and every value compared with what went into the files.

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


class Case:
    """What milvus_upload wrote: a collection in one format."""

    def __init__(self, about):
        self.name, self.format = about.stem.split(".")
        lines = [line.split(" ", 1) for line in about.read_text(encoding="utf-8").splitlines()]
        self.fields = [json.loads(text) for word, text in lines if word == "field"]
        self.sort = next(text for word, text in lines if word == "sort")
        self.groups = [text.split() for word, text in lines if word == "group"]
        self.columns = [(field["name"], f"array<{field['element']}>" if field["kind"] == "array" else field["kind"])
                        for field in self.fields if not field["auto_id"]]
        self.wanted = [line.split("\t") for line in about.with_suffix(".expected").read_text(encoding="ascii").splitlines()]

    def __str__(self):
        return f"{self.name}, {self.format}"

    def create(self):
        from pymilvus import Collection, CollectionSchema, DataType, FieldSchema

        kinds = {"boolean": DataType.BOOL, "int8": DataType.INT8, "int16": DataType.INT16, "int32": DataType.INT32,
                 "int64": DataType.INT64, "float32": DataType.FLOAT, "float64": DataType.DOUBLE, "varchar": DataType.VARCHAR,
                 "json": DataType.JSON, "array": DataType.ARRAY, "float_vector": DataType.FLOAT_VECTOR,
                 "binary_vector": DataType.BINARY_VECTOR}
        fields = []
        for field in self.fields:
            if field["name"] == "$meta":
                continue
            more = {key: field[key] for key in ("dim", "max_length", "max_capacity") if field[key]}
            more |= {key: True for key in ("is_primary", "auto_id", "is_partition_key") if field[key]}
            if field["kind"] == "array":
                more["element_type"] = kinds[field["element"]]
            fields.append(FieldSchema(field["name"], kinds[field["kind"]], **more))
        partitions = {"num_partitions": 4} if any(field["is_partition_key"] for field in self.fields) else {}
        schema = CollectionSchema(fields, enable_dynamic_field=any(field["name"] == "$meta" for field in self.fields))
        self.collection = Collection(f"{self.name}_{self.format}", schema, **partitions)

    def begin_import(self):
        """One group of files a task, as 2.3.5 wants it."""
        from pymilvus import utility

        # Keys are accepted with and without a leading slash: data_path() has one, batch_files() have none.
        self.tasks = [utility.do_bulk_insert(self.collection.name, files=["/" + key if number % 2 else key for key in group])
                      for number, group in enumerate(self.groups)]

    def imported(self, seconds=120):
        """The number of rows that the server has imported when all tasks are done."""
        from pymilvus import BulkInsertState, utility

        deadline, rows = time.monotonic() + seconds, 0
        for task, group in zip(self.tasks, self.groups):
            while (state := utility.get_bulk_insert_state(task)).state != BulkInsertState.ImportCompleted:
                if state.state in (BulkInsertState.ImportFailed, BulkInsertState.ImportFailedAndCleaned):
                    raise RuntimeError(f"{self}: the server refused {group}: {state.failed_reason}")
                if time.monotonic() > deadline:
                    raise RuntimeError(f"{self}: {group} not imported after {seconds} s")
                time.sleep(0.1)
            rows += state.row_count
        return rows

    def stored_rows(self, service):
        """Every row of the collection, in order, as the text of expected.hpp."""
        vector = next(field for field in self.fields if field["kind"].endswith("_vector"))
        flat = ("FLAT", "L2") if vector["kind"] == "float_vector" else ("BIN_FLAT", "HAMMING")
        self.collection.create_index(vector["name"], {"index_type": flat[0], "metric_type": flat[1], "params": {}})
        self.collection.load()
        found = query(service, self.collection.name, [name for name, _ in self.columns])
        order = [name for name, _ in self.columns].index(self.sort)
        rows = zip(*([expected.cell(kind, value) for value in found[name]] for name, kind in self.columns))
        return sorted(map(list, rows), key=lambda row: int(row[order][1:]))


def query(service, collection, names):
    """name -> values, taken from the server's own answer: the client's rows have floats of numpy and parsed JSON."""
    from pymilvus.grpc_gen import common_pb2, milvus_pb2

    answer = service.Query(milvus_pb2.QueryRequest(
        collection_name=collection, output_fields=names, consistency_level=common_pb2.Strong,
        query_params=[common_pb2.KeyValuePair(key="limit", value="16384")]))
    if answer.status.code or answer.status.error_code:
        raise RuntimeError(f"query of {collection}: {answer.status}")
    found = {data.field_name or "$meta": values(data) for data in answer.fields_data}
    return found


def values(data):
    """The cells of a column, schema.proto's FieldData."""
    if data.HasField("vectors"):
        if data.vectors.WhichOneof("data") == "binary_vector":
            size, flat = data.vectors.dim // 8, data.vectors.binary_vector
        else:
            size, flat = data.vectors.dim, list(data.vectors.float_vector.data)
        return [flat[at:at + size] for at in range(0, len(flat), size)]
    return scalars(data.scalars)


def scalars(field):
    which = field.WhichOneof("data")
    if which is None:
        return []
    found = list(getattr(field, which).data)
    if which == "array_data":
        return [scalars(element) for element in found]
    return [value.decode() for value in found] if which == "json_data" else found


def check(cases, service):
    """Lines that say what is wrong. All imports run at the same time: most of one is waiting."""
    for case in cases:
        case.create()
        case.begin_import()
    for case in cases:
        try:
            imported = case.imported()
            if imported != len(case.wanted):
                yield f"{case}: the server counted {imported} rows, {len(case.wanted)} were written"
            yield from expected.differences(f"Milvus, {case}", case.columns, case.stored_rows(service), case.wanted)
        except RuntimeError as error:
            yield str(error)
            continue
        print(f"{case}: {len(case.groups)} imports, {imported} rows compared", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--upload", required=True)
    parser.add_argument("--versitygw", required=True)
    options = parser.parse_args()

    import grpc
    from pymilvus import connections
    from pymilvus.grpc_gen import milvus_pb2_grpc

    with tempfile.TemporaryDirectory(prefix="bulkwriter-milvus-") as temporary:
        folder = pathlib.Path(temporary)
        with peers.versitygw(options.versitygw, folder / "store") as store, \
                peers.milvus(folder / "milvus", store, BUCKET) as port:
            environment = {**os.environ, "ACCESS_KEY": store.access_key, "SECRET_KEY": store.secret_key}
            files = folder / "files"
            files.mkdir()
            subprocess.run([options.upload, store.endpoint, BUCKET, files], env=environment, check=True)
            cases = [Case(about) for about in sorted(files.glob("*.case"))]
            connections.connect(host="127.0.0.1", port=port)
            with grpc.insecure_channel(f"127.0.0.1:{port}", [("grpc.max_receive_message_length", -1)]) as channel:
                problems = list(check(cases, milvus_pb2_grpc.MilvusServiceStub(channel)))
            connections.disconnect("default")
    print("\n".join(problems) if problems else "every value came back")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
