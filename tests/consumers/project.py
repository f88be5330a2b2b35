"""A consumer project in its work folder, and the tools that configure, build and run it."""

import os
import shutil
import socket
import subprocess

import inspect_tree
from inspect_tree import fail

# What a careful project compiles with. GCC alone knows the last.
STRICT = "-Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wold-style-cast -Werror"
STRICT_GCC = "-Wuseless-cast"

# As tests/consumers/*_main.cpp write them.
ROWS = [{"id": 1, "name": "one", "v": [0.5, 0.25]}, {"id": -2, "name": "zwölf", "v": [-1.0, 1024.0]}]
REFUSAL = "row 2, field 'name': "

# What may come from the tester's shell and would change what is tested.
FOREIGN = {"CXX", "CXXFLAGS", "CPPFLAGS", "LDFLAGS", "CPATH", "CPLUS_INCLUDE_PATH", "LIBRARY_PATH", "DESTDIR", "MAKEFLAGS", "MFLAGS",
           "CMAKE_PREFIX_PATH", "CMAKE_GENERATOR", "CMAKE_BUILD_TYPE", "CMAKE_CXX_COMPILER_LAUNCHER", "PKG_CONFIG_PATH",
           "PKG_CONFIG_LIBDIR", "PKG_CONFIG_SYSROOT_DIR", "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"}


class Project:
    def __init__(self, here, options):
        self.here = here
        self.root = options.root.resolve()
        self.compiler = options.compiler
        self.launcher = options.launcher.split(";") if options.launcher else []
        self.whole = options.whole
        self.work = options.work.resolve()
        self.folder = self.work / "project"
        self.settings = self.work / "settings.txt"
        self.environment = {k: v for k, v in os.environ.items() if k not in FOREIGN} | {"LC_ALL": "C.UTF-8"}
        shutil.rmtree(self.work, ignore_errors=True)
        shutil.copytree(here / options.name, self.folder)
        for source in here.glob("whole_*.cpp"):
            shutil.copy(source, self.folder)
        shutil.copy(here / "local_main.cpp", self.folder)

    def path(self, name):
        return self.folder / name

    def remove(self, name):
        shutil.rmtree(self.folder / name, ignore_errors=True)

    def fresh_folder(self, name):
        shutil.rmtree(self.work / name, ignore_errors=True)
        return str(self.work / name)

    def attempt(self, *command, cwd=None):
        return subprocess.run(command, cwd=cwd or self.folder, env=self.environment, text=True, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def run(self, *command, cwd=None):
        """Standard output and error of a command that must succeed."""
        done = self.attempt(*command, cwd=cwd)
        if done.returncode != 0:
            fail(f"exit code {done.returncode}: {' '.join(command)}\n{done.stdout}")
        return done.stdout

    # --- the library ---

    def link_library(self, name):
        """The checkout, as a submodule of the project would be there."""
        self.path(name).symlink_to(self.root, target_is_directory=True)

    def publish(self):
        """An archive and a git repository of what is in the checkout now, committed or not."""
        copy = self.work / "bulkwriter.git"
        listed = self.attempt("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=self.root)
        if listed.returncode == 0:
            names = [name for name in listed.stdout.split("\0") if name and (self.root / name).is_file()]
        else:  # an unpacked archive
            names = [str(p.relative_to(self.root)) for p in self.root.rglob("*")
                     if p.is_file() and p.relative_to(self.root).parts[0] != "build"]
        for name in names:
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(self.root / name, copy / name)
        archive = shutil.make_archive(str(self.work / "bulkwriter"), "gztar", self.work, copy.name)
        git = ["git", "-c", "user.name=tests", "-c", "user.email=tests", "-c", "init.defaultBranch=main"]
        self.run(*git, "init", "--quiet", cwd=copy)
        self.run(*git, "add", "--all", "--force", cwd=copy)
        self.run(*git, "commit", "--quiet", "--no-gpg-sign", "--message", "as published", cwd=copy)
        return archive, copy

    def installers(self):
        return [how for how in ("cmake", "meson") if shutil.which(how)]

    def install_and_move(self, how):
        """The moved tree, always at the same place; what is installed first lies elsewhere."""
        first, build, moved = self.work / "first-prefix", self.work / f"library-{how}", self.work / "moved-prefix"
        shutil.rmtree(moved, ignore_errors=True)
        if how == "cmake":
            self.run("cmake", "-S", str(self.root), "-B", str(build), "-G", "Ninja", f"-DCMAKE_INSTALL_PREFIX={first}",
                     f"-DCMAKE_CXX_COMPILER={self.compiler}", "-DBULKWRITER_BUILD_TESTS=OFF", "-DBULKWRITER_BUILD_EXAMPLES=OFF")
            self.run("cmake", "--install", str(build), "--component", "bulkwriter", "--prefix", str(self.work / "component"))
            self.run("cmake", "--install", str(build))
            inspect_tree.same_files(self.work / "component", first)
        else:
            self.environment["CXX"] = " ".join([*self.launcher, self.compiler])
            self.run("meson", "setup", "-Dtests=disabled", f"--prefix={first}", str(build), str(self.root))
            self.run("meson", "install", "-C", str(build))
        inspect_tree.installed(self.root, first, [first, self.root, build])
        first.rename(moved)
        return moved

    def use_pkg_config(self, tree):
        self.environment["PKG_CONFIG_PATH"] = str(tree / "share/pkgconfig")

    # --- builds ---

    def strict(self):
        return [f"-DCMAKE_CXX_FLAGS={self.strict_flags()}"]

    def strict_flags(self):
        return STRICT if "clang" in self.compiler else f"{STRICT} {STRICT_GCC}"

    def watched(self):
        return [f"-DCMAKE_PROJECT_consumer_INCLUDE={self.here}/settings.cmake", f"-DCONSUMER_SETTINGS={self.settings}"]

    def cmake(self, *arguments, build="build"):
        return self.run("cmake", "-S", ".", "-B", build, "-G", "Ninja", f"-DCMAKE_CXX_COMPILER={self.compiler}",
                        f"-DCMAKE_CXX_COMPILER_LAUNCHER={';'.join(self.launcher)}", *arguments)

    def cmake_build(self, *targets, build="build"):
        # One after the other: what is compiled twice alike is compiled once where there is a compiler cache.
        self.run("cmake", "--build", build, "--parallel", "1", *(["--target", *targets] if targets else []))

    def meson(self, *arguments, build="build"):
        self.environment["CXX"] = " ".join([*self.launcher, self.compiler])
        return self.run("meson", "setup", *arguments, build)

    def make(self, target):
        self.run("make", target, f"CXX={' '.join([*self.launcher, self.compiler])}")

    # --- runs ---

    def run_local(self, program):
        lines = self.run(str(self.path(program)), self.fresh_folder("out")).splitlines()
        if len(lines) != 4 or not lines[0].startswith(REFUSAL) or lines[0] != lines[2]:
            fail(f"{program} says\n{lines}")
        inspect_tree.json_file_holds(lines[1], ROWS)
        inspect_tree.is_parquet(lines[3])

    def run_whole(self, program):
        with socket.socket() as taken:  # bound, so that it is nobody's; not listening, so that it refuses
            taken.bind(("127.0.0.1", 0))
            said = self.run(str(self.path(program)), str(taken.getsockname()[1])).splitlines()
        if len(said) != 3 or not all(line.endswith("[bulkwriter.connect_failed]") for line in said):
            fail(f"{program} says\n{said}")
