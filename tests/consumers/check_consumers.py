#!/usr/bin/env python3
"""The library inside other people's projects: each folder beside this file is one, taken in another way.

    check_consumers.py NAME --root DIR --work DIR --compiler g++ [--launcher ccache] [--whole]

NAME is a folder's name. The project is copied to the work folder together with *_main.cpp, gets the library at DIR in its
own way, is built and run, and what it wrote is read here. --whole also builds the half that speaks to the network.
Exit code 77: a tool that the project needs is not installed.
"""

import argparse
import pathlib
import shutil
import sys

import inspect_tree
from inspect_tree import Failure, fail
from project import Project

HERE = pathlib.Path(__file__).resolve().parent

TOOLS = {
    "add_subdirectory": ["ctest"],
    "fetch_content": ["git", "ctest"],
    "meson_subproject": ["meson", "ninja"],
    "pkg_config_cmake": ["pkg-config", "meson", "ninja"],
    "pkg_config_meson": ["pkg-config", "meson", "ninja"],
    "pkg_config_make": ["pkg-config", "meson", "ninja", "make"],
    "plain": ["make"],
    "single_header": ["make"],
}


def add_subdirectory(project):
    project.link_library("bulkwriter")
    said = project.cmake(*project.strict(), *project.watched())
    inspect_tree.nothing_said(said)
    inspect_tree.settings_unchanged(project.settings)
    inspect_tree.is_system(project)
    inspect_tree.only_the_consumers_own(project)
    project.cmake_build("local", "local_twin")
    project.run_local("build/local")
    project.run_local("build/local_twin")
    if project.whole:
        project.cmake_build("whole")
        project.run_whole("build/whole")

    # Where there is neither Boost nor OpenSSL the core is there all the same, and nothing is said.
    said = project.cmake(*(f"-DCMAKE_DISABLE_FIND_PACKAGE_{name}=ON" for name in ["Boost", "OpenSSL", "Threads"]),
                         *project.strict(), build="build-core")
    inspect_tree.nothing_said(said)
    targets = project.run("ninja", "-C", "build-core", "-t", "targets", "all")
    if "whole" in targets or "local_twin: phony" not in targets:
        fail(f"without Boost and OpenSSL the targets are\n{targets}")


def fetch_content(project):
    archive, repository = project.publish()
    for url in [f"file://{archive}", f"file://{repository}"]:
        project.remove("build")
        said = project.cmake(f"-DBULKWRITER_URL={url}", *project.strict(), *project.watched())
        inspect_tree.nothing_said(said)
        inspect_tree.settings_unchanged(project.settings, r"FETCHCONTENT_\w+", r"__cmake_\w+", r"CMAKE_MATCH_\w+",
                                        "GIT_EXECUTABLE", "bulkwriter_POPULATED")
        inspect_tree.is_system(project)
        inspect_tree.only_the_consumers_own(project)
        project.cmake_build("local")
        project.run_local("build/local")
    if project.whole:
        project.cmake_build("whole")
        project.run_whole("build/whole")


def find_package(project):
    for how in project.installers():
        tree = project.install_and_move(how)
        if how == "meson":
            continue  # has no CMake package: pkg-config is its way
        # Both set, CMake ends with an error as soon as the package is looked for.
        untouchable = [f"-DCMAKE_{verb}_FIND_PACKAGE_{name}=ON" for verb in ["DISABLE", "REQUIRE"]
                       for name in ["Boost", "OpenSSL", "Threads"]]
        project.cmake(f"-DCMAKE_PREFIX_PATH={tree}", *project.strict(), *untouchable)
        project.cmake_build("local", "local_twin")
        project.run_local("build/local")
        project.run_local("build/local_twin")
        if project.whole:
            project.cmake(f"-DCMAKE_PREFIX_PATH={tree}", "-DCONSUMER_WHOLE=ON", build="build-whole")
            project.cmake_build("whole", "whole_twin", build="build-whole")
            project.run_whole("build-whole/whole")
            project.run_whole("build-whole/whole_twin")
        inspect_tree.packages_found_and_refused(project, tree)


def meson_subproject(project):
    project.link_library("subprojects/bulkwriter")
    project.meson(f"-Dcpp_args={project.strict_flags()}")
    inspect_tree.is_system(project)
    inspect_tree.only_the_consumers_own_in_meson(project)
    project.run("ninja", "-C", "build", "local")
    project.run_local("build/local")
    if project.whole:
        project.run("ninja", "-C", "build", "whole")
        project.run_whole("build/whole")

    # Without the other half the core is there all the same.
    project.meson("-Dbulkwriter:network=disabled", build="build-core")
    targets = project.run("meson", "introspect", "build-core", "--targets")
    if '"whole"' in targets or '"local"' not in targets:
        fail(f"with network=disabled the targets are\n{targets}")


def pkg_config(build):
    """A consumer by pkg-config: with the tree that CMake installs and with Meson's, both moved to the same place."""
    def check(project):
        answers = []
        for how in project.installers():
            project.use_pkg_config(project.install_and_move(how))
            answers.append(inspect_tree.pkg_config_answers(project))
            project.remove("build")
            build(project, "local")
            project.run_local("build/local")
            if project.whole:
                build(project, "whole")
                project.run_whole("build/whole")
        if answers[0] != answers[-1]:
            fail(f"the two trees' pkg-config files differ:\n{answers[0]}\n{answers[-1]}")
    return check


def by_cmake(project, target):
    if not project.path("build").exists():
        project.cmake()
    project.cmake_build(target)


def by_meson(project, target):
    if not project.path("build").exists():
        project.meson()
    project.run("ninja", "-C", "build", target)


def by_make(project, target):
    project.make(target)
    project.path("build").mkdir(exist_ok=True)
    project.path(target).rename(project.path("build") / target)


def plain(project):
    project.link_library("bulkwriter")
    project.make("local")
    project.run_local("local")
    if project.whole:
        project.make("whole")
        project.run_whole("whole")


def single_header(project):
    shutil.copy(project.root / "single_include/bulkwriter/bulkwriter.hpp", project.folder)
    project.make("local")
    project.run_local("local")
    if project.whole:
        for program in ["whole", "whole_without_boost_json"]:
            project.make(program)
            project.run_whole(program)
        needed = project.run("readelf", "-d", "whole_without_boost_json")
        if "libboost_json" in needed:
            fail(f"the program with Boost.JSON inside needs the library all the same\n{needed}")


def shared_library(project):
    project.link_library("bulkwriter")
    project.cmake()
    project.cmake_build()
    plugins = []
    for name in ["visible", "hidden"]:
        original = project.path(f"build/lib{name}.so")
        copy = original.with_name(f"lib{name}_copy.so")
        shutil.copy(original, copy)
        plugins += [str(original), str(copy)]
    for how, order in [("local", plugins), ("local", plugins[::-1]), ("global", plugins)]:
        lines = project.run("build/host", project.fresh_folder("out"), how, *order).splitlines()
        expected = [{"id": 1, "name": "one", "v": [0.5, 0.25]}, {"id": 2, "name": "two", "v": [-1.0, 1024.0]}]
        for line in lines:
            inspect_tree.json_file_holds(line, expected)
        # Two rounds and one apart for each: and no two of them have taken the same folder.
        if len(lines) != 3 * len(plugins) or len(set(lines)) != len(lines):
            fail(f"the plugins wrote\n{lines}")


CHECKS = {
    "add_subdirectory": add_subdirectory,
    "fetch_content": fetch_content,
    "find_package": find_package,
    "meson_subproject": meson_subproject,
    "pkg_config_cmake": pkg_config(by_cmake),
    "pkg_config_meson": pkg_config(by_meson),
    "pkg_config_make": pkg_config(by_make),
    "plain": plain,
    "single_header": single_header,
    "shared_library": shared_library,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=CHECKS)
    parser.add_argument("--root", required=True, type=pathlib.Path)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--launcher", default="")
    parser.add_argument("--whole", action="store_true")
    options = parser.parse_args()
    for tool in ["cmake", "ninja", *TOOLS.get(options.name, [])]:
        if not shutil.which(tool):
            print(f"skipped: {tool} is not installed")
            return 77
    try:
        CHECKS[options.name](Project(HERE, options))
    except Failure as failure:
        print(failure)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
