"""The checker's side of expected.hpp: values of a reader as the same text, and the comparison."""

import ctypes
import fractions
import functools
import json
import struct

_strtof = ctypes.CDLL(None).strtof
_strtof.restype = ctypes.c_float
_strtof.argtypes = [ctypes.c_char_p, ctypes.c_void_p]


class Number(str):
    """A JSON number as it stands in the text: -0, 1e5 and 16777217 lose nothing."""


def _no_constant(text):
    raise ValueError(f"{text} is not JSON")


def _unique(pairs):
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError(f"a key stands twice in {[key for key, _ in pairs]}")
    return found


def strict_json(text):
    """json.loads that refuses NaN and repeated keys and keeps numbers as text."""
    return json.loads(text, parse_constant=_no_constant, parse_int=Number, parse_float=Number, object_pairs_hook=_unique)


def _exact(number):
    return f"number {fractions.Fraction(number)}"


def _same_json(text):
    """JSON text in one form for all of its spellings."""
    value = json.loads(text, parse_constant=_no_constant, parse_int=_exact, parse_float=_exact, object_pairs_hook=_unique)
    return json.dumps(value, sort_keys=True, ensure_ascii=True)


def _real(number):
    """A JSON number as readers take it that tell integers from floats, as most do: to them -0 is the integer 0."""
    return number if set(number) & set(".eE") else str(int(number))


def float32_bytes(value):
    """A JSON number, or a Python float that holds a float32."""
    if isinstance(value, Number):
        return struct.pack("<f", _strtof(_real(value).encode(), None))
    return struct.pack("<f", value)


# Kinds are named as in the library; arrays "array<int8>", structs "struct_array<n:int64;v:float_vector>".
TEXTS = ("varchar", "text", "geometry", "timestamptz")
HALVES = ("float16_vector", "bfloat16_vector")
VECTORS = ("float_vector", *HALVES, "int8_vector", "binary_vector")
_VECTOR_TAGS = dict(zip(VECTORS, "vhhcy"))


@functools.lru_cache(None)
def element_of(kind):
    """What an array holds; None for other kinds."""
    return kind[len("array<"):-1] if kind.startswith("array<") else None


@functools.lru_cache(None)
def sub_fields_of(kind):
    """[(name, kind)] of a struct_array; None for other kinds."""
    if not kind.startswith("struct_array<"):
        return None
    return [tuple(sub.split(":")) for sub in kind[len("struct_array<"):-1].split(";")]


def half_bytes(kind, value):
    """The 16 bits of a number that is one of the kind: nothing is rounded here."""
    single = float32_bytes(value)
    if kind == "bfloat16_vector":
        if single[:2] != b"\0\0":
            raise ValueError(f"{value} is no bfloat16")
        return single[2:]
    half = struct.pack("<e", struct.unpack("<f", single)[0])
    if struct.pack("<f", struct.unpack("<e", half)[0]) != single:
        raise ValueError(f"{value} is no float16")
    return half


def vector_bytes(kind, value):
    """A dense vector as it lies in memory, given as such or as a list of numbers."""
    if isinstance(value, (bytes, memoryview)):
        return bytes(value)
    if not isinstance(value, (list, tuple)):
        raise TypeError(f"{type(value).__name__} where {kind} was written")
    if kind == "float_vector":
        return b"".join(map(float32_bytes, value))
    if kind in HALVES:
        return b"".join(half_bytes(kind, v) for v in value)
    return struct.pack(f"{len(value)}{'b' if kind == 'int8_vector' else 'B'}", *map(int, value))


def sparse_text(value):
    """Of pairs, or of an object whose keys are indices in their plainest form."""
    pairs = value.items() if isinstance(value, dict) else value
    if isinstance(value, dict) and any(str(int(index)) != index for index in value):
        raise ValueError(f"indices {list(value)[:5]}")
    return ",".join(f"{int(index)}:{float32_bytes(v)[::-1].hex()}" for index, v in pairs)


def cell(kind, value):
    """The text of a value of a field of this kind; TypeError if a value of another type came back."""
    if value is None:
        return "-"
    if kind == "boolean" and isinstance(value, bool):
        return f"b{int(value)}"
    if kind in ("int8", "int16", "int32", "int64") and isinstance(value, (int, Number)) and not isinstance(value, bool):
        return f"i{int(value)}"
    if kind == "float32" and isinstance(value, (float, Number)):
        return "f" + float32_bytes(value)[::-1].hex()
    if kind == "float64" and isinstance(value, (float, Number)):
        return "d" + struct.pack(">d", float(_real(value) if isinstance(value, Number) else value)).hex()
    if kind in TEXTS and isinstance(value, str) and not isinstance(value, Number):
        return "s" + value.encode().hex()
    if kind == "json" and isinstance(value, str) and not isinstance(value, Number):
        return "j" + value.encode().hex()
    if kind in VECTORS:
        return _VECTOR_TAGS[kind] + vector_bytes(kind, value).hex()
    if kind == "sparse_float_vector":
        return "x" + sparse_text(value)
    if isinstance(value, (list, tuple)):
        if element_of(kind):
            return "[" + " ".join([cell(element_of(kind), v) for v in value]) + "]"
        if sub_fields_of(kind):
            return "[" + " ".join([_struct(sub_fields_of(kind), one) for one in value]) + "]"
    raise TypeError(f"{type(value).__name__} {str(value)[:60]!r} where {kind} was written")


def _struct(subs, one):
    if list(one) != [name for name, _ in subs]:
        raise ValueError(f"a struct of {list(one)}")
    return "{" + " ".join([cell(kind, one[name]) for name, kind in subs]) + "}"


def same(kind, found, wanted):
    """Whether two texts mean one value: JSON may be spelled otherwise, everything else is equal bit by bit."""
    if found == wanted:
        return True
    if kind != "json" or "-" in (found, wanted):
        return False
    return _same_json(bytes.fromhex(found[1:]).decode()) == _same_json(bytes.fromhex(wanted[1:]).decode())


def _excerpt(found, wanted):
    """Both from a little before their first difference on."""
    at = next((i for i, (f, w) in enumerate(zip(found, wanted)) if f != w), min(len(found), len(wanted)))
    begin = max(0, at - 20)
    return f"read {found[begin:begin + 80]}, written {wanted[begin:begin + 80]}" + (f" (from {begin} on)" if begin else "")


def differences(reader, columns, found_rows, wanted_rows, limit=5, respelled=lambda name: True):
    """Lines that say where the rows differ. columns: [(name, kind)]; `respelled` says of which the JSON text may be."""
    problems = []
    if len(found_rows) != len(wanted_rows):
        problems.append(f"{reader}: {len(found_rows)} rows, {len(wanted_rows)} were written")
    for number, (found, wanted) in enumerate(zip(found_rows, wanted_rows)):
        for (name, kind), f, w in zip(columns, found, wanted, strict=True):
            if f != w and not (respelled(name) and same(kind, f, w)):
                problems.append(f"{reader}: row {number}, {name} ({kind[:40]}): {_excerpt(f, w)}")
                if len(problems) >= limit:
                    return problems
    return problems
