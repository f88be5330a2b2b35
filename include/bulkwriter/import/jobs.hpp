#pragma once

#include <bulkwriter/error.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <ostream>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

/// The name that the server has given a job. Kept as text: Milvus' are 64-bit numbers, Zilliz Cloud's begin with
/// "job-".
struct job_id {
  std::string value = {};  ///< as the server spells it

  /// Compares the text.
  friend bool operator==(job_id const&, job_id const&) = default;
  /// The text as it is.
  friend std::ostream& operator<<(std::ostream& out, job_id const& id) { return out << id.value; }
};

/// Where a job is. Of the servers' words only the meaning is kept; `state_text` has the word.
enum class import_state : std::uint8_t {
  unknown,      ///< a word that this library does not know: not an end, waiting goes on
  pending,      ///< waiting for its turn
  importing,    ///< reading files, sorting, building indexes
  uncommitted,  ///< everything is read, `commit` or `abort` decides (auto_commit = "false")
  committing,   ///< becoming visible
  completed,    ///< done: the rows are in the collection
  failed,       ///< over; `reason` tells why
};

/// The state as it is spelled here: "pending", "completed", … Thread-safe.
std::string_view to_string(import_state state) noexcept;

/// One file (or group of files) of a job. What the server does not tell is 0 or empty.
struct file_progress {
  std::string file_name = {};   ///< as the server prints it; Milvus puts the paths of a group between brackets
  std::uint64_t file_size = 0;  ///< bytes
  import_state state = import_state::unknown;  ///< of this file
  int percent = 0;                             ///< 0 to 100
  std::uint64_t imported_rows = 0;             ///< so far
  std::uint64_t total_rows = 0;                ///< in the file
  std::string complete_time = {};              ///< as the server writes it
  std::string reason = {};                     ///< why it failed
};

/// What a server tells of a job. Numbers that it does not tell are 0 (API v1 tells no rows), texts empty.
struct import_progress {
  job_id id = {};                              ///< the job that was asked for
  import_state state = import_state::unknown;  ///< API v1: derived from percent and reason
  std::string state_text = {};                 ///< the server's own word; API v1 has none
  int percent = 0;                             ///< 0 to 100; falls to 0 when a job of Milvus fails
  std::uint64_t imported_rows = 0;             ///< so far
  std::uint64_t total_rows = 0;                ///< in all files
  std::uint64_t file_size = 0;                 ///< bytes of all files
  std::string collection_name = {};            ///< into which
  std::string create_time = {};                ///< as the server writes it
  std::string complete_time = {};              ///< as the server writes it; empty until then
  std::string reason = {};                     ///< why it failed
  std::vector<file_progress> details = {};     ///< in the server's order
  std::string raw = {};                        ///< the whole answer; empty in the elements of a list

  /// The job has reached a state that it does not leave by itself.
  bool finished() const noexcept {
    return state == import_state::completed || state == import_state::failed || state == import_state::uncommitted;
  }
  /// Every file is read and the job is not done: the server sorts and builds indexes, which may take long.
  bool files_done() const noexcept {
    if (finished() || details.empty()) return false;
    for (auto const& one : details)
      if (one.state != import_state::completed) return false;
    return true;
  }
};

/// A page of a list of jobs.
struct import_jobs {
  std::vector<import_progress> jobs = {};  ///< id, collection and state; Milvus: percent and reason as well
  std::uint64_t total = 0;                 ///< on all pages
  std::uint64_t current_page = 1;          ///< as asked for
  std::uint64_t page_size = 0;             ///< as asked for: the last page may hold fewer
  std::string raw = {};                    ///< the whole answer

  /// The jobs of this page, as a range.
  /// @{
  auto begin() const noexcept { return jobs.begin(); }
  auto end() const noexcept { return jobs.end(); }
  std::size_t size() const noexcept { return jobs.size(); }
  bool empty() const noexcept { return jobs.empty(); }
  import_progress const& operator[](std::size_t i) const& noexcept { return jobs[i]; }
  import_progress operator[](std::size_t i) && noexcept { return std::move(jobs[i]); }
  /// @}
};

/// Which jobs `list_import_jobs` shows. Milvus has no pages: all jobs are fetched and the page is cut out here.
struct list_request {
  std::string collection_name = {};  ///< empty: every collection's. API v1 takes none.
  std::uint64_t page_size = 10;      ///< from 1; Zilliz Cloud: 5 to 100
  std::uint64_t current_page = 1;    ///< from 1
  std::string db_name = {};          ///< empty: the target's
};

/// How `import_client::wait` waits.
struct wait_options {
  /// More than 0; Milvus' own clock ticks every 2 s.
  std::chrono::milliseconds poll_interval = std::chrono::seconds(5);
  std::chrono::milliseconds timeout = std::chrono::hours(24);  ///< of the whole wait; 0: none
  /// How long a job may stay in a state that is not known here without anything of the answer changing.
  std::chrono::milliseconds unknown_limit = std::chrono::minutes(10);
  /// Called in the waiting thread after every poll. What it throws goes to the caller of `wait`; the job runs on.
  std::function<void(import_progress const&)> on_progress = {};
  std::stop_token stop = {};  ///< ends the wait at once, also a request under way; the job runs on
};

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/import/detail/jobs.ipp>
#endif
