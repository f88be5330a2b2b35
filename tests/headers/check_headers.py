#!/usr/bin/env python3
"""What a header needs and what it costs: each compiles alone, the local half with the standard library only.

    check_headers.py alone --compiler g++ --include DIR --work DIR [--launcher ccache] [--jobs N] [--header-only] [-- FLAG...]
    check_headers.py local --compiler g++ --include DIR --work DIR [--launcher ccache] [-- FLAG...]
    check_headers.py separate --compiler g++ --include DIR --work DIR [--launcher ccache] [-- FLAG...]
    check_headers.py modes --compiler g++ --include DIR --work DIR [--launcher ccache] [-- FLAG...]
    check_headers.py macros --compiler g++ --include DIR --work DIR [--launcher ccache] [--header-only] [-- FLAG...]
    check_headers.py self-test --compiler g++ --work DIR

DIR is include/ or single_include/; alone is for the former.

alone  one unit a header. The network half is compiled as a user's unit sees it in separate compilation, because its
       bodies cost 10 to 25 seconds a unit; --header-only compiles those with their bodies as well.
local  what the local half reaches must be part of what the standard library's own headers reach, and it must
       compile where Boost and OpenSSL are not installed.
separate  a unit in separate compilation includes no header of Boost or OpenSSL, and does not link with one that is not in
       this mode: the linker names the macro.
modes  units with and without exceptions in one program: each throws or aborts as it was compiled, whichever the linker
       met first, and an error that one gives the other does not link; names carry the version that version.hpp tells.
macros  both halves compile behind the macros of macros.hpp; --header-only: also the bodies of the network half.
self-test  plants one violation of each, and fails unless it is found.
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys

NETWORK = {"http", "auth", "storage", "import", "run", "bulkwriter.hpp"}
# Cheap enough to be seen with their bodies in every run. The umbrella's bodies are compiled by the link test.
WITH_BODIES = ["auth/digest.hpp", "auth/sigv4.hpp"]

# Besides C++, the operating system's words for files: the standard library cannot write, sync and rename safely.
SYSTEM = ["dirent.h", "fcntl.h", "poll.h", "sys/mman.h", "sys/random.h", "sys/stat.h", "sys/statvfs.h", "sys/syscall.h", "sys/types.h",
          "sys/uio.h", "unistd.h", "emmintrin.h", "immintrin.h"]


def compile_unit(options, name, text, flags):
    """The compiler's complaint about a unit of this text, or nothing."""
    source = options.work / f"{name}.cpp"
    if not source.exists() or source.read_text(encoding="utf-8") != text:
        source.write_text(text, encoding="utf-8")
    command = [*options.launcher, options.compiler, "-std=c++20", "-O0", *options.flags, *flags,
               "-c", str(source), "-o", str(source.with_suffix(".o"))]
    done = subprocess.run(command, capture_output=True, text=True)
    return "" if done.returncode == 0 else f"{' '.join(command)}\n{done.stdout}{done.stderr}"


def linked(options):
    return options.work / "linked"


def link(options, *names):
    """The linker's run over units that compile_unit has made."""
    linked(options).unlink(missing_ok=True)
    objects = [str(options.work / f"{name}.o") for name in names]
    return subprocess.run([options.compiler, *objects, "-o", str(linked(options))], capture_output=True, text=True)


class expectations:
    """Prints the complaint about each that is not met, and counts them."""

    def __init__(self):
        self.failed = 0

    def __call__(self, truth, complaint):
        if not truth:
            self.failed += 1
            print(complaint)


def check_alone(options):
    root = options.include / "bulkwriter"
    own = [f"-I{options.include}"]
    units = []
    for header in sorted(p.relative_to(root).as_posix() for p in root.rglob("*.hpp")):
        name = header.removesuffix(".hpp").replace("/", "-")
        text = f"#include <bulkwriter/{header}>\n"
        if header.split("/")[0] in NETWORK:
            units.append((f"{name}-declarations", text, [*own, "-DBULKWRITER_SEPARATE_COMPILATION"]))
            if options.header_only or header in WITH_BODIES:
                units.append((f"{name}-bodies", text, own))
        else:
            units.append((name, text, own))
    failures = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for (name, *_), complaint in zip(units, pool.map(lambda unit: compile_unit(options, *unit), units)):
            if complaint:
                print(f"--- {name}\n{complaint}")
                failures += 1
    print(f"{len(units)} units, {failures} failed")
    if not units:
        return 1
    return 1 if failures else 0


def run(command, **more):
    return subprocess.run(command, check=True, capture_output=True, text=True, **more)


def reached(options, text, flags):
    """The real paths of every header that a unit of this text includes, directly or not."""
    command = [options.compiler, "-std=c++20", *flags, "-M", "-x", "c++", "-"]
    rule = run(command, input=text).stdout.replace("\\\n", " ")
    return {os.path.realpath(path) for path in rule.split(":", 1)[1].split()}


def search_path(options):
    """The compiler's own include folders, in order."""
    lines = run([options.compiler, "-std=c++20", "-E", "-v", "-x", "c++", os.devnull]).stderr.splitlines()
    start = lines.index("#include <...> search starts here:")
    return [line.strip() for line in lines[start + 1 : lines.index("End of search list.")]]


def without_third_parties(options, folder):
    """Like the folder, but only with what the compiler and the C library brought: a farm of links."""
    names = set(os.listdir(folder)) & {"boost", "openssl", "doctest", "CLI", "google", "rapidjson", "nlohmann", "zlib.h", "zstd.h"}
    if not names:
        return folder
    farm = options.work / ("farm" + folder.replace("/", "-"))
    shutil.rmtree(farm, ignore_errors=True)
    farm.mkdir(parents=True)
    for name in os.listdir(folder):
        if name not in names:
            (farm / name).symlink_to(pathlib.Path(folder) / name)
    return str(farm)


def local_half(options):
    """The lines that include it."""
    if (options.include / "bulkwriter/local.hpp").exists():
        return "#include <bulkwriter/local.hpp>\n"
    return "#define BULKWRITER_LOCAL_ONLY\n#include <bulkwriter/bulkwriter.hpp>\n"


def check_local(options):
    unit = local_half(options)
    own = f"-I{options.include}"
    standard = "#include <version>\n" + "".join(
        f"#if __has_include(<{name}>)\n#include <{name}>\n#endif\n" for name in ["bits/stdc++.h", "stop_token", *SYSTEM])
    root = os.path.realpath(options.include)
    # What the headers of the standard library reach is theirs, and so is all that lies beside it in the same folders
    # of the compiler (they are not one closed set: bits/stdc++.h leaves out a few of its own).
    folders = tuple(os.path.realpath(f) + "/" for f in search_path(options) if f not in ("/usr/include", "/usr/local/include"))
    known = reached(options, standard, [])
    strange = sorted(path for path in reached(options, unit, [own])
                     if path not in known and path != os.path.realpath("/dev/stdin") and path != "-"
                     and not path.startswith(root + "/") and not path.startswith(folders)
                     and os.path.basename(path) != "stdc-predef.h" and os.path.exists(path))
    for path in strange:
        print(f"the local half reaches {path}, which is not the standard library's")

    farm = ["-nostdinc", "-nostdinc++"]
    for folder in search_path(options):
        farm += ["-isystem", without_third_parties(options, folder)]
    # The farm itself must be worth something: Boost must be out of reach in it.
    probe = compile_unit(options, "probe", "#if __has_include(<boost/version.hpp>) || __has_include(<openssl/ssl.h>)\n"
                                           "#error within reach\n#endif\n", farm)
    bare = compile_unit(options, "local-bare", unit, [*farm, own])
    if probe or bare:
        print(probe, bare)
    return 1 if strange or probe or bare else 0


def check_separate(options):
    own = f"-I{options.include}"
    separate = "-DBULKWRITER_SEPARATE_COMPILATION"
    expect = expectations()
    whole = "#include <bulkwriter/bulkwriter.hpp>\n"
    third_parties = ("/boost/", "/openssl/")
    seen = {path for path in reached(options, whole, [own, separate]) if any(part in path for part in third_parties)}
    expect(not seen, f"a unit in separate compilation includes {sorted(seen)}")
    bodies = reached(options, whole, [own])
    for needed in ["boost/asio/", "boost/beast/", "boost/json/", "openssl/ssl.h"]:
        expect(any(needed in path for path in bodies), f"even a header-only unit does not include {needed}: this test is blind")

    use = "std::string_view name(bulkwriter::errc code) { return bulkwriter::to_string(code); }\n"
    start = "int main() { return bulkwriter::to_string(bulkwriter::errc::io_error).empty(); }\n"
    units = {"main-separate": (start, [separate]), "main-header-only": (start, []), "name-separate": (use, [separate]),
             "name-header-only": (use, []), "name-bodies": (use, [separate, "-DBULKWRITER_IMPLEMENTATION"])}
    for name, (text, flags) in units.items():
        complaint = compile_unit(options, name, local_half(options) + text, [own, *flags])
        expect(not complaint, complaint)

    for names in [("main-header-only", "name-header-only"), ("main-separate", "name-bodies")]:
        done = link(options, *names)
        expect(done.returncode == 0, f"{names} do not link: {done.stderr}")
    for names in [("main-separate", "name-header-only"), ("main-header-only", "name-separate"),
                  ("main-header-only", "name-bodies"), ("name-bodies", "main-header-only")]:
        done = link(options, *names)
        expect(done.returncode != 0, f"{names} link, though their modes differ")
        expect("BULKWRITER_SEPARATE_COMPILATION_in_some_units_only_or_" in done.stderr,
               f"{names}: the linker does not say why: {done.stderr}")
    done = link(options, "main-separate", "name-separate")
    expect(done.returncode != 0 and "_or_BULKWRITER_IMPLEMENTATION_in_none" in done.stderr,
           f"without bodies: the linker does not say why: {done.stderr}")
    return 1 if expect.failed else 0


def check_modes(options):
    expect = expectations()
    refuse = ("static void refuse() {\n"
              "  bulkwriter::result<void>(bulkwriter::error_info{.code = bulkwriter::errc::io_error, .message = \"m\"}).value();\n"
              "}\n")
    units = {
        "aborts": (refuse + "void abort_here() { refuse(); }\n", ["-fno-exceptions"]),
        # With an argument it aborts, in the other unit; else it catches its own error.
        "catches": (refuse + "void abort_here();\n"
                    "int main(int argc, char**) {\n"
                    "  if (argc > 1) abort_here();\n"
                    "  try { refuse(); } catch (bulkwriter::error const& e) { return e.code() != bulkwriter::errc::io_error; }\n"
                    "  return 2;\n"
                    "}\n", []),
        "takes": ("int take(bulkwriter::error_info const& e) { return e.http_status; }\n", ["-fno-exceptions"]),
        "takes-alike": ("int take(bulkwriter::error_info const& e) { return e.http_status; }\n", []),
        "gives": ("int take(bulkwriter::error_info const&);\nint main() { return take({}); }\n", []),
    }
    for name, (text, flags) in units.items():
        complaint = compile_unit(options, name, local_half(options) + text, [f"-I{options.include}", *flags])
        expect(not complaint, complaint)

    for names in [("aborts", "catches"), ("catches", "aborts")]:
        done = link(options, *names)
        expect(done.returncode == 0, f"{names} do not link: {done.stderr}")
        caught = subprocess.run([str(linked(options))], capture_output=True, text=True)
        expect(caught.returncode == 0, f"{names}: what has exceptions ended with {caught.returncode}: {caught.stderr}")
        aborted = subprocess.run([str(linked(options)), "abort"], capture_output=True, text=True)
        expect(aborted.returncode == -signal.SIGABRT and aborted.stderr == "m [bulkwriter.io_error]\n",
               f"{names}: what has none ended with {aborted.returncode}: {aborted.stderr}")

    header = options.include / "bulkwriter/version.hpp"
    if not header.exists():
        header = options.include / "bulkwriter/bulkwriter.hpp"
    version = re.search(r'version\[\] = "([^"]+)"', header.read_text(encoding="utf-8")).group(1)
    namespace = f"bulkwriter::v{version.replace('.', '_')}"
    done = link(options, "gives", "takes-alike")
    expect(done.returncode == 0, f"units of one mode do not link: {done.stderr}")
    done = link(options, "gives", "takes")
    expect(done.returncode != 0 and f"take({namespace}::error_info const&)" in done.stderr,
           f"a unit with exceptions gives an error to one without: {done.stderr}")
    names = run(["nm", "-C", str(options.work / "takes.o")]).stdout
    expect(f"take({namespace}_no_exceptions::error_info const&)" in names, f"take() has another name: {names}")
    return 1 if expect.failed else 0


def check_macros(options):
    macros = f"#include \"{pathlib.Path(__file__).resolve().with_name('macros.hpp')}\"\n"
    own = f"-I{options.include}"
    whole = "#include <bulkwriter/bulkwriter.hpp>\n"
    # A program with such macros may use the functions that have their names.
    use = "void use(bulkwriter::runtime_schema const& schema) { (schema.check)(); }\n"
    units = [("macros-local", macros + local_half(options), [own]),
             ("macros-declarations", macros + whole + use, [own, "-DBULKWRITER_SEPARATE_COMPILATION"])]
    if options.header_only:
        files = [*options.include.rglob("*.hpp"), *options.include.rglob("*.ipp")]
        others = sorted({line for file in files for line in file.read_text(encoding="utf-8").splitlines()
                         if line.startswith("#include <") and "<bulkwriter/" not in line and "intrin.h" not in line})
        units.append(("macros-bodies", "\n".join(others) + "\n" + macros + whole, [own]))
    complaints = [complaint for unit in units if (complaint := compile_unit(options, *unit))]
    print("\n".join(complaints) or f"{len(units)} units")
    return 1 if complaints else 0


def self_test(options):
    """A header that leans on its user's includes, and a local half that needs Boost."""
    options.include = options.work / "planted"
    root = options.include / "bulkwriter"
    root.mkdir(parents=True, exist_ok=True)
    missed = 0
    for expected, header in [(0, "#pragma once\n#include <string>\nstd::string const& name();\n"),
                             (1, "#pragma once\nstd::string const& name();\n")]:
        (root / "local.hpp").write_text(header, encoding="utf-8")
        missed += check_alone(options) != expected
    for expected, header in [(0, "#pragma once\n#include <string>\n#include <fcntl.h>\n"),
                             (1, "#pragma once\n#include <boost/version.hpp>\n"),
                             (1, "#pragma once\n#include <netdb.h>\n")]:
        (root / "local.hpp").write_text(header, encoding="utf-8")
        missed += check_local(options) != expected
    (root / "bulkwriter.hpp").write_text("#pragma once\n#include <bulkwriter/local.hpp>\n", encoding="utf-8")
    for expected, header in [(0, "#pragma once\nnamespace bulkwriter { struct runtime_schema { void(check)() const; }; }\n"),
                             (1, "#pragma once\nnamespace bulkwriter { struct runtime_schema { void check() const; }; }\n"),
                             (1, "#pragma once\ntemplate <class U> void f(U);\n")]:
        (root / "local.hpp").write_text(header, encoding="utf-8")
        missed += check_macros(options) != expected
    print(f"{missed} of 8 planted trees misjudged")
    return 1 if missed else 0


def main():
    arguments, flags = sys.argv[1:], []
    if "--" in arguments:
        at = arguments.index("--")
        arguments, flags = arguments[:at], arguments[at + 1 :]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["alone", "local", "separate", "modes", "macros", "self-test"])
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--include", type=pathlib.Path)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--launcher", default="")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--header-only", action="store_true")
    options = parser.parse_args(arguments)
    options.launcher = options.launcher.split(";") if options.launcher else []
    options.flags = flags
    options.work.mkdir(parents=True, exist_ok=True)
    checks = {"alone": check_alone, "local": check_local, "separate": check_separate,
              "modes": check_modes, "macros": check_macros, "self-test": self_test}
    return checks[options.what](options)


if __name__ == "__main__":
    sys.exit(main())
