#!/usr/bin/env python3
"""Builds the API reference with Doxygen; fails on a warning, and unless every public name is in it with a description.

    check_reference.py --output DIR   the reference is DIR/html/index.html
    check_reference.py --self-test    plants one fault of each kind into a copy, and fails unless each is found

Exit code 77: Doxygen is not installed.
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]


def run_doxygen(root, output, more=""):
    """What Doxygen complains about; the reference of root/include is then in output."""
    for part in ["html", "xml"]:
        shutil.rmtree(output / part, ignore_errors=True)
    output.mkdir(parents=True, exist_ok=True)
    header = (root / "include/bulkwriter/version.hpp").read_text(encoding="utf-8")
    version = re.search(r'version\[\] = "([^"]+)"', header).group(1)
    settings = (root / "tests/reference/Doxyfile").read_text(encoding="utf-8")
    settings += f'PROJECT_NUMBER = {version}\nOUTPUT_DIRECTORY = "{output}"\n{more}'
    done = subprocess.run(["doxygen", "-"], cwd=root, input=settings, capture_output=True, text=True)
    complaints = [line for line in done.stderr.splitlines() if line.strip()]
    if done.returncode != 0 and not complaints:
        complaints.append(f"doxygen ended with {done.returncode}")
    return complaints


def description_of(entity):
    texts = [entity.find(part) for part in ["briefdescription", "detaileddescription"]]
    return "".join("".join(text.itertext()) for text in texts if text is not None).strip()


def read_names(xml):
    """The qualified public names of the reference, each with its descriptions: several where it is overloaded."""
    names = {}

    def add(name, entity):
        names.setdefault(name, []).append(description_of(entity))

    for path in sorted(xml.glob("*.xml")):
        for compound in ElementTree.parse(path).getroot().iter("compounddef"):
            scope = compound.findtext("compoundname")
            if compound.get("prot") == "private" or scope == "std":  # which Doxygen brings along
                continue
            if compound.get("kind") in {"class", "struct", "union", "namespace", "concept"}:
                add(scope, compound)
            elif compound.get("kind") == "page":
                add(compound.findtext("title"), compound)
            elif compound.get("kind") != "file":
                continue
            for member in compound.iter("memberdef"):
                if member.get("prot") == "private":
                    continue
                # As Doxygen itself: what a class is made and destroyed by without arguments needs no words.
                name, arguments = member.findtext("name"), member.findtext("argsstring") or ""
                if name.lstrip("~") == scope.split("::")[-1].split("<")[0].strip() and arguments.startswith("()"):
                    continue
                qualified = name if compound.get("kind") == "file" else f"{scope}::{name}"
                add(qualified, member)
                for value in member.findall("enumvalue"):
                    add(f"{qualified}::{value.findtext('name')}", value)
    return names


def detail_results(xml):
    """The public functions whose result is of a type in a namespace detail, which nobody may name."""
    found = set()
    for path in sorted(xml.glob("*.xml")):
        for compound in ElementTree.parse(path).getroot().iter("compounddef"):
            for member in compound.iter("memberdef"):
                kind = member.find("type")
                result = "".join(kind.itertext()) if kind is not None else ""
                if member.get("kind") == "function" and member.get("prot") == "public" and "detail::" in result:
                    found.add(f"{compound.findtext('compoundname')}::{member.findtext('name')} returns {result}")
    return sorted(found)


def used_names(root):
    """What the README and the examples write behind bw::, as far as it is qualified."""
    sources = [root / "README.md", *sorted((root / "examples").glob("*.cpp"))]
    text = "\n".join(source.read_text(encoding="utf-8") for source in sources)
    return sorted({f"bulkwriter::{name}" for name in re.findall(r"\bbw::(\w+(?:::\w+)*)", text)} - {"bulkwriter::literals"})


def problems_of(root, output, more=""):
    problems = run_doxygen(root, output, more)
    names = read_names(output / "xml")
    for name, descriptions in sorted(names.items()):
        if not all(descriptions):
            problems.append(f"{name} is not described")
        # Doxygen gives a code span up, silently, at a single quote in it; two backticks make it one.
        if any("`" in description for description in descriptions):
            problems.append(f"the description of {name} shows a backtick")
    problems += detail_results(output / "xml")
    # A member may be inherited: its own name is enough.
    last = {name.rsplit("::", 1)[-1] for name in names}
    for name in used_names(root):
        scope, _, member = name.rpartition("::")
        if name not in names and not (scope in names and scope != "bulkwriter" and member in last):
            problems.append(f"{name} is used in the README or an example, and is not in the reference")
    page = output / "html/index.html"
    shown = page.read_text(encoding="utf-8") if page.exists() else ""
    for title in re.findall(r"^##+ (.*)$", (root / "README.md").read_text(encoding="utf-8"), re.M):
        if not re.search(rf"<h\d[^>]*>(<[^>]*>|\s)*{re.escape(title)}\s*</h\d>", shown):
            problems.append(f"the front page lacks the README's heading '{title}'")
    return problems, len(names)


def self_test():
    # (a room, appended to, the text, what must be said of it)
    declarations = [
        ("error", "void planted_function();", "planted_function() (function)"),
        ("error", "// Doxygen does not read this.\nstruct planted_struct {};", "planted_struct is not described"),
        ("error", "/// Seen.\nenum class planted_enum { one };", "planted_enum::one is not described"),
        ("error", "/// Seen.\ndetail::error_box& planted_result();", "planted_result returns detail::error_box"),
        ("http/retry", "/// Seen.\nstruct planted_options { int one = 0; };", "Member one (variable)"),
        ("http/retry", "/// Into <nowhere>.\nvoid planted_tag();", "<nowhere>"),
        ("http/retry", "/// A span `with 'quotes'` in it.\nvoid planted_span();", "planted_span shows a backtick"),
    ]
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder, "root")
        for part in ["include", "examples", "tests/reference"]:
            shutil.copytree(ROOT / part, root / part)
        shutil.copy(ROOT / "README.md", root)
        for header, text, _ in declarations:
            with open(root / f"include/bulkwriter/{header}.hpp", "a", encoding="utf-8") as file:
                file.write(f"\nnamespace bulkwriter {{\ninline namespace BULKWRITER_NAMESPACE {{\n{text}\n}}  // namespace BULKWRITER_NAMESPACE\n}}\n")
        with open(root / "README.md", "a", encoding="utf-8") as file:
            file.write("\n`bw::planted`\n")
        settings = "GENERATE_HTML = NO\nEXCLUDE_PATTERNS = */detail/* */run/*\n"
        problems, _ = problems_of(root, pathlib.Path(folder, "output"), settings)
    expected = [text for *_, text in declarations]
    expected += ["bulkwriter::planted is used", "bulkwriter::remote_bulk_writer is not described", "lacks the README's heading"]
    missed = [text for text in expected if not any(text in problem for problem in problems)]
    for text in missed:
        print(f"not found: {text!r}")
    print(f"{len(expected)} faults, {len(missed)} of them not found")
    if missed:
        print("\n".join(problems))
    return 1 if missed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--output", type=pathlib.Path)
    what.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    if not shutil.which("doxygen"):
        print("skipped: doxygen is not installed")
        return 77
    if options.self_test:
        return self_test()
    problems, count = problems_of(ROOT, options.output.resolve())
    print("\n".join(problems) if problems else f"{count} public names, each with a description")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
