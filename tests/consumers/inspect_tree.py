"""What the consumers' build trees, installed trees and files must be like. Each function raises Failure."""

import json
import pathlib
import re
import struct


class Failure(Exception):
    """What is not as it should be."""


def fail(text):
    raise Failure(text)


# --- files that a consumer wrote ---

def json_file_holds(path, rows):
    found = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    if found != {"rows": rows}:
        fail(f"{path} holds {found}")


def is_parquet(path):
    data = pathlib.Path(path).read_bytes()
    if len(data) < 12 or data[:4] != b"PAR1" or data[-4:] != b"PAR1":
        fail(f"{path} is no Parquet file")
    (footer,) = struct.unpack("<I", data[-8:-4])
    if not 0 < footer <= len(data) - 12:
        fail(f"{path} has a footer of {footer} bytes, itself {len(data)}")


# --- as a subproject ---

# CMake's own lines about compilers and the project around us. Of the library none is wanted.
CMAKE_SAYS = re.compile(r"-- (The CXX compiler identification is .*|Detecting CXX .*|Check for working CXX compiler: .*|"
                        r"Configuring done.*|Generating done.*|Build files have been written to: .*)|")


def nothing_said(output):
    lines = [line for line in output.splitlines() if not CMAKE_SAYS.fullmatch(line)]
    if lines:
        fail("while it is configured, the library says\n" + "\n".join(lines))


# What may be new or change in the project's directory and in the cache, by whom.
OURS = [r"BULKWRITER_\w+", r"bulkwriter_(BINARY_DIR|SOURCE_DIR|IS_TOP_LEVEL)"]
FOUND_PACKAGES = [r"(Boost|boost_\w+)_DIR", r"_?OPENSSL_\w+", "CMAKE_HAVE_LIBC_PTHREAD", r"FIND_PACKAGE_MESSAGE_DETAILS_\w+",
                  r"PKG_CONFIG_\w+", r"(pkgcfg_lib|__pkg_config_\w+)__OPENSSL\w*", "prefix_result"]
THE_CONSUMERS = ["CMAKE_TESTING_ENABLED", r"CMAKE_CURRENT_LIST_(DIR|FILE|LINE)"]


def settings_unchanged(report, *more):
    may = re.compile("(variable|cache) (" + "|".join([*OURS, *FOUND_PACKAGES, *THE_CONSUMERS, *more]) + ")")
    lines = report.read_text(encoding="utf-8").splitlines()
    if "cache BULKWRITER_BUILD_TESTS: '' -> 'OFF'" not in lines:
        fail(f"{report} does not show our own options: the comparison is blind")
    strange = [line for line in lines if not may.fullmatch(line.split(":")[0])]
    if strange:
        fail("the library changes settings of the project around it:\n" + "\n".join(strange))


def is_system(project):
    """The consumer's warnings are not for our headers."""
    command = project.run("ninja", "-C", "build", "-t", "commands", "local")
    paths = re.findall(r"(?<=\s)(-isystem|-I) ?(\S+)", command.replace('"', ""))
    ours = [how for how, path in paths if (project.path("build") / path).resolve() == project.root / "include" or
            path.endswith("bulkwriter-src/include")]
    if ours != ["-isystem"]:
        fail(f"the project sees the library as its own headers: {paths}")


def only_the_consumers_own(project, build="build"):
    """No tests and no files to install but the consumer's, which are one each."""
    tests = re.findall(r"Test +#\d+: (\S+)", project.run("ctest", "--test-dir", build, "-N"))
    if tests != ["local"]:
        fail(f"the tests of the project are {tests}")
    project.cmake_build("local")
    prefix = pathlib.Path(project.fresh_folder("installed"))
    project.run("cmake", "--install", build, "--prefix", str(prefix))
    if files_below(prefix) != {"bin/local"}:
        fail(f"the project installs {sorted(files_below(prefix))}")


def only_the_consumers_own_in_meson(project):
    tests = [test["name"] for test in json.loads(project.run("meson", "introspect", "build", "--tests"))]
    if tests != ["local"]:
        fail(f"the tests of the project are {tests}")
    plan = json.loads(project.run("meson", "introspect", "build", "--installed"))
    if [pathlib.Path(path).name for path in plan.values()] != ["local"]:
        fail(f"the project installs {plan}")
    options = {option["name"]: option["value"] for option in json.loads(project.run("meson", "introspect", "build", "--buildoptions"))}
    expected = {"cpp_std": "c++20", "warning_level": "3", "werror": True, "cpp_args": project.strict_flags().split(), "pkgconfig.relocatable": False}
    if {name: options.get(name) for name in expected} != expected:
        fail(f"the library changes options of the project around it: { {name: options.get(name) for name in expected} }")


# --- installed trees ---

def files_below(folder):
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if not p.is_dir()}


def same_files(one, other):
    if files_below(one) != files_below(other):
        fail(f"{one} and {other} differ in {sorted(files_below(one) ^ files_below(other))}")


def installed(root, prefix, forbidden):
    """All headers and nothing else but package files; no file knows where it was built or installed."""
    found = {path for path in files_below(prefix) if path.startswith("include/")}
    headers = {f"include/{path}" for path in files_below(root / "include")}
    if found != headers:
        fail(f"installed headers and those of the checkout differ in {sorted(found ^ headers)}")
    others = {str(pathlib.PurePath(path).parent) for path in files_below(prefix) - found}
    if not others <= {"share/pkgconfig", "share/cmake/bulkwriter"} or "share/pkgconfig" not in others:
        fail(f"besides headers there are files in {sorted(others)}")
    for path in files_below(prefix) - found:
        text = (prefix / path).read_text(encoding="utf-8")
        for place in map(str, forbidden):
            if place in text:
                fail(f"{path} names {place}")


def packages_found_and_refused(project, tree):
    """find_package() as it is asked in other ways: what is granted, and what is refused with which words."""
    bare = [f"-DCMAKE_DISABLE_FIND_PACKAGE_{name}=ON" for name in ["Boost", "OpenSSL", "Threads"]]
    version = re.search(r'version\[\] = "(\d+)\.(\d+)\.(\d+)"', (project.root / "include/bulkwriter/version.hpp").read_text())
    major, minor, patch = map(int, version.groups())
    needs = "of which these are not found: Boost::json Boost::headers OpenSSL::SSL OpenSSL::Crypto Threads::Threads."
    cases = [
        ("find_package(bulkwriter REQUIRED COMPONENTS core)", [], "FOUND 1"),
        (f"find_package(bulkwriter {major}.{minor} REQUIRED COMPONENTS core)", [], "FOUND 1"),
        (f"find_package(bulkwriter {major}.{minor}.{patch} EXACT REQUIRED COMPONENTS core)", [], "FOUND 1"),
        (f"find_package(bulkwriter {major}.{minor + 1} REQUIRED COMPONENTS core)", [], 'compatible with requested version'),
        (f"find_package(bulkwriter {major}.{minor}.{patch + 1} REQUIRED COMPONENTS core)", [], 'compatible with requested version'),
        (f"find_package(bulkwriter {major + 1} REQUIRED COMPONENTS core)", [], 'compatible with requested version'),
        (f"find_package(bulkwriter {major + 1} QUIET COMPONENTS core)", [], "FOUND 0"),
        ("find_package(bulkwriter REQUIRED COMPONENTS core azure)", [], "bulkwriter has no component azure, only core and bulkwriter"),
        ("find_package(bulkwriter REQUIRED COMPONENTS core OPTIONAL_COMPONENTS azure)", [], "FOUND 1"),
        ("find_package(bulkwriter REQUIRED)", bare, needs),
        ("find_package(bulkwriter REQUIRED COMPONENTS bulkwriter)", bare, needs),
        ("find_package(bulkwriter REQUIRED COMPONENTS bulkwriter OPTIONAL_COMPONENTS azure)", bare, needs),
        ("find_package(bulkwriter REQUIRED OPTIONAL_COMPONENTS azure COMPONENTS bulkwriter)", bare, needs),
        ("find_package(bulkwriter QUIET)", bare, "FOUND 0"),
        ("find_package(bulkwriter REQUIRED COMPONENTS core OPTIONAL_COMPONENTS bulkwriter)", bare, "FOUND 1"),
    ]
    for number, (call, arguments, expected) in enumerate(cases):
        folder = project.work / "calls" / str(number)
        folder.mkdir(parents=True)
        (folder / "CMakeLists.txt").write_text(f"cmake_minimum_required(VERSION 3.25)\nproject(call LANGUAGES NONE)\n{call}\n"
                                               "message(STATUS \"FOUND ${bulkwriter_FOUND}\")\n")
        done = project.attempt("cmake", "-S", str(folder), "-B", str(folder / "build"), f"-DCMAKE_PREFIX_PATH={tree}", *arguments)
        said = " ".join(done.stdout.split())
        if expected not in said or (done.returncode == 0) != expected.startswith("FOUND"):
            fail(f"{call}: exit code {done.returncode}, expected {expected!r}, got\n{done.stdout}")


def pkg_config_answers(project):
    tree = pathlib.Path(project.environment["PKG_CONFIG_PATH"]).parents[1]
    version = re.search(r'"(.*)"', (project.root / "include/bulkwriter/version.hpp").read_text()).group(1)
    include = f"-I{tree}/include"
    answers = {}
    for name in ["bulkwriter-core", "bulkwriter"]:
        project.run("pkg-config", "--validate", name)
        for question in ["--modversion", "--cflags", "--libs", "--print-requires"]:
            words = project.run("pkg-config", question, name).split()
            answers[name, question] = sorted(w if "/" not in w else w[:2] + str(pathlib.Path(w[2:]).resolve()) for w in words)
    expected = {("bulkwriter-core", "--modversion"): [version], ("bulkwriter", "--modversion"): [version],
                ("bulkwriter-core", "--cflags"): [include], ("bulkwriter-core", "--libs"): [],
                ("bulkwriter", "--cflags"): sorted([include, "-pthread"]),
                ("bulkwriter", "--libs"): sorted(["-lboost_json", "-lssl", "-lcrypto", "-pthread"])}
    found = {key: [w for w in answers[key] if not w.startswith("-L")] for key in expected}  # where OpenSSL lies
    if found != expected:
        fail(f"pkg-config answers {found}")
    return answers
