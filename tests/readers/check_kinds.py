#!/usr/bin/env python3
"""Makes rows of every kind, has write_kinds write them in every format and through every way to append, and compares
every cell that the readers of check_files.py find with what was made.

    check_kinds.py PROGRAM [FOLDER]        FOLDER is kept; without it a temporary one is used

Of each case the files of a run-time schema, whose rows are JSON text, must be those of the compile-time schema, whose
rows are structs, values by name and tuples, to the byte: the readers see one of both.
"""

import decimal
import json
import pathlib
import random
import struct
import subprocess
import sys

import ml_dtypes
import numpy

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import check_files  # noqa: E402
from check_files import expected  # noqa: E402

# --- fields ---


class Field:
    def __init__(self, name, kind, dim=0, as_bits=False, subs=()):
        self.name, self.dim, self.as_bits, self.subs = name, dim, as_bits, subs
        self.kind = f"struct_array<{';'.join(f'{sub.name}:{sub.kind}' for sub in subs)}>" if subs else kind
        self.element = Field(name, expected.element_of(kind)) if expected.element_of(kind) else None


INTEGERS = {"int8": "b", "int16": "h", "int32": "i", "int64": "q"}
SCALARS = ("boolean", *INTEGERS, "float32", "float64", "varchar")
SHORT = {"boolean": "flag", "int8": "i8", "int16": "i16", "int32": "i32", "int64": "i64", "float32": "f32", "float64": "f64",
         "varchar": "text"}

CLIP = [Field(SHORT[k], k) for k in SCALARS[:-1]] + [Field("title", "varchar"), Field("v", "float_vector", 2)]
PACK = [Field("f16", "float16_vector", 3), Field("f16_bits", "float16_vector", 2, as_bits=True),
        Field("bf16", "bfloat16_vector", 2), Field("i8", "int8_vector", 3), Field("bits", "binary_vector", 16),
        Field("note", "text")]
ID, META = Field("id", "int64"), Field("$meta", "json")
# In the order of write_kinds: what every format holds, what NumPy does not, what CSV does not.
OF_ALL = [ID, *(Field(SHORT[k], k) for k in SCALARS[:-1]), Field("words", "varchar"), Field("doc", "json"),
          Field("shape", "geometry"), Field("v_f32", "float_vector", 3), Field("v_f16", "float16_vector", 4),
          Field("v_f16_bits", "float16_vector", 3, as_bits=True), Field("v_bf16", "bfloat16_vector", 4),
          Field("v_bf16_bits", "bfloat16_vector", 3, as_bits=True), Field("v_i8", "int8_vector", 5),
          Field("v_bits", "binary_vector", 24)]
NOT_OF_NPY = [Field("moment", "timestamptz"), Field("sparse", "sparse_float_vector"),
              *(Field(f"a_{SHORT[k]}", f"array<{k}>") for k in SCALARS), Field("clips", "", subs=CLIP)]
NOT_OF_CSV = [Field("prose", "text"), Field("packs", "", subs=PACK)]
EVERY = [*OF_ALL, *NOT_OF_NPY, *NOT_OF_CSV, META]


def holds(format, field):
    """What the formats hold, as their documentation says it."""
    if format == "npy":
        return field.kind in (*SCALARS, "json", "geometry", *expected.VECTORS)
    if format == "csv":
        return field.kind != "text" and all(holds(format, sub) and (sub.kind not in expected.VECTORS or sub.kind == "float_vector")
                                            for sub in field.subs)
    return True


# --- values ---
# As Python has them: a float32 is a float that is one, a vector of 16-bit floats given as bits a list of integers, a
# sparse vector a list of pairs in any order, a struct a dict.


def f32(bits):
    return struct.unpack("<f", struct.pack("<I", bits))[0]


FLOAT32 = [0.0, -0.0, 1.0, f32(0x7F7FFFFF), f32(0xFF7FFFFF), f32(1), f32(0x80000001), f32(0x007FFFFF), f32(0x00800000),
           16777216.0, f32(0x3DCCCCCD), f32(0x4B7FFFFF), f32(0x501502F9), f32(0x2EDBE6FF)]
FLOAT64 = [0.0, -0.0, 1.0, sys.float_info.max, -sys.float_info.max, 5e-324, -5e-324, 2.2250738585072011e-308,
           sys.float_info.min, 9007199254740993.0, 0.1, 1e23, 1e21, 123456789.123456789]
# Ties to both sides, the largest that do not round to infinity, subnormals and what rounds to them or to zero.
FLOAT16 = [0.0, -0.0, 65504.0, f32(0x477FEFFF), -65504.0, 2.0**-24, 2.0**-25, f32(0x33000001), -(2.0**-25), 2.0**-14 - 2.0**-25,
           2049.0, 2051.0, f32(0x45001001), 0.1, f32(1)]
BFLOAT16 = [0.0, -0.0, f32(0x7F7F0000), f32(0x7F7F7FFF), f32(0xFF7F7FFF), f32(1), f32(0x00008000), f32(0x00008001), f32(0x00018000),
            257.0, 259.0, f32(0x3F808001), 0.1]
TEXTS = ["", " ", "a", "\"q\"", "back\\slash", "null", "NULL", "NaN", "-", "[1,2]", "{}", "tab\tnew\nline\r", "\r\n", "caf\u00e9",
         "\ufeffbom", "\u2028\u2029", "\uffff", "\U0010ffff", "\U0001f469\u200d\U0001f680", "a,b;c|d", "<b>&amp;", "'; --", "\x00",
         "nul\x00inside", "\x01\x1f\x7f", " led and trailed ", "true", "0", "1e5", "#", "\\N", "%00", "=1+1"]
DOCS = ["{}", "[]", "true", "0", "-0", "1e-7", '""', r'"\u0000\ud83d\ude00\/"', '{"a":{"b":[{}]}}', '{ "spaced" :\n[ 1 , 2 ] }',
        "12345678901234567890123", "0.1000", '{"id":1,"$meta":2,"caf\u00e9":"\U0001f680"}', '"a,b|c"']
# Not as members of JSON text, where the first is no value and blanks around the others are none of theirs.
DOCS_ALONE = ["null", " [ ] ", "\n{}\n", "\tnull"]
SHAPES = ["POINT (1 2)", "POLYGON ((0 0, 1 0, 1 1, 0 0))", "GEOMETRYCOLLECTION (POINT (1 2), LINESTRING (0 0, 1e-3 -5))",
          "POINT\n(1 2)", "MULTIPOINT ((0 0), (1 1))", "POINT EMPTY", "LINESTRING\r\n(0 0, 1 1)", "POINT Z (1 2 3)"]
MOMENTS = ["2006-01-02T15:04:05Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z", "2024-02-29T12:00:00.5+01:00",
           "1970-01-01 00:00:00", "1969-12-31T23:59:59.000001-12:00", "2006-01-02T15:04:05.1234567891+14:00"]
METAS = ["{}", '{"n":1}', '{"key with space":"\\u00e9","nested":{"a":[1,{"b":null}]},"n":-0.5}', '{"":""}', '{"a":[],"b":{}}',
         '{"large":12345678901234567890,"quoted":"\\"\\\\"}',
         '{"n":9007199254740993}', '{"n":[{"m":-9007199254740993}]}', '{"n":9007199254740992,"m":1e22,"f":0.30000000000000004}',
         '{"n":1152921504606846976}', '{"n":10000000000000000000001}', '{"9007199254740993":"9007199254740993"}']


class Maker:
    """Values of a field: the remarkable ones first, then random ones."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.made = {}

    def any_float(self, layout, width):
        while True:
            value = struct.unpack(layout, self.random.getrandbits(8 * width).to_bytes(width, "little"))[0]
            if value - value == 0:
                return value

    def number(self, kind):
        """A float that can be rounded to the kind."""
        r = self.random
        if kind == "float16_vector":
            return f32(struct.unpack("<I", struct.pack("<f", r.uniform(-1, 1) * 2.0**r.randint(-26, 15)))[0])
        if kind == "bfloat16_vector":
            value = self.any_float("<f", 4)
            return value if abs(value) < 3e38 else 0.5
        return self.any_float("<f", 4)

    def word(self):
        pieces = 'aZ0 "\\/\n\t\x01\x7f\u00e9\u65e5\U0001f600\u2028<&\',|'
        return "".join(self.random.choices(pieces, k=self.random.randint(0, 20)))

    def vector(self, field):
        r = self.random
        if field.kind == "int8_vector":
            return [r.randint(-128, 127) for _ in range(field.dim)]
        if field.kind == "binary_vector":
            return [r.randint(0, 255) for _ in range(field.dim // 8)]
        if field.as_bits:
            sign, exponent = r.choice((0, 0x8000)), (0x7C00 if field.kind == "float16_vector" else 0x7F80)
            return [sign | r.randrange(exponent) for _ in range(field.dim)]
        return [self.number(field.kind) for _ in range(field.dim)]

    def remarkable(self, field):
        kind, dim = field.kind, field.dim
        if kind == "boolean":
            return [True, False]
        if kind in INTEGERS:
            bits = 8 * struct.calcsize(INTEGERS[kind])
            return [-(1 << (bits - 1)), (1 << (bits - 1)) - 1, 0, -1]
        if kind in ("float32", "float64"):
            return FLOAT32 if kind == "float32" else FLOAT64
        if kind in ("varchar", "text"):
            return TEXTS
        if kind == "json":
            return METAS if field is META else DOCS
        if kind in ("geometry", "timestamptz"):
            return SHAPES if kind == "geometry" else MOMENTS
        if field.as_bits:
            return [[0x8000] * dim, [0] * dim, [0x0001] * dim, [0x7BFF if kind == "float16_vector" else 0x7F7F] * dim]
        if kind in ("float_vector", *expected.HALVES):
            numbers = {"float_vector": FLOAT32, "float16_vector": FLOAT16, "bfloat16_vector": BFLOAT16}[kind]
            return [[numbers[(i + k) % len(numbers)] for k in range(dim)] for i in range(len(numbers))]
        if kind == "int8_vector":
            return [[(-128, 127, -1, 0, 1)[(i + k) % 5] for k in range(dim)] for i in range(2)]
        if kind == "binary_vector":
            return [[(0, 255, 128, 1)[(i + k) % 4] for k in range(dim // 8)] for i in range(4)]
        if kind == "sparse_float_vector":
            return [[], [(0, 0.5)], [(4294967294, f32(0x7F7FFFFF))], [(4294967294, f32(1)), (0, 0.0), (7, -0.0)], []]
        # Lists: empty ones before, between and behind others, and one of everything remarkable.
        if field.element:
            return [[], self.remarkable(field.element), [], [], self.remarkable(field.element)[:1], []]
        structs = [{sub.name: self.remarkable(sub)[i % len(self.remarkable(sub))] for sub in field.subs} for i in range(15)]
        return [[], structs, [], [], structs[:1], []]

    def random_value(self, field):
        r, kind = self.random, field.kind
        if kind == "boolean":
            return r.random() < 0.5
        if kind in INTEGERS:
            return r.getrandbits(8 * struct.calcsize(INTEGERS[kind])) + self.remarkable(field)[0]
        if kind in ("float32", "float64"):
            return self.any_float("<f", 4) if kind == "float32" else self.any_float("<d", 8)
        if kind in ("varchar", "text"):
            return self.word()
        if kind == "json":
            value = {"n": r.randint(0, 999), "list": [1, 2.5, self.word(), None]}
            return json.dumps(value, separators=(",", ":")) if field is META else json.dumps(value)
        if kind in expected.VECTORS:
            return self.vector(field)
        if kind == "sparse_float_vector":
            return [(index, abs(self.any_float("<f", 4))) for index in r.sample(range(4294967295), r.randint(0, 6))]
        if field.element:
            return [self.random_value(field.element) for _ in range(r.randint(0, 5))]
        if field.subs:
            return [{sub.name: self.random_value(sub) for sub in field.subs} for _ in range(r.randint(0, 3))]
        return r.choice(self.remarkable(field))

    def value(self, field):
        at = self.made[field.name] = self.made.get(field.name, -1) + 1
        remarkable = self.remarkable(field)
        return remarkable[at] if at < len(remarkable) else self.random_value(field)


# --- a value on its way to write_kinds, and as readers should find it ---


def halves_of(field, value):
    if field.as_bits:
        return numpy.array(value, dtype=numpy.uint16).tobytes()
    dtype = numpy.float16 if field.kind == "float16_vector" else ml_dtypes.bfloat16
    return numpy.array(value, dtype=numpy.float32).astype(dtype).tobytes()


def wanted_value(field, value):
    """What expected.cell takes."""
    if value is None:
        return None
    if field.kind in expected.HALVES:
        return halves_of(field, value)
    if field.kind == "sparse_float_vector":
        return sorted(value)
    if field.subs:
        return [{sub.name: wanted_value(sub, one[sub.name]) for sub in field.subs} for one in value]
    return value


def binary(field, value):
    """As `input` of write_kinds reads it."""
    kind = field.kind
    if kind == "boolean":
        return struct.pack("<?", value)
    if kind in INTEGERS:
        return struct.pack("<" + INTEGERS[kind], value)
    if kind in ("float32", "float64"):
        return struct.pack("<f" if kind == "float32" else "<d", value)
    if isinstance(value, str):
        return struct.pack("<I", len(value.encode())) + value.encode()
    if kind in expected.VECTORS:
        layout = {"int8_vector": "b", "binary_vector": "B"}.get(kind, "H" if field.as_bits else "f")
        return struct.pack(f"<I{len(value)}{layout}", len(value), *value)
    if kind == "sparse_float_vector":
        return struct.pack("<I", len(value)) + b"".join(struct.pack("<If", *pair) for pair in value)
    if field.element:
        return struct.pack("<I", len(value)) + b"".join(binary(field.element, v) for v in value)
    return struct.pack("<I", len(value)) + b"".join(binary(sub, one[sub.name]) for one in value for sub in field.subs)


def plain_json(field, value):
    """JSON text: documents as they stand, floats with all their digits."""
    if value is None:
        return "null"
    if field.kind == "json":  # a string in a row's JSON is the text of the value
        return json.dumps(value) if value.lstrip().startswith('"') else value
    if field.kind in expected.HALVES and field.as_bits:
        dtype = numpy.float16 if field.kind == "float16_vector" else ml_dtypes.bfloat16
        return json.dumps(numpy.array(value, dtype=numpy.uint16).view(dtype).astype(numpy.float64).tolist())
    if field.kind == "sparse_float_vector":
        return json.dumps({str(index): v for index, v in value})
    if field.subs:
        return "[" + ",".join("{" + ",".join(f'"{sub.name}":{plain_json(sub, one[sub.name])}' for sub in field.subs) + "}" for one in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def is_refused(format, nullkey, nullable, field, value):
    """What a format would have its readers take for another value: see the documentation of csv and npy."""
    if not isinstance(value, str):
        return False
    if format == "npy":
        return "\0" in value
    return format == "csv" and (("\r\n" in value and field.kind != "json") or (nullable and field is not META and value == nullkey) or
                                (field is META and any(map(changes_as_double, numbers_of(value)))))


def numbers_of(document):
    """The numbers in JSON text, as they stand there."""
    found = []
    json.loads(document, parse_int=found.append, parse_float=found.append)
    return found


def changes_as_double(number):
    return decimal.Decimal(repr(float(number))) != decimal.Decimal(number)


# --- cases ---


class Rows:
    """The rows of a case, from which the files of every format come."""

    def __init__(self, name, count, present=None, fields=EVERY, change=None, ways=None, **options):
        self.name, self.fields, self.nullable = name, fields, present is not None
        self.ways = ways or (("typed", "runtime") if fields is EVERY else ("runtime",))
        self.options = {"row_group_size": 32 << 20, "page_size": 1 << 20, "checksums": 0, "chunk_size": 512 << 20, **options}
        self.written = set()  # inputs
        maker = Maker(name)
        self.rows = []
        for number in range(count):
            row = [number - count // 2 if field is ID else maker.value(field) if field is META or present is None or present(number, i) else None
                   for i, field in enumerate(fields)]
            if change:
                change(number, {field.name: i for i, field in enumerate(fields)}, row)
            self.rows.append(row)
        self.cells = [[expected.cell(field.kind, wanted_value(field, value)) for field, value in zip(fields, row)] for row in self.rows]
        self.json = [[f'"{field.name}":{plain_json(field, value)}' for field, value in zip(fields, row)] for row in self.rows]

    def formats(self):
        yield from ((format, ",", "") for format in ("parquet", "json", "jsonl", "csv"))
        if self.nullable:
            yield "csv", "|", "NULL"
        else:
            yield "npy", ",", ""

    def prepare(self, folder):
        """Writes what write_kinds needs; a case for each format, with its jobs and the rows that it should refuse."""
        for format, separator, nullkey in self.formats():
            held = format if format in ("csv", "npy") else "full"
            fields = [field for field in self.fields if holds(format, field)]
            places = [self.fields.index(field) for field in fields]
            self.write_inputs(folder, held, fields, places)
            name = f"{self.name}.{format}" if separator == "," else f"{self.name}_piped.{format}"
            case = check_files.Case(name, format, folder / name)
            case.columns = [(field.name, field.kind) for field in fields]
            case.nullable, case.separator, case.nullkey = int(self.nullable), separator, nullkey
            case.chunk_size, case.checksums = self.options["chunk_size"], bool(self.options["checksums"])
            case.min_files = self.options.get("min_files", 1) if self.rows else 0
            case.min_row_groups = self.options.get("min_row_groups", 1) if self.rows else 0
            case.refused = []
            for number, row in enumerate(self.rows):
                if any(is_refused(format, nullkey, self.nullable, field, row[i]) for field, i in zip(fields, places)):
                    case.refused.append(number)
                else:
                    case.wanted.append([self.cells[number][i] for i in places])
            options = [self.options[key] for key in ("chunk_size", "row_group_size", "page_size", "checksums")]
            case.jobs = [" ".join(map(str, [name if way == self.ways[0] else f"{name}.{way}", format, way, held, int(self.nullable), *options, separator,
                                            nullkey or "-", f"{self.name}.rows" if way == "typed" else f"{self.name}.{held}.json",
                                            f"{self.name}.{held}.fields"])) for way in self.ways]
            yield case

    def write_inputs(self, folder, held, fields, places):
        if held in self.written:
            return
        self.written.add(held)

        def line(word, field):
            kind, length, capacity = field.kind.split("<")[0], 65535, 4096
            return f"{word} {field.name} {kind} {field.element.kind if field.element else 'boolean'} {field.dim} {length} {capacity} " + str(
                int(self.nullable and word == "field" and field is not ID))

        lines = [text for field in fields for text in [line("field", field), *(line("sub", sub) for sub in field.subs)]]
        (folder / f"{self.name}.{held}.fields").write_text("\n".join(lines) + "\n")
        with open(folder / f"{self.name}.{held}.json", "wb") as file:
            for members in self.json:
                text = ("{" + ",".join(members[i] for i in places) + "}").encode()
                file.write(struct.pack("<I", len(text)) + text)
        if "typed" in self.ways and held == "full":
            with open(folder / f"{self.name}.rows", "wb") as file:
                for row in self.rows:
                    for field, value in zip(self.fields, row):
                        if self.nullable and field is not ID and field is not META:
                            file.write(struct.pack("<?", value is not None))
                        if value is not None:
                            file.write(binary(field, value))


def long_texts(number, place, row):
    row[place["words"]] = ("x" * 65535, '"' * 65535, "\x01" * 65535, "\u65e5" * 21845, "\u00e9" * 32767)[number % 5]


def largest(number, place, row):
    """The most that a field holds."""
    long_texts(number, place, row)
    row[place["doc"]] = '"' + "y" * 65534 + '"' if number % 2 else "[" + " " * 65534 + "]"
    row[place["$meta"]] = '{"k":"' + "z" * (65536 - 8) + '"}'
    if number >= 3:
        return
    maker = Maker(f"largest {number}")
    for name, field in ((field.name, field) for field in EVERY):
        if field.element:
            row[place[name]] = [maker.value(field.element) for _ in range(4096)]
    row[place["a_text"]] = ["", *row[place["a_text"]][:4093], "w" * 65535, ""]
    row[place["sparse"]] = [(index * 97, 0.5) for index in range(4096)]
    row[place["prose"]] = "p" * 200_000
    for name, field in ((field.name, field) for field in EVERY if field.subs):
        row[place[name]] = [{sub.name: maker.value(sub) for sub in field.subs} for _ in range(4096 if number == 1 else 17)]


def documents(number, place, row):
    row[place["doc"]] = DOCS_ALONE[number % len(DOCS_ALONE)]


def nothing(number, place, row):
    """Everything that can be empty is."""
    for field in EVERY:
        if field.element or field.subs or field.kind in ("varchar", "text", "sparse_float_vector"):
            row[place[field.name]] = "" if field.kind in ("varchar", "text") else []


def nothing_at_times(number, place, row):
    if number % 5 != 2:
        nothing(number, place, row)


def wide():
    """A hundred columns of every kind in turn."""
    fields = [ID]
    while len(fields) < 99:
        like = EVERY[1 + (len(fields) - 1) % (len(EVERY) - 2)]
        fields.append(Field(f"c{len(fields)}", like.kind, like.dim, subs=like.subs))
    return [*fields, META]


def dims(*of):
    kinds = [(kind, dim) for kind in expected.VECTORS for dim in of]
    return [ID, *(Field(f"v{i}", kind, max(8, dim // 8 * 8) if kind == "binary_vector" else dim) for i, (kind, dim) in enumerate(kinds))]


def all_rows():
    count = len(EVERY)
    yield Rows("no_rows", 0)
    yield Rows("one_row", 1)
    yield Rows("kinds", 300)
    yield Rows("row_groups", 250, row_group_size=16 << 10, page_size=1 << 10, checksums=1, min_row_groups=8)
    yield Rows("pages", 250, page_size=1 << 10)
    yield Rows("chunks", 300, chunk_size=160 << 10, row_group_size=8 << 10, min_files=2)
    yield Rows("largest", 6, change=largest)
    yield Rows("largest_pages", 6, change=largest, page_size=1 << 10, row_group_size=4 << 10)
    yield Rows("long_texts", 20, fields=[ID, Field("words", "varchar"), Field("v", "int8_vector", 3)], change=long_texts)
    yield Rows("documents", 8, change=documents, ways=("typed",))
    yield Rows("empty", 20, change=nothing)
    yield Rows("empty_at_times", 60, change=nothing_at_times, page_size=1 << 10, row_group_size=4 << 10)
    yield Rows("null_nowhere", 40, lambda row, column: True)
    yield Rows("null_everywhere", 40, lambda row, column: False)
    yield Rows("null_one_row", 1, lambda row, column: False)
    yield Rows("null_first", 17, lambda row, column: row != 0)
    yield Rows("null_last", 17, lambda row, column: row != 16)
    yield Rows("null_first_and_last", 9, lambda row, column: row not in (0, 8))
    yield Rows("null_alternating", 40, lambda row, column: (row + column) % 2 == 0)
    yield Rows("null_in_runs", 128, lambda row, column: row >> column % 6 & 1)
    # Every place within and across the bytes of a bitmap, in each column another one.
    yield Rows("null_at_every_place", 20 * count, lambda row, column: row % 20 != (row // 20 + column * 7) % 20)
    yield Rows("null_but_one", 20 * count, lambda row, column: row % 20 == (row // 20 + column * 7) % 20)
    draw = random.Random("null_at_random")
    yield Rows("null_at_random", 300, lambda row, column: draw.random() < 0.6, row_group_size=16 << 10, page_size=1 << 10, checksums=1)
    draw_again = random.Random("null_pages")
    yield Rows("null_pages", 300, lambda row, column: draw_again.random() < 0.2, page_size=1 << 10)
    yield Rows("wide", 40, fields=wide())
    yield Rows("wide_nulls", 60, lambda row, column: (row * 7 + column) % 3 != 0, fields=wide(), page_size=1 << 10, row_group_size=16 << 10)
    yield Rows("small_dims", 40, fields=dims(2, 3, 31, 32, 33))
    yield Rows("large_dims", 3, fields=dims(768, 32768), row_group_size=64 << 10)


def contents(paths):
    return [path.read_bytes() for path in paths]


def check_twins(case, folder):
    """The files of every way, which must be the same, become those of the case."""
    reports = []
    for job in case.jobs:
        lines = (folder / (job.split(" ")[0] + ".files")).read_text().splitlines()
        refused = [int(line.split(" ")[1]) for line in lines if line.startswith("refused ")]
        if refused != case.refused:
            yield f"{job.split(' ')[0]}: rows {refused} were refused, {case.refused} wanted"
        twin = check_files.Case(case.name, case.format, folder)
        for line in lines:
            twin.add_files(line)
        reports.append(twin)
    case.files, case.groups = reports[0].files, reports[0].groups
    told = [([f[:2] for f in twin.files + twin.groups], contents([f[2] for f in twin.files] + [p for g in twin.groups for p in g[2]]))
            for twin in reports]
    for job, other in zip(case.jobs[1:], told[1:]):
        if other != told[0]:
            yield f"{job.split(' ')[0]}: other files than of {case.jobs[0].split(' ')[0]}"


def main(program, folder):
    check_files.GoReader.build(folder)
    folder = pathlib.Path(folder)
    cases = [case for rows in all_rows() for case in rows.prepare(folder)]
    (folder / "jobs.txt").write_text("".join(job + "\n" for case in cases for job in case.jobs))
    subprocess.run([program, str(folder)], check=True)
    twins = [f"{case.name}: {problem}" for case in cases for problem in check_twins(case, folder)]
    for problem in twins:
        print(f"FAILED {problem}")
    return 0 if check_files.check_all(cases) and not twins else 1


if __name__ == "__main__":
    check_files.run(main)
