"""The programs that compile_report.py and bloat.py compile, as texts."""

import os
import pathlib
import re
import subprocess

# What a row holds, in turn: C++ type, field kind, attributes behind the first. As the formats hold them today.
KINDS = [
    ("std::string", "bw::varchar{{.max_length = 512}}"),
    ("std::optional<double>", "bw::float64{{.nullable = true}}"),
    ("std::array<float, 8>", "bw::float_vector{{.dim = 8}}"),
    ("std::int32_t", "bw::int32{{}}"),
    ("bool", "bw::boolean{{}}"),
    ("std::optional<std::string>", "bw::varchar{{.max_length = 64, .nullable = true}}"),
    ("float", "bw::float32{{}}"),
    ("std::string", "bw::json{{}}"),
    ("std::int16_t", "bw::int16{{}}"),
    ("std::optional<std::string>", 'bw::varchar{{.max_length = 8, .default_value = "en"}}'),
    ("std::optional<std::int64_t>", "bw::int64{{.nullable = true}}"),
    ("std::int8_t", "bw::int8{{}}"),
]
VECTOR = 2  # of these a collection may have four
VECTORS = 4


def members(fields, shift=0):
    """(C++ type, field kind) of the columns between the primary key and the dynamic field; `shift` begins elsewhere."""
    found, vectors, turn = [], 0, shift
    while len(found) < fields - 2:
        index = turn % len(KINDS)
        turn += 1
        if index == VECTOR:
            if vectors == VECTORS:
                continue
            vectors += 1
        found.append(KINDS[index])
    return found


def row_struct(fields, name="row", shift=0):
    lines = [f"  {cxx} {name}_{i} = {{}};" for i, (cxx, _) in enumerate(members(fields, shift))]
    return "\n".join([f"struct {name} {{", "  std::int64_t id = {};", *lines, "  std::string extra = {};", "};\n"])


def schema(fields, name="row", shift=0):
    lines = [f'  bw::field<"id", &{name}::id, bw::int64{{.is_primary = true}}>,']
    lines += [f'  bw::field<"{name}_{i}", &{name}::{name}_{i}, {kind.format()}>,'
              for i, (_, kind) in enumerate(members(fields, shift))]
    return "\n".join([f"struct {name}_schema : bw::schema<", *lines, f"  bw::dynamic_field<&{name}::extra>> {{}};\n"])


def row_schema(fields, name="row", shift=0):
    return row_struct(fields, name, shift) + schema(fields, name, shift)


NAMESPACE = "#include <cstdio>\nnamespace bw = bulkwriter;\n"


def main_of(statements, error):
    return f"int main() try {{\n{statements}}} catch ({error} const& e) {{\n  std::puts(e.what());\n  return 1;\n}}\n"


LOCAL_MAIN = """\
  bw::local_bulk_writer<row_schema, bw::format::parquet> writer{{.local_path = "out"}};
  writer.append_row({.id = 1, .extra = "{}"});
  writer.commit();
"""


def local_program(fields):
    return "#include <bulkwriter/local.hpp>\n" + NAMESPACE + row_schema(fields) + main_of(LOCAL_MAIN, "bw::error")


def schemas_program(schemas, fields):
    """A program of several schemas, which differ in names and order; not in main, which compilers keep small."""
    text = "#include <bulkwriter/local.hpp>\n" + NAMESPACE
    for shift in range(schemas):
        name = f"row{chr(ord('a') + shift)}"
        text += (row_schema(fields, name, shift) + f"void write_{name}({name} const& row) {{\n"
                 f'  bw::local_bulk_writer<{name}_schema, bw::format::parquet> writer{{{{.local_path = "out"}}}};\n'
                 "  writer.append_row(row);\n  writer.commit();\n}\n")
    return text


# README's program with names filled in.
WHOLE_MAIN = """\
  bw::collections cluster{bw::milvus{.uri = "http://127.0.0.1:1", .token = "t"}};
  cluster.create<row_schema>("rows");
  bw::s3_connect_param bucket{.endpoint = "http://127.0.0.1:1", .access_key = "k", .secret_key = "s", .bucket_name = "b"};
  bw::remote_bulk_writer<row_schema, bw::format::parquet> writer{bucket, {.remote_path = "/"}};
  writer.append_row({.id = 1, .extra = "{}"});
  writer.commit();
  bw::import_client cloud{bw::zilliz_cloud{.api_key = "k", .cluster_id = "c"}};
  auto job = cloud.bulk_import({.collection_name = "rows", .object_url = bw::object_url(writer),
                                .access_key = "k", .secret_key = "s"});
  cloud.wait(job, {.on_progress = [](bw::import_progress const& p) { std::printf("%d%%\\n", int(p.percent)); }});
"""


def whole_program(fields):
    return "#include <bulkwriter/bulkwriter.hpp>\n" + NAMESPACE + row_schema(fields) + main_of(WHOLE_MAIN, "bw::error")


def base_program(standard, fields):
    """What a program with the same row would include anyway."""
    return ("".join(f"#include <{name}>\n" for name in standard) + "#include <cstdio>\n" + row_struct(fields)
            + main_of('  row r{.id = 1, .extra = "{}"};\n  std::puts(r.extra.c_str());\n', "std::exception"))


def nlohmann_program(fields):
    """The same row as one JSON object, by hand, as that library's users write it."""
    columns = members(fields)
    lines = ['  nlohmann::json j;', '  j["id"] = r.id;']
    for i, (cxx, _) in enumerate(columns):
        value = f"r.row_{i}"
        lines.append(f'  if ({value}) j["row_{i}"] = *{value};' if cxx.startswith("std::optional") else f'  j["row_{i}"] = {value};')
    lines += ['  j["$meta"] = nlohmann::json::parse(r.extra);', "  std::puts(j.dump().c_str());", ""]
    return ("#include <nlohmann/json.hpp>\n#include <array>\n#include <cstdio>\n#include <optional>\n#include <string>\n"
            + row_struct(fields) + main_of('  row r{.id = 1, .extra = "{}"};\n' + "\n".join(lines), "std::exception"))


BEAST_HTTPS = """\
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <cstdio>
#include <string>
namespace asio = boost::asio;
namespace beast = boost::beast;
int main(int argc, char** argv) try {
  std::string const host = argc > 1 ? argv[1] : "localhost";
  asio::io_context context;
  asio::ssl::context tls(asio::ssl::context::tls_client);
  tls.set_default_verify_paths();
  tls.set_verify_mode(asio::ssl::verify_peer);
  beast::ssl_stream<beast::tcp_stream> stream(context, tls);
  if (!SSL_set_tlsext_host_name(stream.native_handle(), host.c_str())) return 1;
  stream.set_verify_callback(asio::ssl::host_name_verification(host));
  asio::ip::tcp::resolver resolver(context);
  beast::get_lowest_layer(stream).connect(resolver.resolve(host, "443"));
  stream.handshake(asio::ssl::stream_base::client);
  beast::http::request<beast::http::string_body> request(beast::http::verb::get, "/", 11);
  request.set(beast::http::field::host, host);
  beast::http::write(stream, request);
  beast::flat_buffer buffer;
  beast::http::response<beast::http::string_body> response;
  beast::http::read(stream, buffer, response);
  std::puts(response.body().c_str());
  beast::error_code ignored;
  stream.shutdown(ignored);
} catch (std::exception const& e) {
  std::puts(e.what());
  return 1;
}
"""


def standard_headers(compiler, include, text, flags, work):
    """The standard headers that bulkwriter's own headers include themselves, as this unit reaches them."""
    source = work / "includes.cpp"
    source.write_text(text, encoding="utf-8")
    rule = subprocess.run([compiler, "-std=c++20", f"-I{include}", *flags, "-M", str(source)],
                          check=True, capture_output=True, text=True).stdout
    reached = [os.path.realpath(path) for path in rule.replace("\\\n", " ").split(":", 1)[1].split()]
    own = os.path.realpath(include) + "/"
    names = set()
    for path in reached:
        if path.startswith(own):
            names.update(re.findall(r"^\s*#\s*include <([^>]+)>", pathlib.Path(path).read_text(encoding="utf-8"), re.MULTILINE))
    # Behind an #if, a header may be named and not reached.
    return sorted(name for name in names if not name.startswith(("bulkwriter/", "boost/", "openssl/"))
                  and any(path.endswith("/" + name) for path in reached))
