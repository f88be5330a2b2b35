// Several copies of the library in one process: inside this program and inside each plugin that it loads.
//
//   host FOLDER local|global PLUGIN...  ->  exit code 0; on standard output the files, one a line
//
// What is promised, with libstdc++ and whatever the visibility of symbols:
//
// * Copies do not disturb each other: the library has no state that lives longer than its objects, but constants.
// * bulkwriter::error thrown in one copy is caught by its type in another, as long as both have one version,
//   both have exceptions (one inline namespace: see config.hpp), and one C++ runtime. An error, like every object, must be gone before the copy that made it is
//   unloaded: its destructor is code of that copy.
// * A plugin may be closed and loaded again. Whether the memory really is unmapped is up to the compiler: GCC marks
//   constants of inline functions and templates, also those of the standard library itself, as unique in the process,
//   and glibc never unloads who has shown such. A version script that hides them (plugin.map) lets it go.
// * In a name space of its own (dlmopen) a plugin has a runtime of its own: it writes files, but no exception and no
//   C++ object may cross.

#include "plugin.hpp"

#include <bulkwriter/error.hpp>

#include <dlfcn.h>

#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace bw = bulkwriter;

void expect(bool truth, std::string const& what) {
  if (truth) return;
  std::cerr << "not so: " << what << '\n';
  std::exit(1);
}

struct plugin {
  plugin(std::string const& file, int flags) : path(file), handle(dlopen(file.c_str(), RTLD_NOW | flags)) {
    expect(handle != nullptr, file + " is loaded");
    write = reinterpret_cast<plugin_write_type*>(dlsym(handle, "plugin_write"));
    catches = reinterpret_cast<plugin_catches_type*>(dlsym(handle, "plugin_catches"));
    expect(write && catches, file + " has its functions");
  }

  std::string path;
  void* handle;
  plugin_write_type* write = nullptr;
  plugin_catches_type* catches = nullptr;
};

plugin_write_type* refusing = nullptr;
std::string refused_folder;
void refuse() { refusing(refused_folder.c_str(), "much too long"); }

void use(std::string const& folder, std::vector<plugin> const& plugins) {
  // All at the same time, then each one's error in all of them and here.
  std::vector<std::string> files(plugins.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < plugins.size(); ++i)
    threads.emplace_back([&, i] { files[i] = plugins[i].write(folder.c_str(), "two"); });
  for (std::thread& t : threads) t.join();
  for (std::string const& file : files) std::cout << file << '\n';

  refused_folder = folder;
  for (plugin const& thrower : plugins) {
    refusing = thrower.write;
    for (plugin const& catcher : plugins) expect(catcher.catches(refuse), catcher.path + " catches " + thrower.path);
    try {
      refuse();
      expect(false, thrower.path + " throws");
    } catch (bw::error const& e) {
      expect(e.code() == bw::errc::varchar_too_long && e.info().row == 1 && e.info().field == "name", e.what());
    }
  }
}

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  std::string const folder = argv[1];
  int const flags = argv[2] == std::string_view("global") ? RTLD_GLOBAL : RTLD_LOCAL;
  std::vector<std::string> const paths(argv + 3, argv + argc);

  for (int round = 0; round < 2; ++round) {
    std::vector<plugin> plugins;
    for (std::string const& path : paths) plugins.emplace_back(path, flags);
    use(folder, plugins);
    for (plugin const& p : plugins) {
      expect(dlclose(p.handle) == 0, p.path + " is closed");
      if (p.path.find("hidden") != std::string::npos)
        expect(dlopen(p.path.c_str(), RTLD_NOW | RTLD_NOLOAD) == nullptr, p.path + " is gone from memory");
    }
  }

  for (std::string const& path : paths) {
    void* const apart = dlmopen(LM_ID_NEWLM, path.c_str(), RTLD_NOW);
    expect(apart != nullptr, path + " is loaded into a name space of its own");
    auto* const write_to = reinterpret_cast<plugin_write_to_type*>(dlsym(apart, "plugin_write_to"));
    expect(write_to != nullptr, path + " has its function");
    char written[4096];
    expect(write_to(folder.c_str(), "two", written, sizeof written) == 0, path + " writes in a name space of its own");
    expect(write_to(folder.c_str(), "much too long", written, sizeof written) != 0, path + " refuses there as well");
    std::cout << written << '\n';
    dlclose(apart);
  }
}
