#pragma once

#include "zero_to_hero.hpp"

#include <optional>
#include <stdexcept>
#include <string>

namespace zero_to_hero {

/// A mistake in options or environment.
struct usage_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Opens the bucket and names the cluster that the environment tells of; nothing if it tells of none. `store` is s3,
/// azure or gcs. Throws usage_error for half of what is needed, for that is a slip.
std::optional<settings> read_environment(std::string const& store);

/// What does not say where the job runs: the collection's name and the folder in the bucket.
void read_names(settings& my);

}  // namespace zero_to_hero
