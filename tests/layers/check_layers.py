#!/usr/bin/env python3
"""Reads the headers of include/bulkwriter and fails when an #include points against the direction of the rooms, when a
namespace is not the one that config.hpp names, or when the local half uses a FILE.

    check_layers.py FOLDER        FOLDER is include/
    check_layers.py --self-test   plants one violation of every rule and fails unless each is found
"""

import pathlib
import re
import sys
import tempfile

# What a room may include besides itself and the base. A room is a folder, or a header directly under bulkwriter/.
BASE = {"config", "version", "fwd", "errc", "error", "text", "caught", "process", "descriptor"}
LOCAL = {"schema", "row", "format", "output", "manifest", "writer"}
NETWORK = {"http", "auth", "storage", "import"}
MAY_SEE = {
    "config": set(),
    "version": {"config"},
    "fwd": {"config"},
    "errc": {"config"},
    "error": {"config", "errc"},
    "text": {"config", "error"},
    "caught": {"config", "error", "text"},
    "process": {"config", "error"},
    "descriptor": {"config", "error", "text"},
    "schema": set(),
    "row": {"schema"},
    "format": {"schema", "row"},
    "output": set(),
    "manifest": set(),
    "writer": {"schema", "row", "format", "output", "manifest"},
    "input": {"schema", "row"},
    "http": set(),
    "auth": {"http"},
    "storage": {"http", "auth", "output"},
    "import": {"http", "manifest"},
    "run": LOCAL | NETWORK | {"input"},
    "adapt": LOCAL | NETWORK | {"input", "run"},
    "local": LOCAL,
    "bulkwriter": LOCAL | NETWORK | {"input", "run", "local"},
}
# The one exception: collections are made from schemas and described as schemas.
MAY_SEE_ALSO = {"import/collections": {"schema"}}

# What lies in a room's detail/ is that room's own: what another one needs is a header of the room itself. This one is
# left until schemas are read in schema/.
MAY_REACH = {("adapt", "import/detail/collections_schema_reader.ipp")}

# Who may include what others wrote, and where. Everybody else: the standard library only.
THIRD_PARTY = {
    "input": ({"boost/json"}, "detail/*.ipp"),
    "http": ({"boost", "openssl"}, "detail/*.ipp"),
    "auth": ({"openssl"}, "detail/*.ipp"),
    "storage": ({"boost", "openssl"}, "detail/*.ipp"),
    "import": ({"boost", "openssl"}, "detail/*.ipp"),
    "run": ({"boost", "openssl"}, "detail/*.ipp"),
    "adapt": ({"boost/json"}, "*"),
}

STANDARD = set(
    """algorithm any array atomic barrier bit bitset cassert cctype cerrno cfenv cfloat charconv chrono cinttypes climits
    clocale cmath codecvt compare complex concepts condition_variable coroutine csetjmp csignal cstdarg cstddef cstdint
    cstdio cstdlib cstring ctime cuchar cwchar cwctype deque exception execution filesystem format forward_list fstream
    functional future initializer_list iomanip ios iosfwd iostream istream iterator latch limits list locale map memory
    memory_resource mutex new numbers numeric optional ostream queue random ranges ratio regex scoped_allocator semaphore
    set shared_mutex source_location span sstream stack stdexcept stop_token streambuf string string_view strstream
    syncstream system_error thread tuple type_traits typeindex typeinfo unordered_map unordered_set utility valarray
    variant vector version""".split()
)
# The operating system and the compiler, where the standard library has no word for it: bodies only.
SYSTEM = {
    "arpa/inet.h", "cpuid.h", "dirent.h", "emmintrin.h", "errno.h", "fcntl.h", "immintrin.h", "locale.h", "netdb.h",
    "netinet/in.h", "netinet/tcp.h", "nmmintrin.h", "poll.h", "signal.h", "stdio.h", "stdlib.h", "sys/mman.h", "sys/random.h",
    "sys/resource.h", "sys/socket.h", "sys/stat.h", "sys/statvfs.h", "sys/syscall.h", "sys/types.h", "sys/uio.h", "time.h", "tmmintrin.h",
    "unistd.h", "wmmintrin.h",
}

# Of <cstdio>, what goes through a FILE: its buffer only copies what comes in large pieces, and its descriptors are
# inherited. bulkwriter/detail/descriptor.hpp is there instead. The local half is held to it.
STREAM = re.compile(r"\b(FILE|stdin|stdout|stderr|printf|f(re|d|mem)?open|f(close|flush|printf|puts|putc|read|seek|write))\b")
NO_STREAM = BASE | LOCAL | {"input"}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def room_of(path):
    """The room of a path below include/bulkwriter. detail/ directly below it holds the bodies of the base."""
    first = path.parts[0]
    if len(path.parts) == 1:
        return path.stem
    return path.stem if first == "detail" else first


def is_inner(path):
    """Whether it is what a room keeps to itself: the headers directly in detail/ are the base's, for every room."""
    return "detail" in path.parts and not (len(path.parts) == 2 and path.suffix == ".hpp")


def namespace_problems(root):
    """One line for every file whose namespace is not the one that config.hpp names. A unit that begins with a header that
    does not reach config.hpp would have a namespace of the macro's name."""
    files = {p.relative_to(root).as_posix(): p.read_text(encoding="utf-8") for p in root.rglob("*") if p.suffix in {".hpp", ".ipp"}}
    own = {name: re.findall(r"^#include <bulkwriter/([^>]+)>", text, re.MULTILINE) for name, text in files.items()}

    def reaches(name, seen):
        if name == "config.hpp":
            return True
        seen.add(name)
        # A header's own bodies, at its end, come too late for it.
        before = [other for other in own.get(name, []) if name.endswith(".ipp") or not other.endswith(".ipp")]
        return any(reaches(other, seen) for other in before if other not in seen)

    found = []
    for name, text in sorted(files.items()):
        opened = re.findall(r"^namespace bulkwriter(?: \{\n(?:inline )?namespace (\w+)|::(\w+))", text, re.MULTILINE)
        if any("BULKWRITER_NAMESPACE" not in names for names in opened):
            found.append(f"{name}: what is in namespace bulkwriter is in 'inline namespace BULKWRITER_NAMESPACE' within")
        if opened and not reaches(name, set()):
            found.append(f"{name}: needs <bulkwriter/config.hpp> for BULKWRITER_NAMESPACE")
    return found


def problems_of(folder):
    """One line for each of them."""
    root = folder / "bulkwriter"
    found = namespace_problems(root)
    for file in sorted(p for p in root.rglob("*") if p.suffix in {".hpp", ".ipp"}):
        path = file.relative_to(root)
        room = room_of(path)
        if room not in MAY_SEE:
            found.append(f"{path}: '{room}' is no room of the design")
            continue
        allowed = BASE | MAY_SEE[room] | {room} if room not in BASE else MAY_SEE[room] | {room}
        for prefix, more in MAY_SEE_ALSO.items():
            if re.match(rf"{prefix}(_\w+)?\.", str(path).replace("/detail/", "/")):
                allowed = allowed | more
        is_body = path.suffix == ".ipp" and path.parent.name == "detail"

        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                stream = STREAM.search(line.partition("//")[0])
                if stream and room in NO_STREAM:
                    found.append(f"{path}:{number}: {stream[0]}: the local half writes and reads by descriptors")
                continue
            quote, name = match.groups()
            if "needs C++20" in name:  # config.hpp's way to end the errors of an older standard
                continue
            where = f"{path}:{number}"
            if quote == '"':
                found.append(f'{where}: "{name}": own headers are included as <bulkwriter/...>')
            elif name.startswith("bulkwriter/"):
                target = pathlib.PurePosixPath(name).relative_to("bulkwriter")
                if not (root / target).is_file():
                    found.append(f"{where}: <{name}> does not exist")
                elif room_of(target) not in allowed:
                    found.append(f"{where}: room '{room}' must not see room '{room_of(target)}' (<{name}>)")
                elif is_inner(target) and room_of(target) != room and (room, str(target)) not in MAY_REACH:
                    found.append(f"{where}: <{name}> is of room '{room_of(target)}' only: what '{room}' needs of it belongs into a header of that room")
            elif name in STANDARD:
                pass
            elif name in SYSTEM:
                if not is_body:
                    found.append(f"{where}: <{name}> belongs into a detail/*.ipp")
            else:
                prefixes, place = THIRD_PARTY.get(room, (set(), ""))
                if not any(name.startswith((p + "/", p + ".")) for p in prefixes):
                    found.append(f"{where}: room '{room}' must not need <{name}>")
                elif place != "*" and not is_body:
                    found.append(f"{where}: <{name}> belongs into a {place}")
    return found


def self_test():
    headers = ["config", "error", "bulkwriter", "local", "adapt/boost_json", "text/x", "detail/caught", "http/detail/y"] + [
        f"{room}/x" for room in sorted(LOCAL | NETWORK | {"input", "run"})
    ]
    good = [
        ("schema/x.hpp", "<bulkwriter/error.hpp>"),
        ("writer/x.hpp", "<bulkwriter/format/x.hpp>"),
        ("storage/x.hpp", "<bulkwriter/output/x.hpp>"),
        ("storage/detail/x.ipp", "<boost/json.hpp>"),
        ("http/detail/x.ipp", "<openssl/ssl.h>"),
        ("output/detail/x.ipp", "<unistd.h>"),
        ("import/collections.hpp", "<bulkwriter/schema/x.hpp>"),
        ("import/detail/collections.ipp", "<bulkwriter/schema/x.hpp>"),
        ("import/collections_index.hpp", "<bulkwriter/schema/x.hpp>"),
        ("adapt/boost_json.hpp", "<boost/json/value.hpp>"),
        ("run/x.hpp", "<bulkwriter/writer/x.hpp>"),
        ("row/x.hpp", "<span>"),
        ("http/detail/x.ipp", "<bulkwriter/http/detail/y.hpp>"),
        ("writer/x.hpp", "<bulkwriter/detail/caught.hpp>"),
    ]
    bad = [
        ("config.hpp", "<bulkwriter/error.hpp>"),
        ("schema/x.hpp", "<bulkwriter/row/x.hpp>"),
        ("schema/detail/y.hpp", "<bulkwriter/row/x.hpp>"),
        ("row/x.hpp", "<bulkwriter/format/x.hpp>"),
        ("format/detail/x.ipp", "<bulkwriter/output/x.hpp>"),
        ("output/x.hpp", "<bulkwriter/manifest/x.hpp>"),
        ("manifest/x.hpp", "<bulkwriter/writer/x.hpp>"),
        ("writer/x.hpp", "<bulkwriter/storage/x.hpp>"),
        ("input/x.hpp", "<bulkwriter/format/x.hpp>"),
        ("http/x.hpp", "<bulkwriter/auth/x.hpp>"),
        ("auth/x.hpp", "<bulkwriter/storage/x.hpp>"),
        ("storage/x.hpp", "<bulkwriter/schema/x.hpp>"),
        ("storage/x.hpp", "<bulkwriter/writer/x.hpp>"),
        ("import/x.hpp", "<bulkwriter/schema/x.hpp>"),
        ("import/x.hpp", "<bulkwriter/storage/x.hpp>"),
        ("import/detail/x.ipp", "<bulkwriter/row/x.hpp>"),
        ("import/collections.hpp", "<bulkwriter/row/x.hpp>"),
        ("local.hpp", "<bulkwriter/http/x.hpp>"),
        ("bulkwriter.hpp", "<bulkwriter/adapt/boost_json.hpp>"),
        ("run/x.hpp", "<bulkwriter/adapt/boost_json.hpp>"),
        ("schema/x.hpp", "<boost/json.hpp>"),
        ("format/detail/x.ipp", "<boost/json.hpp>"),
        ("writer/x.hpp", "<zlib.h>"),
        ("http/x.hpp", "<boost/asio.hpp>"),
        ("auth/detail/x.hpp", "<openssl/evp.h>"),
        ("adapt/boost_json.hpp", "<boost/asio.hpp>"),
        ("input/x.hpp", "<boost/json.hpp>"),
        ("output/x.hpp", "<unistd.h>"),
        ("row/x.hpp", '"x.hpp"'),
        ("row/x.hpp", "<bulkwriter/row/absent.hpp>"),
        ("storage/x.hpp", "<bulkwriter/http/detail/y.hpp>"),
        ("storage/detail/x.ipp", "<bulkwriter/http/detail/y.ipp>"),
        ("writer/x.hpp", "<bulkwriter/detail/caught.ipp>"),
        ("attic/x.hpp", "<span>"),
    ]
    lines = [
        ("format/x.hpp", "std::FILE* stream;", 1),
        ("error.hpp", 'std::fprintf(stderr, "x");', 1),
        ("input/detail/x.ipp", 'auto* f = std::fopen("x", "rb");', 1),
        ("storage/detail/x.ipp", 'std::fprintf(stderr, "x");', 0),
        ("output/x.hpp", "int x;  // not by fopen: one line on stderr", 0),
    ]
    config, other = "<bulkwriter/config.hpp>", "<bulkwriter/error.hpp>"
    ours = "namespace bulkwriter {\ninline namespace BULKWRITER_NAMESPACE {\n"
    good.append(("row/x.hpp", f"{config}\n{ours}"))
    bad += [
        ("row/x.hpp", f"{other}\n{ours}"),
        ("row/x.hpp", f"{config}\nnamespace bulkwriter {{\ninline namespace v1 {{\n"),
        ("row/x.hpp", f"{config}\nnamespace bulkwriter {{\nnamespace detail {{\n"),
        ("row/x.hpp", f"{config}\nnamespace bulkwriter::detail {{\n"),
    ]
    failures = 0
    cases = [(f, f"#include {i}", 0) for f, i in good] + [(f, f"#include {i}", 1) for f, i in bad] + lines
    for file, line, expected in cases:
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder) / "bulkwriter"
            for header in headers:
                (root / header).parent.mkdir(parents=True, exist_ok=True)
                (root / f"{header}.hpp").write_text("#pragma once\n", encoding="utf-8")
                if "detail" in header:
                    (root / f"{header}.ipp").write_text("#pragma once\n", encoding="utf-8")
            (root / file).parent.mkdir(parents=True, exist_ok=True)
            (root / file).write_text(f"#pragma once\n{line}\n", encoding="utf-8")
            found = problems_of(pathlib.Path(folder))
        if len(found) != expected:
            print(f"{file} with {line}: expected {expected} problem(s), found {found}")
            failures += 1
    print(f"{len(good)} good and {len(bad)} planted includes, {len(lines)} other lines, {failures} of them misjudged")
    return 1 if failures else 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    folder = pathlib.Path(sys.argv[1])
    if not (folder / "bulkwriter").is_dir():
        print(f"{folder} holds no bulkwriter/", file=sys.stderr)
        return 2
    found = problems_of(folder)
    print("\n".join(found) if found else "every include points the right way")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
