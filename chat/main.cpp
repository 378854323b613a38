// chatnode: one node of the cluster over real TCP, with a chat session at a terminal or a pipe.
//
// Builds the object graph, connects it to the terminal, signals and clocks, and knows the ways out.

#include <algorithm>
#include <cerrno>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <string>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <langinfo.h>
#include <unistd.h>

#include "chat/history_file.h"
#include "chat/home.h"
#include "chat/piped_input.h"
#include "chat/room.h"
#include "chat/roster.h"
#include "chat/security.h"
#include "chat/session.h"
#include "chat/settings.h"
#include "chat/terminal.h"
#include "noex/runtime/node/node.h"
#include "noex/transport/asio/asio_loop.h"
#include "noex/transport/asio/asio_network.h"
#include "noex/transport/asio/asio_outputs.h"
#include "noex/transport/asio/spdlog_log.h"
#include "noex/transport/base/text.h"
#include "noex/transport/limited_log.h"
#include "noex/transport/tls/tls_network.h"

namespace noex::chat {

namespace {

// How long piped commands wait for a seed, and for the names that those hold whom it knows, so
// that a script finds the cluster's rooms; and how often that is looked at.
constexpr Duration seed_wait = 5s;
constexpr Duration seed_pause = 10ms;
// How often it is asked whether a shell that took the terminal has given it back.
constexpr Duration away_pause = 200ms;
// How long what was said last may take to reach the peers, and the user, when the program ends.
constexpr Duration linger_max = 2s;
// While more than that waits for a reader of the output, piped commands wait, too.
constexpr std::size_t output_bytes_enough = 64 * 1024;

std::string local_time_of_day(WallTime time) {
  const std::time_t seconds =
      std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
  std::tm local{};
  ::localtime_r(&seconds, &local);
  return fmt::format("{:02}:{:02}:{:02}", local.tm_hour, local.tm_min, local.tm_sec);
}

void complain(std::string_view text) {
  fmt::print(stderr, "chatnode: {}\n", text);
}

class Program final : private ChatOutput, private Roster {
 public:
  // All outlive it. tls: null without encryption.
  Program(const Settings& settings, AsioLoop& loop, AsioNetwork& network, TlsNetwork* tls, Log& log,
          AsioOutputs& outputs, bool interactive);
  ~Program() override = default;
  // The program's exit status.
  int run();

 private:
  bool start();
  bool open_terminal();
  bool open_pipe();
  bool watch(int fd, void (Program::*callback)(), std::unique_ptr<AsioWatch>& watch);
  void on_terminal_input();
  void on_terminal_signal();
  void follow_terminal();
  void on_pipe_input();
  void on_input_failed(int error);
  void look_at_gate(Instant deadline);
  void pump();
  void stop(int status);
  void on_signal(int number);
  void read_secrets_again();
  void on_seed_refused(const NodeId& seed);
  void on_output(std::optional<int> error);
  void on_output_failed(int error);
  void tell(std::string line);
  // All that was to be shown is out, or will never be.
  bool is_shown() const;
  KnownNames known_names() const;

  void show(std::string_view line) override;
  void quit() override { stop(0); }
  void on_command_ended(const ChatSession&, std::string_view, ErrorCode code) override {
    if (code != ErrorCode::ok) failed_ = true;
    loop_.post([this] { pump(); });
  }

  const Settings settings_;
  AsioLoop& loop_;
  AsioOutputs& outputs_;
  const bool interactive_;
  const std::string history_path_;
  AsioNetwork& network_;
  TlsNetwork* const tls_;
  Home home_;
  Node& node_;  // home_'s
  std::unique_ptr<ChatSession> session_;
  std::unique_ptr<Terminal> terminal_;
  std::unique_ptr<AsioWatch> signals_;
  std::unique_ptr<AsioWatch> input_;
  std::unique_ptr<AsioWatch> terminal_signals_;
  Timer away_timer_;
  PipedInput piped_;
  Timer gate_timer_;
  bool gate_open_ = false;
  bool failed_ = false;  // a command
  bool stopping_ = false;
  bool signalled_ = false;
  bool was_linked_ = false;  // to anybody, ever
  bool output_failed_ = false;
  int status_ = 0;
};

Program::Program(const Settings& settings, AsioLoop& loop, AsioNetwork& network, TlsNetwork* tls,
                 Log& log, AsioOutputs& outputs, bool interactive)
    : settings_(settings),
      loop_(loop),
      outputs_(outputs),
      interactive_(interactive),
      history_path_(history_path(std::getenv("XDG_STATE_HOME"), std::getenv("HOME"))),
      network_(network),
      tls_(tls),
      home_(settings, loop, tls != nullptr ? *tls : static_cast<Network&>(network),
            Random(AsioLoop::random_seed()), log),
      node_(home_.node()),
      away_timer_(loop),
      gate_timer_(loop) {
  add_room_behavior(node_, *this);
  ChatSessionConfig config;
  config.time_of_day = &local_time_of_day;
  config.client = home_.client();
  ChatOutput& output = *this;
  ChatObserver& observer = *this;
  session_ = std::make_unique<ChatSession>(node_, output, observer, config);
  node_.on_name_refused([this](const NodeId& holder) {
    if (terminal_) terminal_->close();
    tell(fmt::format("the name {} is taken in this cluster by {}; choose another with --name",
                     settings_.id.name(), holder.text()));
    stop(1);
  });
  node_.on_node_up([this](const NodeId&) { was_linked_ = true; });
  node_.on_seed_unreachable([this](const NodeId& seed, ErrorCode why) {
    if (why != ErrorCode::unauthorised) return;
    loop_.post([this, seed] { on_seed_refused(seed); });
  });
  outputs_.on_out([this](std::optional<int> error) { on_output(error); });
  outputs_.on_log_failed([this](int error) {
    tell(fmt::format("cannot write to the log file {}: {}; lines of it are lost",
                     settings_.log_file, std::strerror(error)));
  });
}

int Program::run() {
  signals_ = loop_.watch_signals([this](int number) { on_signal(number); });
  if (!start()) return 1;
  loop_.run();
  const auto is_out = [this] {
    const std::size_t lingering = network_.lingering() + (tls_ != nullptr ? tls_->lingering() : 0);
    return lingering == 0 && is_shown() && outputs_.idle();
  };
  loop_.run_until(is_out, linger_max);
  // Whoever reads a script's output gets all of it, unless somebody wants the program to end.
  while (!interactive_ && !signalled_ && !is_shown()) {
    loop_.run_until([this] { return signalled_ || is_shown(); }, linger_max);
  }
  if (terminal_) save_history(history_path_, terminal_->entered());
  terminal_.reset();
  return status_ == 0 && failed_ && !interactive_ ? 1 : status_;
}

bool Program::start() {
  if (const Result<void> started = home_.start(); !started) {
    const NodeId& id = settings_.id;
    if (started.error().code == ErrorCode::address_in_use) {
      complain(
          fmt::format("port {} on {} is in use; choose another with --port", id.port(), id.host()));
    } else {
      complain(fmt::format("cannot listen on {} port {}: {}", id.host(), id.port(),
                           describe(started.error())));
    }
    return false;
  }
  return interactive_ ? open_terminal() : open_pipe();
}

bool Program::watch(int fd, void (Program::*callback)(), std::unique_ptr<AsioWatch>& watch) {
  auto watched = loop_.watch_readable(fd, [this, callback] { (this->*callback)(); });
  if (!watched) {
    complain(fmt::format("cannot read the input: {}", describe(watched.error())));
    return false;
  }
  watch = std::move(*watched);
  return true;
}

bool Program::open_terminal() {
  const bool plain = std::getenv("NO_COLOR") != nullptr && *std::getenv("NO_COLOR") != '\0';
  const bool colours =
      settings_.colour == Colour::always || (settings_.colour == Colour::automatic && !plain);
  TerminalEvents events;
  events.on_line = [this](std::string line) { session_->command(std::move(line)); };
  events.on_end = [this] { stop(0); };
  events.names = [this] { return known_names(); };
  TerminalOptions options;
  options.fd = STDIN_FILENO;
  options.colours = colours;
  options.history = load_history(history_path_);
  auto opened = Terminal::open(std::move(options), std::move(events), outputs_.out());
  if (!opened) {
    complain(describe(opened.error()));
    return false;
  }
  terminal_ = std::move(*opened);
  terminal_->show(fmt::format(
      "This is {}. /help lists the commands.",
      home_.client() != nullptr ? "a client, no node of the cluster" : settings_.id.text()));
  return watch(terminal_->input_fd(), &Program::on_terminal_input, input_) &&
         watch(terminal_->signal_fd(), &Program::on_terminal_signal, terminal_signals_);
}

void Program::on_terminal_input() {
  terminal_->on_input();
  follow_terminal();
}

void Program::on_terminal_signal() {
  terminal_->on_signal();
  follow_terminal();
}

// Reads only what is typed for this program.
void Program::follow_terminal() {
  if (stopping_) return;
  if (terminal_->away()) {
    input_.reset();
    away_timer_.start(loop_.now() + away_pause, [this] { follow_terminal(); });
  } else if (!input_) {
    watch(terminal_->input_fd(), &Program::on_terminal_input, input_);
  }
}

bool Program::open_pipe() {
  look_at_gate(loop_.now() + seed_wait);
  return watch(STDIN_FILENO, &Program::on_pipe_input, input_);
}

// A folder, for instance: it is readable for ever, and nothing can be read from it.
void Program::on_input_failed(int error) {
  input_.reset();
  tell(fmt::format("cannot read standard input: {}", std::strerror(error)));
  stop(1);
}

void Program::on_pipe_input() {
  char bytes[4096];
  const ssize_t count = ::read(STDIN_FILENO, bytes, sizeof bytes);
  if (count > 0) piped_.on_bytes({bytes, static_cast<std::size_t>(count)});
  if (count == 0) piped_.on_end();
  if (count < 0 && errno != EINTR && errno != EAGAIN) return on_input_failed(errno);
  if (!piped_.wants_bytes()) input_.reset();
  pump();
}

// A script that names a room means one of the cluster that it joins: who is known there has told
// its names before the first command runs.
void Program::look_at_gate(Instant deadline) {
  if (stopping_) return;
  const auto is_seed = [this](const NodeId& id) { return std::ranges::count(settings_.seeds, id); };
  const std::vector<Member> members = node_.members();
  const bool linked =
      home_.client() != nullptr || std::ranges::any_of(members, [&](const Member& member) {
        return member.up && is_seed(member.incarnation.id) > 0;
      });
  const bool alone =
      home_.client() == nullptr &&
      std::ranges::all_of(settings_.seeds, [this](const NodeId& id) { return id == settings_.id; });
  const bool over = loop_.now() >= deadline;
  if (over || alone || (linked && session_->knows_cluster())) {
    if (over) show("The cluster did not answer within 5 s; going on with what is known of it.");
    gate_open_ = true;
    return pump();
  }
  gate_timer_.start(loop_.now() + seed_pause, [this, deadline] { look_at_gate(deadline); });
}

// Runs the next piped line, if its turn has come.
void Program::pump() {
  if (interactive_ || !gate_open_ || stopping_ || !session_->idle()) return;
  if (outputs_.lines().waiting_bytes() > output_bytes_enough) return;  // on_output() asks again
  if (std::optional<std::string> line = piped_.next()) {
    session_->command(std::move(*line));
  } else if (piped_.finished()) {
    stop(0);
    return;
  }
  if (!input_ && piped_.wants_bytes()) watch(STDIN_FILENO, &Program::on_pipe_input, input_);
}

// Leaves in good order.
void Program::stop(int status) {
  if (std::exchange(stopping_, true)) return;
  status_ = status;
  loop_.post([this] {
    input_.reset();
    session_->close();
    if (terminal_) terminal_->close();
    home_.leave([this] { loop_.stop(); });
  });
}

// A second one does not wait any longer.
void Program::on_signal(int number) {
  if (number == SIGUSR1) return read_secrets_again();
  if (std::exchange(signalled_, true)) loop_.stop();
  stop(0);
}

// Of a node that runs: whatever is wrong with the files, the secrets that it has stay.
void Program::read_secrets_again() {
  if (settings_.secret_files.empty()) return tell("there is no --secret-file to read again");
  const auto secrets = read_secrets(settings_);
  const Result<void> done =
      secrets ? tls_->set_secrets(*secrets) : std::unexpected(secrets.error());
  tell(done ? "the secrets were read again"
            : fmt::format("the secrets stay as they were: {}", done.error().detail));
}

// At its start, and if no other seed is there, all further tries would end alike.
void Program::on_seed_refused(const NodeId& seed) {
  if (was_linked_ || stopping_ || !node_.settled()) return;
  if (terminal_) terminal_->close();
  tell(describe_refusal(settings_, seed));
  stop(1);
}

void Program::show(std::string_view line) {
  if (terminal_) {
    terminal_->show(line);
  } else if (!output_failed_) {
    outputs_.lines().line(std::string(line));
  }
}

void Program::on_output(std::optional<int> error) {
  if (error) on_output_failed(*error);
  if (terminal_) {
    terminal_->on_ready();
  } else if (!output_failed_) {
    outputs_.lines().on_ready();
    pump();
  }
}

// Nobody reads any more, which is an end like any other; or what was said is lost.
void Program::on_output_failed(int error) {
  if (std::exchange(output_failed_, true)) return;
  const bool gone = error == EPIPE || terminal_;
  stop(0);
  if (gone) return;
  status_ = 1;
  tell(fmt::format("cannot write to standard output: {}", std::strerror(error)));
}

// To the user, of this program.
void Program::tell(std::string line) {
  line = fmt::format("chatnode: {}", line);
  if (terminal_) {
    terminal_->show(line);
  } else {
    outputs_.errors().line(std::move(line));
  }
}

bool Program::is_shown() const {
  return output_failed_ || (terminal_ ? terminal_->idle() : outputs_.lines().idle());
}

KnownNames Program::known_names() const {
  KnownNames names;
  names.users = users();
  for (const auto& [name, room] : node_.registry().names(room_prefix)) {
    names.rooms.push_back(visible(std::string_view(name).substr(room_prefix.size())));
  }
  const auto add = [&names](const NodeId& id) {
    names.nodes.insert(names.nodes.end(), {id.name(), id.text()});
  };
  if (home_.client() == nullptr) add(node_.id());
  for (const Member& member : node_.members()) {
    if (member.up) add(member.incarnation.id);
  }
  return names;
}

// A closed one would become the number of the next socket, and what is meant for the user would go
// to a peer.
void open_standard_streams() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    const bool is_open = ::fcntl(fd, F_GETFD) >= 0;
    if (!is_open && ::open("/dev/null", O_RDWR) != fd) std::abort();  // it takes the lowest number
  }
}

// Without UTF-8 the editor drops every character that is not ASCII.
void set_locale() {
  std::setlocale(LC_ALL, "");
  if (std::string_view(::nl_langinfo(CODESET)) != "UTF-8") std::setlocale(LC_CTYPE, "C.UTF-8");
}

// Interactive, a log in between the lines would only disturb.
Result<std::unique_ptr<Log>> open_log(const Settings& settings, bool interactive,
                                      AsioOutputs& outputs) {
  const bool to_file = !settings.log_file.empty();
  if (interactive && !to_file) return std::make_unique<NullLog>();
  SpdlogOptions options;
  options.to = [&outputs](std::string line) { outputs.log().line(std::move(line)); };
  options.level = settings.log_level.value_or(to_file ? LogLevel::info : LogLevel::warning);
  Result<std::unique_ptr<SpdlogLog>> log = SpdlogLog::open(options);
  if (!log) return std::unexpected(log.error());
  return std::unique_ptr<Log>(std::move(*log));
}

// Null: nothing is to be encrypted.
Result<std::unique_ptr<TlsNetwork>> open_tls(const Settings& settings, AsioNetwork& network,
                                             AsioLoop& loop, Log& log) {
  if (!wants_encryption(settings)) return nullptr;
  Result<TlsConfig> config = read_tls_config(settings);
  if (!config) return std::unexpected(config.error());
  return TlsNetwork::create(std::move(*config), network, loop, log);
}

int run(int argc, const char* const* argv) {
  open_standard_streams();
  const auto settings = parse_settings(argc, argv, NOEX_VERSION);
  if (!settings) {
    const Farewell& farewell = settings.error();
    fmt::print(farewell.status == 0 ? stdout : stderr, "{}\n", farewell.text);
    if (std::fflush(stdout) == 0) return farewell.status;
    complain(fmt::format("cannot write to standard output: {}", std::strerror(errno)));
    return 1;
  }
  set_locale();
  const bool interactive = ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1;
  AsioLoop loop;
  const auto outputs = AsioOutputs::open(loop, settings->log_file);
  if (!outputs) {
    complain(outputs.error().detail);
    return 1;
  }
  const auto log = open_log(*settings, interactive, **outputs);
  if (!log) {
    complain(describe(log.error()));
    return 1;
  }
  LimitedLog limited(**log, loop);
  AsioNetwork network(loop, &limited);
  const auto tls = open_tls(*settings, network, loop, limited);
  if (!tls) {
    complain(tls.error().detail);
    return 1;
  }
  Program program(*settings, loop, network, tls->get(), limited, **outputs, interactive);
  return program.run();
}

}  // namespace

}  // namespace noex::chat

int main(int argc, char** argv) {
  return noex::chat::run(argc, argv);
}
