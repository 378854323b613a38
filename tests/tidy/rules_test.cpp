// Each style rule on small examples: that it finds what is bad, and lets pass what only looks so.

#include "tests/tidy/rules.h"

#include <initializer_list>
#include <set>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace noex::tidy {
namespace {

using Rule = Violations (*)(const Source&);

std::size_t count(Rule rule, std::string path, std::string text) {
  return rule(make_source(std::move(path), std::move(text))).size();
}

void expect_bad(Rule rule, const char* path, std::initializer_list<std::string_view> texts) {
  for (const std::string_view text : texts) {
    EXPECT_EQ(1U, count(rule, path, std::string(text))) << path << ": " << text;
  }
}

void expect_good(Rule rule, const char* path, std::initializer_list<std::string_view> texts) {
  for (const std::string_view text : texts) {
    EXPECT_EQ(0U, count(rule, path, std::string(text))) << path << ": " << text;
  }
}

std::string function_of(std::size_t lines) {
  std::string text = "void f() {\n";
  for (std::size_t i = 2; i < lines; ++i) text += "  g();\n";
  return text + "}\n";
}

TEST(Source, BlanksCommentsAndLiterals) {
  const Source source =
      make_source("a.cpp", "int a = 1'000; // b\nf(\"c\\\"d\", 'e', R\"x(f)\")x\");");
  EXPECT_EQ("int a = 1'000;     \nf(\"    \", ' ', R\"       \");", source.code);
  EXPECT_EQ("int a = 1'000; // b\nf(\"    \", ' ', R\"       \");", source.prose);
}

TEST(Source, FindsBlocksAndTheirKinds) {
  const std::string code =
      "namespace a { template <class T> struct B : C<T> { B() : b_{1}, c_(2) { if (x) { y(); } }"
      " int b_ = {3}; }; void f(T t) { return g([&] { h(); }, {4}); } }";
  std::string kinds;
  for (const Block& block : find_blocks(code)) {
    kinds += "stfo"[static_cast<int>(block.kind)];
    EXPECT_EQ('}', code[block.close]);
  }
  EXPECT_EQ("stofoofoo", kinds);
}

TEST(IncludeRule, HoldsRoomsToTheLaw) {
  expect_bad(check_includes, "include/noex/transport/base/a.h",
             {"#include \"noex/transport/frame.h\"\n"});
  expect_bad(check_includes, "noex/transport/a.h", {"#include \"noex/runtime/node/node.h\"\n"});
  expect_bad(check_includes, "noex/runtime/membership/a.cpp",
             {"#include \"noex/runtime/cluster/session.h\"\n",
              "#include \"noex/runtime/registry/registry.h\"\n"});
  expect_good(check_includes, "noex/runtime/cluster/a.cpp",
              {"#include \"noex/runtime/membership/gossip.h\"\n"});
  expect_bad(check_includes, "noex/runtime/node/a.cpp",
             {"#include \"chat/room.h\"\n", "#include \"noex/sim/world/world.h\"\n"});
  expect_bad(check_includes, "noex/sim/world/a.cpp",
             {"#include \"noex/runtime/node/node.h\"\n", "#include \"noex/sim/run/run.h\"\n"});
  expect_bad(check_includes, "noex/sim/run/a.cpp",
             {"#include \"tests/a.h\"\n", "#include \"fuzz/a.h\"\n", "#include \"run.h\"\n",
              "#include \"chat/room.h\"\n", "#include \"noex/nowhere/run.h\"\n"});
  expect_good(check_includes, "noex/sim/chat/a.cpp",
              {"#include \"noex/sim/world/world.h\"\n", "#include \"chat/room.h\"\n",
               "#include <map>\n", "// #include \"tests/a.h\"\n"});
  expect_good(check_includes, "tests/sim/a.cpp", {"#include \"noex/sim/run/run.h\"\n"});
  expect_good(check_includes, "include/noex/runtime.h",
              {"#include \"noex/runtime/node/node.h\"\n"});
  expect_bad(check_includes, "include/noex/runtime.h",
             {"#include \"noex/sim/world/world.h\"\n", "#include \"noex/asio.h\"\n"});
  expect_bad(check_includes, "noex/sim/run/a.cpp", {"#include \"noex/runtime.h\"\n"});
}

TEST(IncludeRule, RoomsFormAGraphWithoutCircles) {
  EXPECT_EQ("", circles_in_the_law());
}

TEST(IncludeRule, KeepsPublicHeadersApart) {
  const std::set<std::string> headers = {"noex/runtime/node/node.h"};
  const auto violations = [&](const char* path, const char* text) {
    return check_public_includes(make_source(path, text), headers).size();
  };
  constexpr auto open_door = "#include \"noex/runtime/node/node.h\"\n";
  constexpr auto closed_door = "#include \"noex/runtime/node/runtime.h\"\n";
  for (const char* path : {"include/noex/runtime/node/a.h", "chat/a.cpp", "tests/examples/a.cpp"}) {
    EXPECT_EQ(0U, violations(path, open_door)) << path;
    EXPECT_EQ(1U, violations(path, closed_door)) << path;
  }
  EXPECT_EQ(0U, violations("noex/sim/run/a.cpp", closed_door));
}

TEST(IncludeRule, KeepsLibrariesInTheirPlaces) {
  expect_bad(check_includes, "noex/transport/frame.cpp",
             {"#include <boost/asio.hpp>\n", "#include <spdlog/spdlog.h>\n",
              "#include \"noex/transport/asio/asio_loop.h\"\n",
              "boost::asio::io_context context;\n", "#include <openssl/ssl.h>\n"});
  expect_good(check_includes, "noex/transport/tls/tls_engine.cpp", {"#include <openssl/ssl.h>\n"});
  expect_good(check_includes, "noex/transport/asio/asio_loop.cpp",
              {"#include <boost/asio.hpp>\n", "boost::asio::io_context context;\n"});
  expect_good(check_includes, "chat/main.cpp", {"#include \"noex/transport/asio/asio_loop.h\"\n"});
  expect_good(check_includes, "include/noex/asio.h",
              {"#include \"noex/transport/asio/asio_loop.h\"\n"});
  expect_good(check_includes, "noex/transport/asio/spdlog_log.cpp",
              {"#include <spdlog/spdlog.h>\n"});
}

TEST(BanRule, FindsWaysOut) {
  expect_bad(
      check_banned_calls, "noex/runtime/a.cpp",
      {"std::random_device d;", "int a = rand();", "auto t = std::chrono::steady_clock::now();",
       "std::thread t(f);", "std::jthread t(f);", "auto f = std::async(g);",
       "auto e = getenv(\"HOME\");", "auto t = time(nullptr);", "puts(__PRETTY_FUNCTION__);",
       "typeid(a).name();", "std::unordered_map<int, int> m;", "std::unordered_set<int> s;",
       "f([=] { g(); });", "std::this_thread::sleep_for(d);"});
  expect_good(check_banned_calls, "noex/runtime/a.cpp",
              {"// std::thread", "f(\"rand()\");", "int brand(int);", "auto t = loop.time();",
               "operand(1);", "co_await sleep(d);", "std::threading x;"});
}

TEST(BanRule, LetsTheOutsideBeOutside) {
  for (const char* path :
       {"noex/transport/asio/asio_loop.cpp", "tests/bench/main.cpp", "chat/main.cpp"}) {
    expect_good(check_banned_calls, path, {"std::thread t(f);", "auto e = getenv(\"HOME\");"});
    expect_bad(check_banned_calls, path, {"f([=] { g(); });", "typeid(a).name();"});
  }
  expect_good(check_banned_calls, "chat/a.cpp", {"std::unordered_map<int, int> m;"});
}

TEST(FloatRule, HoldsInTheSimulatorOnly) {
  expect_bad(check_floating_point, "noex/sim/a.cpp", {"double a = 1;", "float b = 1;"});
  expect_bad(check_floating_point, "noex/sim/run/a.h", {"double a = 1;"});
  expect_good(check_floating_point, "noex/sim/a.cpp", {"// a double\nint doubled = 1;"});
  expect_good(check_floating_point, "chat/a.cpp", {"double a = 1;"});
}

TEST(StaticRule, FindsStateThatOutlivesItsOwner) {
  expect_bad(check_mutable_statics, "noex/runtime/a.cpp",
             {"void f() { static int calls = 0; }", "static int calls;",
              "struct A { static int n; };", "void f() { static Cache cache(1); }",
              "thread_local int a = 0;", "namespace a { int counter = 0; }", "std::string name;",
              "void f() {}\nstd::vector<int> all{1, 2};"});
}

TEST(StaticRule, LetsConstantsAndFunctionsPass) {
  expect_good(
      check_mutable_statics, "noex/runtime/a.cpp",
      {"static const int a = 1;", "constexpr int a[] = {1, 2};", "const Table t = {{1}, 2};",
       "struct A { static Result<A> make(int a); int b = 1; };", "static void f();",
       "void f() { static constexpr int a = 1; int b = 2; }", "using A = int;",
       "static_assert(a == b);", "namespace a { int f(int b = 1); int g() { return 1; } }",
       "Result<int> f() { return 1; }\nenum class A { b, c };",
       "template <class T> concept C = requires(T t) { t.a; };", "class A;",
       "std::string A::name() const { int b = 1; return c; }"});
  expect_good(check_mutable_statics, "noex/transport/asio/asio_a.cpp", {"static int calls = 0;"});
}

TEST(PointerKeyRule, FindsAddressesAsKeys) {
  expect_bad(check_pointer_keys, "noex/runtime/a.h",
             {"std::map<Node*, int> m;", "std::set<A *> s;"});
  expect_good(check_pointer_keys, "noex/runtime/a.h",
              {"std::map<int, Node*> m;", "std::set<std::string> s;"});
}

TEST(AwaitRule, FindsBracedTemporaries) {
  expect_bad(
      check_braces_in_await, "noex/runtime/a.cpp",
      {"auto a = co_await ref.call(Join{\"a\"});", "auto a = co_await spawn(w, {.name = b});",
       "f(Join{1, co_await g()});", "co_return Welcome{co_await g()};", "f(co_await g(), Join{1});",
       "if (auto a = co_await f({1}); !a) { g(); }", "while (co_await f(A<int>{1})) g();",
       "return {co_await f()};"});
}

TEST(AwaitRule, LetsBlocksAndLambdasPass) {
  expect_good(check_braces_in_await, "noex/runtime/a.cpp",
              {"auto a = co_await ref.call<Join>(\"a\", b);", "if (co_await f()) { g(A{1}); }",
               "if (co_await f()) return A{1};", "A a{1};\nco_await f(a);",
               "co_await f([&](int a) { return A{a}; });",
               "for (auto a : co_await f()) { g({1}); }", "void f() { co_await g(); }\nA a{1};",
               "while (true) {\n  co_await f();\n}", "switch (co_await f()) { case 1: g(A{1}); }"});
}

TEST(ShapeRule, BoundsFilesFunctionsAndLines) {
  expect_bad(check_file_size, "a.h", {std::string(500, '\n')});
  expect_good(check_file_size, "a.h", {std::string(499, '\n')});
  expect_bad(check_function_size, "a.cpp", {function_of(70)});
  expect_good(check_function_size, "a.cpp", {function_of(69)});
  expect_bad(check_columns, "a.cpp", {std::string(101, 'x')});
  std::string umlauts;
  for (int i = 0; i < 100; ++i) umlauts += "\xc3\xbc";
  expect_good(check_columns, "a.cpp", {std::string(100, 'x'), umlauts});
}

TEST(ShapeRule, WantsPragmaOnceInHeaders) {
  expect_bad(check_pragma_once, "a.h", {"int f();\n", "// #pragma once\n"});
  expect_good(check_pragma_once, "a.h", {"// A.\n#pragma once\n"});
  expect_good(check_pragma_once, "a.cpp", {"int f();\n"});
}

TEST(ShapeRule, WantsAFirstComment) {
  const std::set<std::string> headers = {"noex/runtime/a.h"};
  const auto violations = [&](const char* path, const char* text) {
    return check_first_comment(make_source(path, text), headers).size();
  };
  EXPECT_EQ(1U, violations("noex/runtime/b.h", "#pragma once\n"));
  EXPECT_EQ(1U, violations("noex/runtime/b.cpp", "#include <map>\n"));
  EXPECT_EQ(0U, violations("noex/runtime/a.cpp", "#include \"noex/runtime/a.h\"\n"));
  EXPECT_EQ(0U, violations("noex/runtime/b.cpp", "// B: why.\n"));
  EXPECT_EQ(0U, violations("tests/runtime/a_test.cpp", "#include \"noex/runtime/a.h\"\n"));
  EXPECT_EQ(1U, violations("tests/runtime/b_test.cpp", "#include \"noex/runtime/a.h\"\n"));
}

TEST(TestRule, WantsATestOfTheName) {
  const Source header = make_source("include/noex/runtime/core/a.h", "#pragma once\n");
  const auto violations = [&](const char* path, const char* text) {
    return check_has_test(header, {header, make_source(path, text)}).size();
  };
  const char* test = "#include \"noex/runtime/core/a.h\"\nTEST_F(A, B) {}\n";
  EXPECT_EQ(0U, violations("tests/runtime/a_test.cpp", test));
  EXPECT_EQ(1U, violations("tests/runtime/b_test.cpp", test));
  EXPECT_EQ(1U, violations("tests/sim/a_test.cpp", test));
  EXPECT_EQ(1U, violations("tests/runtime/a_test.cpp", "TEST(A, B) {}\n")) << "of what?";
  EXPECT_EQ(1U, violations("tests/runtime/a_test.cpp",
                           "#include \"noex/runtime/core/a.h\"\n// TEST(A, B) {}\n"));
  EXPECT_EQ(0U, check_has_test(make_source("noex/sim/world/a.h", ""), {}).size());
}

TEST(TestRule, KeepsItsListsTrue) {
  const Source excepted = make_source("noex/runtime/membership/actions.h", "");
  EXPECT_EQ(0U, check_has_test(excepted, {}).size());
  const Source test =
      make_source("tests/runtime/actions_test.cpp",
                  "#include \"noex/runtime/membership/actions.h\"\nTEST(A, B) {}\n");
  EXPECT_EQ(1U, check_has_test(excepted, {test}).size()) << "it needs no exception any more";
  EXPECT_EQ(std::string::npos, gone_from_the_law_of_tests({excepted}).find("membership/actions.h"));
  EXPECT_NE(std::string::npos, gone_from_the_law_of_tests({}).find("membership/actions.h"));
}

TEST(ShapeRule, FindsUnfinishedWork) {
  expect_bad(check_unfinished_words, "a.cpp",
             {"// TODO: more\n", "/* FIXME */", "// XXX\n", "TEST(A, DISABLED_B) {}",
              "void f() { GTEST_SKIP(); }"});
  expect_bad(check_unfinished_words, "docs/a.md", {"TODO\n"});
  expect_good(check_unfinished_words, "a.cpp", {"f(\"TODO\");", "// mastodont\n"});
}

}  // namespace
}  // namespace noex::tidy
