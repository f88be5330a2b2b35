"""The checker's side of expected.hpp: values of a reader as the same text, and the comparison."""

import ctypes
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


def _same_json(text):
    """JSON text in one form for all of its spellings."""
    return json.dumps(strict_json(text), sort_keys=True, ensure_ascii=True)


def float32_bytes(value):
    """A JSON number, or a Python float that holds a float32."""
    if isinstance(value, Number):
        return struct.pack("<f", _strtof(value.encode(), None))
    return struct.pack("<f", value)


def cell(kind, value):
    """The text of a value of a field of this kind; TypeError if a value of another type came back."""
    if value is None:
        return "-"
    if kind == "boolean" and isinstance(value, bool):
        return f"b{int(value)}"
    if kind.startswith("int") and isinstance(value, (int, Number)) and not isinstance(value, bool):
        return f"i{int(value)}"
    if kind == "float32" and isinstance(value, (float, Number)):
        return "f" + float32_bytes(value)[::-1].hex()
    if kind == "float64" and isinstance(value, (float, Number)):
        return "d" + struct.pack(">d", float(value)).hex()
    if kind == "varchar" and isinstance(value, str) and not isinstance(value, Number):
        return "s" + value.encode().hex()
    if kind == "json" and isinstance(value, str) and not isinstance(value, Number):
        return "j" + value.encode().hex()
    if kind == "float_vector" and isinstance(value, (bytes, memoryview)):
        return "v" + value.hex()
    if kind == "binary_vector" and isinstance(value, bytes):
        return "x" + value.hex()
    if kind.startswith("array<") and isinstance(value, list):
        return "a(" + ",".join(cell(kind[len("array<"):-1], element) for element in value) + ")"
    if kind == "float_vector":
        return "v" + b"".join(map(float32_bytes, value)).hex()
    raise TypeError(f"{type(value).__name__} {str(value)[:60]!r} where {kind} was written")


def same(kind, found, wanted):
    """Whether two texts mean one value: JSON may be spelled otherwise, everything else is equal bit by bit."""
    if found == wanted:
        return True
    if kind != "json" or "-" in (found, wanted):
        return False
    return _same_json(bytes.fromhex(found[1:]).decode()) == _same_json(bytes.fromhex(wanted[1:]).decode())


def differences(reader, columns, found_rows, wanted_rows, limit=5):
    """Lines that say where the rows differ. columns: [(name, kind)]."""
    problems = []
    if len(found_rows) != len(wanted_rows):
        problems.append(f"{reader}: {len(found_rows)} rows, {len(wanted_rows)} were written")
    for number, (found, wanted) in enumerate(zip(found_rows, wanted_rows)):
        for (name, kind), f, w in zip(columns, found, wanted, strict=True):
            if not same(kind, f, w):
                problems.append(f"{reader}: row {number}, {name} ({kind}): read {f[:80]}, written {w[:80]}")
                if len(problems) >= limit:
                    return problems
    return problems
