#include "chat/settings.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "noex/cli/suggestion.h"
#include "noex/transport/asio/spdlog_log.h"
#include "noex/transport/base/text.h"
#include "noex/transport/network.h"

namespace noex::chat {

namespace {

constexpr std::string_view examples = R"(Examples:
  chatnode --name node1 --port 4369
  chatnode --name node2 --port 4370 --seed node1@127.0.0.1:4369
  chatnode --name node3 --port 4371 --seed node1@127.0.0.1:4369 node2@127.0.0.1:4370
  chatnode --connect 127.0.0.1:4369 127.0.0.1:4370
  printf '/name Bot\n/join general\nhello\n' | chatnode -n bot -p 4380 -s node1@127.0.0.1:4369

With --connect it is no node but a client: it hangs on one of these members, goes on at another
when that is gone, and nobody lists it.

Input that is no terminal is read line by line as commands; output is then plain lines.
The first command waits, for 5 s at most, until a seed is linked and all that it knows of have
told their names, or a client is connected.
Exit status: 0 after /quit, Ctrl-D, end of input or a signal; 1 if the node cannot start, or a
piped command failed; 2 for bad usage.)";

// As given; checked after parsing.
struct Given {
  std::string name;
  std::string host = "127.0.0.1";
  std::uint16_t port = 4369;
  std::vector<std::string> seeds;
  std::vector<std::string> connect;
  std::string colour = "auto";
  std::string log_level;
  std::string log_file;
  std::vector<std::string> secret_files;
  std::string tls_authority;
  std::string tls_certificate;
  std::string tls_key;
  bool insecure = false;
  std::string heartbeat_interval;
  std::string suspicion_after;
  std::string suspicion_timeout;
};

std::unexpected<Error> wrong(std::string text) {
  return fail(ErrorCode::invalid_argument, std::move(text));
}

// "500ms", "2s"
Result<Duration> parse_duration(std::string_view option, const std::string& text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string_view unit = std::string_view(text).substr(digits);
  if (digits > 0 && digits <= 9 && (unit == "ms" || unit == "s")) {
    const auto count = static_cast<std::int64_t>(std::stoul(text.substr(0, digits)));
    const Duration duration = count * (unit == "s" ? Duration(1s) : Duration(1ms));
    if (duration > Duration::zero() && duration <= 1h) return duration;
  }
  return wrong(fmt::format("--{}: '{}' is no time; give one like 500ms or 2s", option, text));
}

Result<void> set_duration(std::string_view option, const std::string& text, Duration& duration) {
  if (text.empty()) return {};
  const Result<Duration> parsed = parse_duration(option, text);
  if (!parsed) return std::unexpected(parsed.error());
  duration = *parsed;
  return {};
}

Result<void> set_times(const Given& given, Options& options) {
  const auto set = [](std::string_view name, const std::string& text, Duration& duration) {
    return set_duration(name, text, duration);
  };
  Result<void> done =
      set("heartbeat-interval", given.heartbeat_interval, options.heartbeat_interval);
  if (done) done = set("suspicion-after", given.suspicion_after, options.suspicion_after);
  if (done) done = set("suspicion-timeout", given.suspicion_timeout, options.suspicion_timeout);
  if (done && options.suspicion_after <= options.heartbeat_interval) {
    return wrong(
        "--suspicion-after must be longer than --heartbeat-interval, or every node is "
        "suspected between two heartbeats");
  }
  return done;
}

Result<NodeId> identity(const Given& given) {
  if (!is_node_name(given.name)) {
    return wrong(
        fmt::format("--name: '{}' is no node name: a letter first, then letters, digits, "
                    "'_' and '-', at most {} characters",
                    given.name, name_chars_max));
  }
  const bool encrypted = !given.secret_files.empty() || !given.tls_certificate.empty();
  if (!is_loopback(given.host) && !encrypted && !given.insecure) {
    return wrong(
        fmt::format("--host: '{}' can be reached from other machines, and what nodes say "
                    "to each other is not encrypted; give a --secret-file, or use 127.0.0.1, ::1 "
                    "or localhost",
                    given.host));
  }
  if (given.host == "0.0.0.0" || given.host == "::" || given.host == "[::]") {
    return wrong(fmt::format("--host: '{}' is no address that other nodes can dial", given.host));
  }
  const bool bracketed = given.host.starts_with('[') || given.host.find(':') == std::string::npos;
  const std::string host = bracketed ? given.host : fmt::format("[{}]", given.host);
  Result<NodeId> id = parse_node_id(fmt::format("{}@{}:{}", given.name, host, given.port));
  if (!id) return wrong(fmt::format("--host: '{}' is no address", given.host));
  return id;
}

Result<void> set_security(const Given& given, Settings& settings) {
  const auto given_of_three = std::ranges::count_if(
      std::array{&given.tls_authority, &given.tls_certificate, &given.tls_key},
      [](const std::string* path) { return !path->empty(); });
  if (given_of_three != 0 && given_of_three != 3) {
    return wrong("--tls-ca, --tls-cert and --tls-key belong together: give all three, or none");
  }
  if (given_of_three == 3 && !given.secret_files.empty()) {
    return wrong("--secret-file and --tls-cert are two ways to the same end: give one of them");
  }
  settings.secret_files = given.secret_files;
  settings.tls_authority = given.tls_authority;
  settings.tls_certificate = given.tls_certificate;
  settings.tls_key = given.tls_key;
  settings.insecure = given.insecure;
  return {};
}

Result<void> set_members(const Given& given, Settings& settings) {
  for (const std::string& text : given.connect) {
    const bool named = text.find('@') != std::string::npos;
    const Result<NodeId> member = parse_node_id(named ? text : fmt::format("member@{}", text));
    if (!member) return wrong(fmt::format("--connect: '{}' is no address: give HOST:PORT", text));
    settings.connect.push_back(member->address());
  }
  return {};
}

Result<void> set_identity(const Given& given, Settings& settings) {
  if (!given.connect.empty()) return set_members(given, settings);
  const Result<NodeId> id = identity(given);
  if (!id) return std::unexpected(id.error());
  settings.id = *id;
  return {};
}

Result<Settings> check(const Given& given) {
  Settings settings;
  if (const Result<void> done = set_identity(given, settings); !done) {
    return std::unexpected(done.error());
  }
  for (const std::string& text : given.seeds) {
    const Result<NodeId> seed = parse_node_id(text);
    if (!seed) return wrong(fmt::format("--seed: '{}' is no node: give name@host:port", text));
    settings.seeds.push_back(*seed);
  }
  if (const Result<void> times = set_times(given, settings.options); !times) {
    return std::unexpected(times.error());
  }
  settings.colour = given.colour == "always"  ? Colour::always
                    : given.colour == "never" ? Colour::never
                                              : Colour::automatic;
  if (!given.log_level.empty()) {
    const Result<LogLevel> level = parse_log_level(given.log_level);
    if (!level) return std::unexpected(level.error());
    settings.log_level = *level;
  }
  settings.log_file = given.log_file;
  if (const Result<void> done = set_security(given, settings); !done) {
    return std::unexpected(done.error());
  }
  return settings;
}

void add_security_options(CLI::App& app, Given& given) {
  app.add_option(
         "--secret-file", given.secret_files,
         "encrypt with the secret in this file, the same on all nodes; of several the first "
         "is used and each is accepted; read again on SIGUSR1")
      ->type_name("FILE")
      ->envname("NOEX_SECRET_FILE");
  app.add_option("--tls-ca", given.tls_authority,
                 "encrypt with certificates: of the authority that signs all nodes'")
      ->type_name("FILE");
  app.add_option("--tls-cert", given.tls_certificate,
                 "this node's, which names it as DNS:NAME or URI:noex:NAME@HOST:PORT")
      ->type_name("FILE");
  app.add_option("--tls-key", given.tls_key, "the private key of it")->type_name("FILE");
  app.add_flag("--insecure", given.insecure,
               "without encryption on any address: whoever reaches it is in");
}

void add_options(CLI::App& app, Given& given) {
  app.add_option("-n,--name", given.name, "this node's name, unique in the cluster")
      ->type_name("NAME REQUIRED");  // looked for after what no option takes: that says more
  app.add_option("-p,--port", given.port, "port to listen on")
      ->check(CLI::Range(1, 65535).description(""))
      ->type_name("PORT")
      ->capture_default_str();
  app.add_option("--host", given.host, "address to listen on; beyond this machine with a secret")
      ->type_name("ADDRESS")
      ->capture_default_str();
  app.add_option("-s,--seed", given.seeds, "nodes of the cluster to join, as name@host:port")
      ->type_name("NODE");
  app.add_option("--connect", given.connect,
                 "be no node but a client, without a name, of one of these members")
      ->type_name("HOST:PORT");
  app.add_option("--color", given.colour, "auto, always or never (auto honours NO_COLOR)")
      ->check(CLI::IsMember({"auto", "always", "never"}).description(""))
      ->type_name("WHEN");
  app.add_option("--heartbeat-interval", given.heartbeat_interval,
                 "a sign of life to every peer this often (1s)")
      ->type_name("TIME");
  app.add_option("--suspicion-after", given.suspicion_after,
                 "a peer that is silent for this long is suspected (3s)")
      ->type_name("TIME");
  app.add_option("--suspicion-timeout", given.suspicion_timeout,
                 "a suspect that stays silent for this long is down (1500ms)")
      ->type_name("TIME");
  app.add_option("--log-level", given.log_level, "debug, info, warning or error")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}).description(""))
      ->type_name("LEVEL");
  app.add_option("--log-file", given.log_file, "append the log to this file")->type_name("FILE");
  add_security_options(app, given);
}

// A node has a name, a client none of what is a node's. Empty: all is well.
std::string wrong_kind(const CLI::App& app, const Given& given) {
  if (given.connect.empty()) return given.name.empty() ? "--name is required" : "";
  for (const char* option : {"--name", "--port", "--host", "--seed"}) {
    if (app.count(option) == 0) continue;
    return fmt::format("--connect and {} exclude each other: a client is no node", option);
  }
  return {};
}

Farewell bad_usage(std::string_view why) {
  return Farewell{2, fmt::format("chatnode: {} (chatnode --help shows how it is used)", why)};
}

// Of a line of the configuration file, whose option the parser names last.
std::string not_taken_of_file(std::string_view complaint, const CLI::App& app) {
  const std::string_view name = complaint.substr(complaint.find_last_of(' ') + 1);
  return fmt::format("--config: no option '{}'{}", visible(name, shown_bytes_max),
                     cli::suggestion(name, "", app));
}

}  // namespace

std::expected<Settings, Farewell> parse_settings(int argc, const char* const* argv,
                                                 const std::string& version) {
  CLI::App app{"One node of a distributed chat.", "chatnode"};
  Given given;
  add_options(app, given);
  app.set_config("--config", "", "read options from this file, one 'option = value' a line")
      ->type_name("FILE");
  app.allow_config_extras(CLI::config_extras_mode::error);
  app.allow_extras();
  app.set_version_flag("--version", fmt::format("chatnode {}", version),
                       "print the version and exit");
  app.set_help_flag("-h,--help", "print this page and exit");
  app.footer(std::string(examples));
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return std::unexpected(Farewell{0, app.help()});
  } catch (const CLI::CallForVersion&) {
    return std::unexpected(Farewell{0, fmt::format("chatnode {}", version)});
  } catch (const CLI::ConfigError& error) {
    return std::unexpected(bad_usage(not_taken_of_file(error.what(), app)));
  } catch (const CLI::ParseError& error) {
    return std::unexpected(bad_usage(error.what()));
  }
  if (const std::string extra = cli::not_taken(app); !extra.empty()) {
    return std::unexpected(bad_usage(extra));
  }
  if (const std::string why = wrong_kind(app, given); !why.empty()) {
    return std::unexpected(bad_usage(why));
  }
  Result<Settings> settings = check(given);
  if (!settings) return std::unexpected(bad_usage(settings.error().detail));
  return *settings;
}

}  // namespace noex::chat
