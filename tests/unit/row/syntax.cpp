#include <bulkwriter/row/syntax.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace detail = bulkwriter::detail;

namespace {

struct bad_text {
  std::string_view text;
  std::size_t at;
  std::string_view rule;  // a part of it
};

void check_found(bad_text const& bad, std::optional<detail::text_fault> const& fault) {
  CAPTURE(bad.text);
  REQUIRE(fault);
  CHECK(fault->offset == bad.at);
  CHECK_MESSAGE(std::string_view(fault->what).find(bad.rule) != std::string_view::npos, fault->what);
}

std::string nested(std::size_t collections) {
  std::string text;
  for (std::size_t i = 0; i < collections; ++i) text += "GEOMETRYCOLLECTION(";
  return text + "POINT(1 2)" + std::string(collections, ')');
}

}  // namespace

static_assert(!detail::find_timestamp_fault("2026-01-31T08:00:00Z"));
static_assert(detail::find_timestamp_fault("2026-02-31T08:00:00Z")->offset == 8);

TEST_CASE("points in time that servers read") {
  for (std::string_view good : {"2006-01-02T15:04:05Z",
                                "2006-01-02T15:04:05",
                                "2006-01-02 15:04:05",
                                "2006-01-02T15:04:05+01:00",
                                "2006-01-02T15:04:05-12:00",
                                "2006-01-02T15:04:05+14:00",
                                "2006-01-02T15:04:05-00:00",
                                "2006-01-02T15:04:05+13:59",
                                "2006-01-02T15:04:05-11:59",
                                "2006-01-02T15:04:05+00:00",
                                "2006-01-02T15:04:05.1Z",
                                "2006-01-02 15:04:05+08:00",
                                "2006-01-02 15:04:05Z",
                                "2006-01-02 15:04:05+08",
                                "2006-01-02 15:04:05-12",
                                "2006-01-02 15:04:05.5+14",
                                "2006-01-02T15:04:05.1234567890Z",
                                "2006-01-02 15:04:05.000000000000000000001",
                                "2006-01-02T15:04:05.123456789Z",
                                "2006-01-02T15:04:05.000000001+05:30",
                                "2006-01-02T15:04:05.999999999",
                                "2006-01-02 15:04:05.5",
                                "0001-01-01T00:00:00Z",
                                "9999-12-31T23:59:59.999999999Z",
                                "2024-02-29T00:00:00Z",
                                "2000-02-29T00:00:00Z",
                                "2023-04-30T00:00:00Z",
                                "2023-12-31T00:00:00Z"})
    CHECK_MESSAGE(!detail::find_timestamp_fault(good), std::string(good));
}

TEST_CASE("what is no point in time is found where it begins to be none") {
  bad_text const bad[] = {
      {"", 0, "digit"},
      {"now", 0, "digit"},
      {"0000-01-01T00:00:00Z", 0, "0001"},
      {"-001-01-01T00:00:00Z", 0, "digit"},
      {"206-01-02T15:04:05Z", 3, "digit"},
      {"20060-01-02T15:04:05Z", 4, "'-'"},
      {"2006", 4, "'-'"},
      {"2006/01/02T15:04:05Z", 4, "'-'"},
      {"2006-00-02T15:04:05Z", 5, "month"},
      {"2006-13-02T15:04:05Z", 5, "month"},
      {"2006-1-02T15:04:05Z", 6, "digit"},
      {"2006-01-00T15:04:05Z", 8, "day"},
      {"2006-01-32T15:04:05Z", 8, "day"},
      {"2006-04-31T15:04:05Z", 8, "day"},
      {"2006-02-29T15:04:05Z", 8, "day"},
      {"1900-02-29T15:04:05Z", 8, "day"},
      {"2024-02-30T15:04:05Z", 8, "day"},
      {"2006-01-02", 10, "'T'"},
      {"2006-01-02t15:04:05Z", 10, "'T'"},
      {"2006-01-02  15:04:05", 11, "digit"},
      {"2006-01-02T", 11, "digit"},
      {"2006-01-02T24:00:00Z", 11, "hour"},
      {"2006-01-02T15:60:05Z", 14, "minute"},
      {"2006-01-02T15:04:60Z", 17, "second"},
      {"2006-01-02T15:04", 16, "':'"},
      {"2006-01-02T150405Z", 13, "':'"},
      {"2006-01-02T15:04:05.Z", 20, "digit"},
      {"2006-01-02T15:04:05,5Z", 19, "behind"},
      {"2006-01-02T15:04:05z", 19, "behind"},
      {"2006-01-02T15:04:05 Z", 19, "behind"},
      {"2006-01-02T15:04:05+1:00", 21, "digit"},
      {"2006-01-02T15:04:05+0100", 22, "':'"},
      {"2006-01-02T15:04:05+01", 22, "':'"},
      {"2006-01-02T15:04:05+24:00", 19, "-12:00 to +14:00"},
      {"2006-01-02T15:04:05+15:00", 19, "-12:00 to +14:00"},
      {"2006-01-02T15:04:05+14:01", 19, "-12:00 to +14:00"},
      {"2006-01-02T15:04:05-12:01", 19, "-12:00 to +14:00"},
      {"2006-01-02T15:04:05-12:30", 19, "-12:00 to +14:00"},
      {"2006-01-02T15:04:05-23:59", 19, "-12:00 to +14:00"},
      {"2006-01-02 15:04:05.5+15:00", 21, "-12:00 to +14:00"},
      {"2006-01-02 15:04:05+15", 19, "-12:00 to +14:00"},
      {"2006-01-02 15:04:05-13", 19, "-12:00 to +14:00"},
      {"2006-01-02 15:04:05+0800", 22, "':'"},
      {"2006-01-02 15:04:05+8", 21, "digit"},
      {"2006-01-02 15:04:05+", 20, "digit"},
      {"2006-01-02 15:04:05+08:", 23, "digit"},
      {"2006-01-02 15:04:05 Z", 19, "behind"},
      {"2006-01-02 15:04:05 +08:00", 19, "behind"},
      {"2006-01-02T15:04:05-01:60", 23, "minute of the offset"},
      {"2006-01-02T15:04:05+01:00:00", 25, "behind"},
      {"2006-01-02T15:04:05ZZ", 20, "behind"},
      {" 2006-01-02T15:04:05Z", 0, "digit"},
      {"2006-01-02T15:04:05Z ", 20, "behind"},
      {std::string_view("2006-01-02T15:04:05Z\0", 21), 20, "behind"},
      {"2006-01-02T15:04:\xd9\xa0\xd9\xa5Z", 17, "digit"},  // digits of another script
  };
  for (auto const& b : bad) check_found(b, detail::find_timestamp_fault(b.text));
}

TEST_CASE("shapes that servers read") {
  for (std::string_view good :
       {"POINT(1 2)",
        "point (1 2)",
        " \t\r\nPoint\n( -1.5e-3\t.5 )\r\n",
        "POINT (1. -0)",
        "POINT (1e-999 179769313486231570000e288)",
        "POINT (1 2 3)",
        "POINT Z (1 2 3)",
        "POINTZ(1 2 3)",
        "POINT z(1 2 3)",
        "POINT M (1 2 3)",
        "POINTM (1 2 3)",
        "POINT ZM (1 2 3 4)",
        "pointzm (1 2 3 4)",
        "POINT EMPTY",
        "POINT Z EMPTY",
        "pointm empty",
        "LINESTRING EMPTY",
        "LINESTRING (1 2, 3 4)",
        "LINESTRING(1 2,1 2)",
        "LINESTRING Z (1 2 3, 4 5 6, 7 8 9)",
        "POLYGON EMPTY",
        "POLYGON ((0 0, 1 0, 1 1, 0 0))",
        "POLYGON ((0 0, 9 0, 9 9, 0 9, -0 0.0), (1 1, 2 1, 2 2, 1 1))",
        "POLYGON ZM ((0 0 1 2, 1 0 3 4, 1 1 5 6, 0 0 1 2))",
        "MULTIPOINT EMPTY",
        "MULTIPOINT (1 2, 3 4)",
        "MULTIPOINT ((1 2), (3 4))",
        "MULTIPOINT (1 2)",
        "MULTIPOINT (EMPTY, 1 2)",
        "MULTIPOINT ((1 2), EMPTY)",
        "MULTIPOINT Z ((1 2 3), EMPTY)",
        "MULTILINESTRING ((1 2, 3 4), (5 6, 7 8))",
        "MULTILINESTRING (EMPTY, (1 2, 3 4))",
        "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 6 5, 6 6, 5 5), (5 5, 6 5, 6 6, 5 5)))",
        "MULTIPOLYGON (EMPTY)",
        "GEOMETRYCOLLECTION EMPTY",
        "GEOMETRYCOLLECTION (POINT (1 2))",
        "GEOMETRYCOLLECTION (POINT EMPTY, POINT (1 2), GEOMETRYCOLLECTION EMPTY)",
        "GEOMETRYCOLLECTION (POINT(1 2), GEOMETRYCOLLECTION(LINESTRING(1 2,3 4),POLYGON EMPTY), MULTIPOINT(1 2))",
        "GEOMETRYCOLLECTION Z (POINT Z (1 2 3), LINESTRING Z EMPTY)",
        "geometrycollectionm(pointm(1 2 3))"})
    CHECK_MESSAGE(!detail::find_wkt_fault(good), std::string(good));
  CHECK_FALSE(detail::find_wkt_fault(nested(64)));
}

TEST_CASE("what is no shape is found where it begins to be none") {
  bad_text const bad[] = {
      {"", 0, "name of a shape"},
      {"  ", 2, "name of a shape"},
      {"CIRCLE (1 2)", 0, "name of a shape"},
      {"POINTS (1 2)", 0, "name of a shape"},
      {"POINTX (1 2)", 0, "name of a shape"},
      {"POINTEMPTY", 0, "name of a shape"},
      {"LINEARRING (0 0, 1 0, 1 1, 0 0)", 0, "name of a shape"},
      {"SRID=4326;POINT (1 2)", 0, "name of a shape"},
      {"(1 2)", 0, "name of a shape"},
      {"POINT", 5, "'('"},
      {"POINT 1 2", 6, "'('"},
      {"POINT Z", 7, "'('"},
      {"POINT X (1 2)", 6, "Z, M, ZM, EMPTY"},
      {"POINT MZ (1 2 3 4)", 6, "Z, M, ZM, EMPTY"},
      {"POINT Z M (1 2 3 4)", 8, "EMPTY or '('"},
      {"POINTZ M (1 2 3 4)", 7, "EMPTY or '('"},
      {"POINT ZEMPTY", 6, "Z, M, ZM, EMPTY"},
      {"POINT EMPTYZ", 6, "Z, M, ZM, EMPTY"},
      {"POINT ()", 7, "a number"},
      {"POINT (1)", 7, "2 or 3 numbers"},
      {"POINT (1 2 3 4)", 7, "2 or 3 numbers"},
      {"POINT (1 2 3 4 5)", 15, "more than 4"},
      {"POINT Z (1 2)", 9, "3 numbers"},
      {"POINT M (1 2)", 9, "3 numbers"},
      {"POINT ZM (1 2 3)", 10, "4 numbers"},
      {"POINT (1 2", 10, "')'"},
      {"POINT (1, 2)", 7, "2 or 3 numbers"},
      {"POINT (1 2, 3 4)", 10, "')'"},
      {"POINT (1 2))", 11, "behind"},
      {"POINT (1 2) POINT (1 2)", 12, "behind"},
      {"POINT EMPTY (1 2)", 12, "behind"},
      {"POINT (1 2);", 11, "behind"},
      {std::string_view("POINT (1 2)\0", 12), 11, "behind"},
      {"POINT ((1 2))", 7, "a number"},
      {"POINT (+1 2)", 7, "a number"},
      {"POINT (1-2)", 8, "a blank"},
      {"POINT (1 2x)", 10, "a blank"},
      {"POINT (1 0x10)", 10, "a blank"},
      {"POINT (1e 2)", 8, "a blank"},
      {"POINT (1,5 2)", 7, "2 or 3 numbers"},
      {"POINT (. 2)", 7, "a number"},
      {"POINT (1 - 2)", 9, "a number"},
      {"POINT (nan 2)", 7, "a number"},
      {"POINT (1 inf)", 9, "a number"},
      {"POINT (1 1e999)", 9, "double"},
      {"POINT\xc2\xa0(1 2)", 5, "'('"},
      {"LINESTRING (1 2)", 11, "line of one"},
      {"LINESTRING ()", 12, "a number"},
      {"LINESTRING (1 2, 3 4 5)", 17, "2 numbers"},
      {"LINESTRING (1 2 3, 3 4)", 19, "3 numbers"},
      {"LINESTRING (1 2, )", 17, "a number"},
      {"LINESTRING (1 2 3 4, 5 6 7 8)", 12, "2 or 3 numbers"},
      {"LINESTRING ((1 2), (3 4))", 12, "a number"},
      {"LINESTRING (1 2; 3 4)", 15, "a blank"},
      {"POLYGON (0 0, 1 0, 1 1, 0 0)", 9, "'('"},
      {"POLYGON (EMPTY)", 9, "'('"},
      {"POLYGON ((0 0, 1 0, 0 0))", 9, "fewer than 4"},
      {"POLYGON ((0 0, 1 0, 1 1, 0 1))", 9, "where it began"},
      {"POLYGON Z ((0 0 1, 1 0 1, 1 1 1, 0 0 2))", 11, "where it began"},
      {"POLYGON ((0 0, 9 0, 9 9, 0 0), (1 1, 2 1, 2 2, 1 2))", 31, "where it began"},
      {"MULTIPOINT (1 2, (3 4))", 17, "a number"},
      {"MULTIPOINT ((1 2), 3 4)", 19, "'('"},
      {"MULTIPOINT ((1 2, 3 4))", 16, "')'"},
      {"MULTIPOINT (EMPTY, 1 2 3)", 19, "2 numbers"},
      {"MULTIPOINT (1 2 3, EMPTY)", 19, "without a Z"},
      {"MULTILINESTRING (1 2, 3 4)", 17, "'('"},
      {"MULTILINESTRING ((1 2, 3 4), (5 6))", 29, "line of one"},
      {"MULTIPOLYGON ((0 0, 1 0, 1 1, 0 0))", 15, "'('"},
      {"MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((0 0, 1 0, 1 1, 2 2)))", 39, "where it began"},
      {"GEOMETRYCOLLECTION ()", 20, "name of a shape"},
      {"GEOMETRYCOLLECTION (1 2)", 20, "name of a shape"},
      {"GEOMETRYCOLLECTION (POINT (1 2),)", 32, "name of a shape"},
      {"GEOMETRYCOLLECTION (POINT (1 2)", 31, "',' or ')'"},
      {"GEOMETRYCOLLECTION (POINT (1 2) POINT (1 2))", 32, "',' or ')'"},
      {"GEOMETRYCOLLECTION (POINT (1 2), POINT (1 2 3))", 40, "2 numbers"},
      {"GEOMETRYCOLLECTION (POINT (1 2 3), POINT EMPTY)", 35, "without a Z"},
      {"GEOMETRYCOLLECTION (POINT (1 2 3), POINT Z (1 2 3))", 41, "differ in Z and M"},
      {"GEOMETRYCOLLECTION Z (POINT (1 2 3))", 22, "differ in Z and M"},
      {"GEOMETRYCOLLECTION (POINTM (1 2 3))", 25, "differ in Z and M"},
  };
  for (auto const& b : bad) check_found(b, detail::find_wkt_fault(b.text));
  check_found({nested(65), 64 * 19, "nested deeper than 64"}, detail::find_wkt_fault(nested(65)));
  // as deep as a stack would not hold
  CHECK(detail::find_wkt_fault(nested(1'000'000)));
}
