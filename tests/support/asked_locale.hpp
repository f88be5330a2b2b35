#pragma once

// The locale and time zone that the environment asks a test program for, really in force: as in a program that begins
// with setlocale(LC_ALL, "") and std::locale::global(std::locale("")).
//
//   BULKWRITER_TEST_LOCALE=de_DE.UTF-8 TZ=Europe/Kyiv, and LOCPATH where support/install.sh has put the locale

#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <locale>
#include <sstream>
#include <stdexcept>
#include <string>

// False and a line on stderr where the locale that is asked for is not there, or as harmless as "C". True where none is
// asked for.
inline bool take_asked_locale() {
  char const* const name = std::getenv("BULKWRITER_TEST_LOCALE");
  if (name == nullptr) return true;
  auto const refuse = [&](char const* why) {
    std::fprintf(stderr, "locale %s: %s\n", name, why);
    return false;
  };
  if (std::setlocale(LC_ALL, name) == nullptr) return refuse("not installed");
  try {
    std::locale::global(std::locale(name));
  } catch (std::runtime_error const& e) {
    return refuse(e.what());
  }

  char number[16];
  std::snprintf(number, sizeof number, "%.1f", 0.5);
  if (std::string(number) != "0,5" || std::strtod("0.5", nullptr) != 0)
    return refuse("printf and strtod write a point");
  std::ostringstream stream;
  stream << 1234567;
  if (stream.str() != "1.234.567") return refuse("streams do not group thousands");
  if (std::string(name).starts_with("tr_") && std::toupper('i', std::locale()) == 'I')
    return refuse("the capital of i is I");
  std::time_t const new_year_utc = 1704067200;  // 2024-01-01T00:00:00Z
  if (std::localtime(&new_year_utc)->tm_hour != 2) return refuse("the time zone is not Europe/Kyiv");
  return true;
}
