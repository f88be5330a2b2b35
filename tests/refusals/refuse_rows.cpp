// Offers bad rows between good ones, in every way and format, and leaves files for check_files.py, which looks whether
// the good rows are in them, and nothing else.
//
//   refuse_rows [FOLDER]      an empty folder to write to and to leave; without one, in a folder that goes again

#include "runner.hpp"
#include "typed.hpp"

#include <bulkwriter/row/half.hpp>

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace refusals {

namespace fs = std::filesystem;

std::uint64_t count_files(std::string const& folder) {
  if (!fs::exists(folder)) return 0;
  std::uint64_t n = 0;
  for (auto const& entry : fs::recursive_directory_iterator(folder)) n += entry.is_directory() ? 0 : 1;
  return n;
}

void report::check(bool good, std::string const& what) {
  if (good) return;
  ++failures_;
  if (++failures_of_[what.substr(0, what.find('['))] <= 3) std::printf("FAILED: %s\n", what.c_str());
}

void report::check_refused(bw::result<void> const& outcome, expectation const& due, std::int64_t row,
                           std::string_view field, std::string const& where) {
  ++refused_;
  if (outcome) return check(false, where + ": accepted");
  bw::error_info const& e = outcome.error();
  std::string const said = where + ": " + e.to_string();
  check(e.code == due.code, said + ": the code is not " + std::string(to_string(due.code)));
  check(e.row == row, said + ": the row is not " + std::to_string(row));
  check(e.field == (due.of_field ? field : ""), said + ": the field is '" + e.field + "'");
  check(e.problems.size() == 1 && e.problems[0].code == e.code && e.problems[0].field == e.field,
        said + ": it is not one problem");
  std::string const begin = "row " + std::to_string(row) + (e.field.empty() ? ": " : ", field '" + e.field + "': ");
  check(e.message.starts_with(begin), said + ": does not begin with '" + begin + "'");
  for (auto const& word : due.words)
    check(e.message.find(word) != std::string::npos, said + ": does not say '" + word + "'");
}

void report::check_empty(std::string const& folder, std::string const& where) {
  check(!fs::exists(folder) || fs::is_empty(folder), where + ": something is left in " + folder);
}

namespace {
std::string describe(bw::field_info const& f) {
  std::string out(f.is_dynamic ? "dynamic" : to_string(f.type));
  if (f.type == bw::kind::array) (out += ':') += to_string(f.element);
  for (auto const& sub : f.sub_fields()) {
    (out += ':') += sub.name;
    (out += '=') += to_string(sub.type);
  }
  return out;
}
}  // namespace

void report::expect_rows(std::string const& format, bw::field_info const& f, std::string const& way, std::int64_t rows,
                         bw::batch_files const& files) {
  for (auto const& group : files.groups)
    for (auto const& path : group.paths) {
      cases_ << format << '\t' << describe(f) << '\t' << way << '\t' << rows << '\t' << path << '\n';
    }
  cases_.flush();
}

namespace {

struct offered {
  std::int64_t rows = 0, good = 0;
};

// For ways that take 16-bit floats as their bits alone.
value in_halves(bw::field_info const& f, value v) {
  auto const* floats = std::get_if<std::vector<float>>(&v.held);
  if (floats == nullptr) return v;
  std::vector<std::uint16_t> bits;
  for (float const x : *floats)
    bits.push_back(f.type == bw::kind::float16_vector ? bw::detail::to_float16_bits(x)
                                                      : bw::detail::to_bfloat16_bits(x));
  return {bits};
}

void append_good(row_sink& sink, bw::field_info const& f, offered& n, report& out, std::string const& where) {
  value const good = good_value(f, n.good);
  auto appended = sink.try_append(n.good, good, note_of(n.good));
  if (!appended) appended = sink.try_append(n.good, in_halves(f, good), note_of(n.good));
  if (!appended)
    out.check(false, where + ": a good row cannot be said");
  else if (!*appended)
    out.check(false, where + ": a good row was refused: " + appended->error().to_string());
  ++n.rows;
  ++n.good;
}

// Each value between two good rows, then a writer of bad rows alone.
void offer(subject const& s, way const& w, std::string const& format_name, std::vector<rule> const& rules,
           report& out) {
  auto const format = bw::format::any::named(format_name);
  bw::field_info const& f = s.field;
  std::string const where = format_name + ", " + s.name + ", " + w.name + ", ";
  for (bool const with_good : {true, false}) {
    std::string const folder = out.new_folder();
    {
      auto const sink = w.open(format, folder);
      offered n;
      if (with_good) append_good(*sink, f, n, out, where);
      for (rule const& r : rules)
        for (std::size_t i = 0; i < r.values.size(); ++i) {
          bad_value const& bad = r.values[i];
          if ((bad.ways & w.bit) == 0 || (!bad.format.empty() && bad.format != format_name)) continue;
          expectation const* due = &bad.due;
          for (auto const& [ways, other] : bad.elsewhere)
            if ((ways & w.bit) != 0) due = &other;
          auto const files = count_files(folder);
          auto const appended = sink->try_append(-1, bad.what, "never");
          if (!appended) continue;  // not to be said in this way
          std::string const what = where + r.name + " [" + std::to_string(i) + "]";
          out.check_refused(*appended, *due, n.rows++, f.name, what);
          out.check(count_files(folder) == files, what + ": there are more files now");
          if (with_good) append_good(*sink, f, n, out, what);
        }
      out.check(sink->row_count() == static_cast<std::uint64_t>(n.good), where + "row_count");
      auto const files = sink->commit();
      if (with_good)
        out.expect_rows(format_name, f, w.name, n.good, files);
      else
        out.check(files.groups.empty(), where + "a file of refused rows");
    }
    if (!with_good) out.check_empty(folder, where + "all refused");
  }
}

void run(report& out) {
  std::vector<subject> subjects;
  add_scalars(subjects);
  add_vectors(subjects);
  add_lists(subjects);
  add_dynamic(subjects);
  for (subject& s : subjects) add_runtime_ways(s);
  for (subject& s : subjects) s.ways.push_back(object_way(s.field));
  for (subject const& s : subjects) {
    generator random(20240229);
    auto const rules = rules_of(s.field, random);
    for (rule const& r : rules)
      out.check(r.values.size() >= fewest,
                s.name + ", " + r.name + ": too few values: " + std::to_string(r.values.size()));
    for (std::string_view const name : bw::format::any::names())
      if (bw::format::any::named(name).holds(s.field))
        for (way const& w : s.ways) offer(s, w, std::string(name), rules, out);
  }
  check_special(out);
}

}  // namespace
}  // namespace refusals

int main(int argc, char** argv) {
  namespace fs = std::filesystem;
  bool const keep = argc > 1;
  fs::path const folder =
      keep ? fs::path(argv[1]) : fs::temp_directory_path() / ("refuse_rows." + std::to_string(::getpid()));
  fs::create_directories(folder);
  std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
  refusals::report out(folder);
  refusals::run(out);
  std::printf("%llu rows refused, %llu failures\n", static_cast<unsigned long long>(out.refused()),
              static_cast<unsigned long long>(out.failures()));
  if (!keep) fs::remove_all(folder);
  return out.failures() == 0 ? 0 : 1;
}
