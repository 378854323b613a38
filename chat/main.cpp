// chatnode: one node of the cluster over real TCP, with a chat session at a terminal or a pipe.
//
// Builds the object graph, connects it to the terminal, signals and clocks, and knows the ways out.

#include <algorithm>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <string>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <langinfo.h>
#include <unistd.h>

#include "chat/piped_input.h"
#include "chat/room.h"
#include "chat/session.h"
#include "chat/settings.h"
#include "chat/terminal.h"
#include "runtime/node.h"
#include "transport/asio_loop.h"
#include "transport/asio_network.h"
#include "transport/limited_log.h"
#include "transport/spdlog_log.h"

namespace noex::chat {

namespace {

// How long piped commands wait for a seed, so that a script finds the cluster's rooms.
constexpr Duration seed_wait = 5s;
// How often it is asked whether a shell that took the terminal has given it back.
constexpr Duration away_pause = 200ms;
// How long what was said last may take to reach the peers when the program ends.
constexpr Duration linger_max = 2s;

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

class Program final : private ChatOutput, private ChatObserver {
 public:
  Program(const Settings& settings, AsioLoop& loop, Log& log, bool interactive);
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
  void on_seed(const NodeId& id);
  void open_gate();
  void pump();
  void stop(int status);
  void on_signal();

  void show(std::string_view line) override;
  void quit() override { stop(0); }
  void on_command_ended(const ChatSession&, std::string_view, ErrorCode) override {
    loop_.post([this] { pump(); });
  }

  const Settings settings_;
  AsioLoop& loop_;
  const bool interactive_;
  AsioNetwork network_;
  Node node_;
  std::unique_ptr<ChatSession> session_;
  std::unique_ptr<Terminal> terminal_;
  std::unique_ptr<AsioWatch> signals_;
  std::unique_ptr<AsioWatch> input_;
  std::unique_ptr<AsioWatch> terminal_signals_;
  Timer away_timer_;
  PipedInput piped_;
  Timer gate_timer_;
  bool gate_open_ = false;
  bool stopping_ = false;
  bool signalled_ = false;
  int status_ = 0;
};

NodeConfig node_config(const Settings& settings) {
  NodeConfig config;
  config.id = settings.id;
  config.seeds = settings.seeds;
  config.options = settings.options;
  return config;
}

Program::Program(const Settings& settings, AsioLoop& loop, Log& log, bool interactive)
    : settings_(settings),
      loop_(loop),
      interactive_(interactive),
      network_(loop, &log),
      node_(node_config(settings), loop, network_, Random(AsioLoop::random_seed()), log),
      away_timer_(loop),
      gate_timer_(loop) {
  add_room_behavior(node_, *this);
  ChatSessionConfig config;
  config.time_of_day = &local_time_of_day;
  ChatOutput& output = *this;
  ChatObserver& observer = *this;
  session_ = std::make_unique<ChatSession>(node_, output, observer, config);
  node_.on_node_up([this](const NodeId& id) { on_seed(id); });
  node_.on_name_refused([this](const NodeId& holder) {
    if (terminal_) terminal_->close();
    complain(fmt::format("the name {} is taken in this cluster by {}; choose another with --name",
                         settings_.id.name(), holder.text()));
    stop(1);
  });
}

int Program::run() {
  signals_ = loop_.watch_signals([this](int) { on_signal(); });
  if (!start()) return 1;
  loop_.run();
  terminal_.reset();
  loop_.run_until([this] { return network_.lingering() == 0; }, linger_max);
  return status_;
}

bool Program::start() {
  if (const Result<void> started = node_.start(); !started) {
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
  auto opened = Terminal::open(std::move(events), colours);
  if (!opened) {
    complain(describe(opened.error()));
    return false;
  }
  terminal_ = std::move(*opened);
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
  if (settings_.seeds.empty()) {
    gate_open_ = true;
  } else {
    gate_timer_.start(loop_.now() + seed_wait, [this] { open_gate(); });
  }
  return watch(STDIN_FILENO, &Program::on_pipe_input, input_);
}

void Program::on_pipe_input() {
  char bytes[4096];
  const ssize_t count = ::read(STDIN_FILENO, bytes, sizeof bytes);
  if (count > 0) piped_.on_bytes({bytes, static_cast<std::size_t>(count)});
  if (count == 0) piped_.on_end();
  if (!piped_.wants_bytes()) input_.reset();
  pump();
}

void Program::on_seed(const NodeId& id) {
  if (std::ranges::count(settings_.seeds, id) > 0) open_gate();
}

void Program::open_gate() {
  gate_timer_.cancel();
  gate_open_ = true;
  loop_.post([this] { pump(); });
}

// Runs the next piped line, if its turn has come.
void Program::pump() {
  if (interactive_ || !gate_open_ || stopping_ || !session_->idle()) return;
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
    node_.leave([this] { loop_.stop(); });
  });
}

// A second one does not wait any longer.
void Program::on_signal() {
  if (std::exchange(signalled_, true)) loop_.stop();
  stop(0);
}

void Program::show(std::string_view line) {
  if (terminal_) {
    terminal_->show(line);
    return;
  }
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fputc('\n', stdout);
  if (std::fflush(stdout) != 0) stop(0);  // nobody reads any more
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
Result<std::unique_ptr<Log>> open_log(const Settings& settings, bool interactive) {
  const bool to_file = !settings.log_file.empty();
  if (interactive && !to_file) return std::make_unique<NullLog>();
  SpdlogOptions options;
  options.file = settings.log_file;
  options.level = settings.log_level.value_or(to_file ? LogLevel::info : LogLevel::warning);
  Result<std::unique_ptr<SpdlogLog>> log = SpdlogLog::open(options);
  if (!log) return std::unexpected(log.error());
  return std::unique_ptr<Log>(std::move(*log));
}

int run(int argc, const char* const* argv) {
  open_standard_streams();
  const auto settings = parse_settings(argc, argv, NOEX_VERSION);
  if (!settings) {
    const Farewell& farewell = settings.error();
    fmt::print(farewell.status == 0 ? stdout : stderr, "{}\n", farewell.text);
    return farewell.status;
  }
  set_locale();
  const bool interactive = ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1;
  const auto log = open_log(*settings, interactive);
  if (!log) {
    complain(fmt::format("cannot write to the log file {}: {}", settings->log_file,
                         describe(log.error())));
    return 1;
  }
  AsioLoop loop;
  LimitedLog limited(**log, loop);
  Program program(*settings, loop, limited, interactive);
  return program.run();
}

}  // namespace

}  // namespace noex::chat

int main(int argc, char** argv) {
  return noex::chat::run(argc, argv);
}
