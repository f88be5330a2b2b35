#!/usr/bin/env python3
"""Our files in a real Milvus: written and uploaded by milvus_upload into versitygw, imported by the server from there,
queried back, and every value compared with what went into the files. What the library says that this server does not read
must be refused by it, or come back as something else.

    check_import.py --upload PROGRAM --versitygw PROGRAM
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import expected  # noqa: E402
import peers  # noqa: E402

BUCKET = "bulkwriter-test"

# What must come back from files of each format, so that no kind is lost on the way to this test.
SCALARS = {"boolean", "int8", "int16", "int32", "int64", "float32", "varchar"}
NUMPY = SCALARS | {"float64", "json", "float_vector", "binary_vector"}
KINDS = {"npy": NUMPY, "json": NUMPY | {f"array<{kind}>" for kind in SCALARS},
         "parquet": NUMPY | {f"array<{kind}>" for kind in SCALARS | {"float64"}}}


class Refused(RuntimeError):
    """The server does not take the collection or a file."""


class Case:
    """What milvus_upload wrote: a collection in one format."""

    def __init__(self, about):
        self.name, self.format = about.stem.split(".")
        lines = [line.split(" ", 1) for line in about.read_text(encoding="utf-8").splitlines()]
        self.fields = [json.loads(text) for word, text in lines if word == "field"]
        self.sort = next(text for word, text in lines if word == "sort")
        self.read = any(line == ["read", "1"] for line in lines)
        self.groups = [text.split() for word, text in lines if word == "group"]
        self.columns = [(field["name"], f"array<{field['element']}>" if field["kind"] == "array" else field["kind"])
                        for field in self.fields if not field["auto_id"]]
        self.wanted = [line.split("\t") for line in about.with_suffix(".expected").read_text(encoding="ascii").splitlines()]

    def __str__(self):
        return f"{self.name}, {self.format}"

    def create(self, service):
        """By the protocol itself: the client refuses kinds that it does not know before the server sees them."""
        from pymilvus.grpc_gen import common_pb2, milvus_pb2, schema_pb2

        kinds = {"boolean": schema_pb2.Bool, "int8": schema_pb2.Int8, "int16": schema_pb2.Int16, "int32": schema_pb2.Int32,
                 "int64": schema_pb2.Int64, "float32": schema_pb2.Float, "float64": schema_pb2.Double,
                 "varchar": schema_pb2.VarChar, "json": schema_pb2.JSON, "array": schema_pb2.Array,
                 "float_vector": schema_pb2.FloatVector, "binary_vector": schema_pb2.BinaryVector,
                 "float16_vector": schema_pb2.Float16Vector, "bfloat16_vector": schema_pb2.BFloat16Vector}
        self.collection = f"{self.name}_{self.format}"
        schema = schema_pb2.CollectionSchema(name=self.collection)
        for field in self.fields:
            if field["name"] == "$meta":
                schema.enable_dynamic_field = True
                continue
            made = schema.fields.add(name=field["name"], data_type=kinds[field["kind"]], is_primary_key=field["is_primary"],
                                     autoID=field["auto_id"], is_partition_key=field["is_partition_key"])
            if field["kind"] == "array":
                made.element_type = kinds[field["element"]]
            made.type_params.extend(common_pb2.KeyValuePair(key=key, value=str(field[key]))
                                    for key in ("dim", "max_length", "max_capacity") if field[key])
        partitions = {"num_partitions": 4} if any(field["is_partition_key"] for field in self.fields) else {}
        status = service.CreateCollection(milvus_pb2.CreateCollectionRequest(
            collection_name=self.collection, schema=schema.SerializeToString(), shards_num=1, **partitions))
        if status.code:
            raise Refused(status.reason)

    def begin_import(self):
        """One group of files a task, as 2.3.5 wants it."""
        from pymilvus import utility

        # Keys are accepted with and without a leading slash: data_path() has one, batch_files() have none.
        self.tasks = [utility.do_bulk_insert(self.collection, files=["/" + key if number % 2 else key for key in group])
                      for number, group in enumerate(self.groups)]

    def imported(self, seconds=120):
        """The number of rows that the server has imported when all tasks are done."""
        from pymilvus import BulkInsertState, utility

        deadline, rows = time.monotonic() + seconds, 0
        for task, group in zip(self.tasks, self.groups):
            while (state := utility.get_bulk_insert_state(task)).state != BulkInsertState.ImportCompleted:
                if state.state in (BulkInsertState.ImportFailed, BulkInsertState.ImportFailedAndCleaned):
                    raise Refused(state.failed_reason)
                if time.monotonic() > deadline:
                    raise RuntimeError(f"{self}: {group} not imported after {seconds} s")
                time.sleep(0.1)
            rows += state.row_count
        return rows

    def begin_load(self):
        from pymilvus import Collection

        vector = next(field for field in self.fields if field["kind"].endswith("_vector"))
        index, metric = ("FLAT", "L2") if vector["kind"] == "float_vector" else ("BIN_FLAT", "HAMMING")
        collection = Collection(self.collection)
        collection.create_index(vector["name"], {"index_type": index, "metric_type": metric, "params": {}})
        collection.load(_async=True)

    def stored_rows(self, service):
        """Every row of the collection, in order, as the text of expected.hpp."""
        from pymilvus import utility

        utility.wait_for_loading_complete(self.collection, timeout=60)
        found = query(service, self.collection, [name for name, _ in self.columns])
        order = [name for name, _ in self.columns].index(self.sort)
        rows = zip(*([expected.cell(kind, value) for value in found[name]] for name, kind in self.columns), strict=True)
        return sorted(map(list, rows), key=lambda row: int(row[order][1:]))


def query(service, collection, names):
    """name -> values, taken from the server's own answer: the client's rows have floats of numpy and parsed JSON."""
    from pymilvus.grpc_gen import common_pb2, milvus_pb2

    answer = service.Query(milvus_pb2.QueryRequest(
        collection_name=collection, output_fields=names, consistency_level=common_pb2.Strong,
        query_params=[common_pb2.KeyValuePair(key="limit", value="16384")]))
    if answer.status.code or answer.status.error_code:
        raise RuntimeError(f"query of {collection}: {answer.status}")
    return {data.field_name or "$meta": values(data) for data in answer.fields_data}


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


def outcomes(cases, service):
    """(case, lines that say what differs, why the server refused it or None). Steps of all cases run at the same time: most
    of an import and of a load is waiting."""
    refused, loading = {}, []
    for case in cases:
        try:
            case.create(service)
            case.begin_import()
        except Refused as error:
            refused[case] = str(error)
    for case in cases:
        try:
            if case not in refused:
                case.rows = case.imported()
                case.begin_load()
                loading.append(case)
        except Refused as error:
            refused[case] = str(error)
    for case in loading:
        differences = [f"{case}: the server counted {case.rows} rows, {len(case.wanted)} were written"] * (case.rows != len(case.wanted))
        differences += expected.differences(f"Milvus, {case}", case.columns, case.stored_rows(service), case.wanted)
        yield case, differences, None
    for case, reason in refused.items():
        yield case, [], reason


def check(cases, service):
    """Lines that say what is wrong."""
    for file_format, kinds in KINDS.items():
        read = {kind for case in cases if case.format == file_format and case.read for _, kind in case.columns}
        if read != kinds:
            yield f"{file_format}: the library says that the server reads {sorted(read)}, and it should be {sorted(kinds)}"
    for case, differences, refusal in outcomes(cases, service):
        if case.read:
            yield from differences
            if refusal is not None:
                yield f"{case}: the server refused what the library says it reads: {refusal}"
        elif refusal is None and not differences:
            yield f"{case}: every value came back, of what the library says this server does not read"
        elif refusal is not None and not re.search("unsupport|illegal data type|not match|not supported", refusal):
            yield f"{case}: refused for another reason than its kind: {refusal}"
        print(f"{case}: {len(case.groups)} imports, {len(case.wanted)} rows" + ("" if case.read else ", not read") +
              (f": {refusal}" if refusal is not None else ""), flush=True)


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
