#pragma once

// What a plugin shows. In C++ rather than C, so that bulkwriter::error may leave it.

#include <string>

extern "C" {
/// Writes two rows below `folder`; returns the path of the file. A name longer than 8 bytes: throws bulkwriter::error.
using plugin_write_type = std::string(char const* folder, char const* name);
/// The same for a caller that has another C++ runtime: the path goes into a buffer, and nothing is thrown.
using plugin_write_to_type = int(char const* folder, char const* name, char* path, unsigned long size) noexcept;
/// Calls f; whether that threw a bulkwriter::error of code varchar_too_long.
using plugin_catches_type = bool(void (*f)());
}
