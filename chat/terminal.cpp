#include "chat/terminal.h"

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <optional>
#include <utility>

#include <sys/signalfd.h>
#include <unistd.h>

#include "chat/line_editor.h"
#include "chat/line_view.h"
#include "chat/tty.h"
#include "chat/typing.h"
#include "noex/transport/base/line_writer.h"

namespace noex::chat {

namespace {

constexpr std::string_view pastes_marked = "\x1b[?2004h";
constexpr std::string_view pastes_plain = "\x1b[?2004l";
constexpr std::string_view screen_cleared = "\x1b[H\x1b[2J";

// The column, from 0, that the terminal reports its cursor in: "ESC [ row ; column R".
std::optional<int> reported_column(std::string_view key) {
  const std::size_t middle = key.find(';');
  if (!key.starts_with("\x1b[") || !key.ends_with('R') || middle == std::string_view::npos) {
    return std::nullopt;
  }
  int column = 0;
  const std::string_view digits = key.substr(middle + 1, key.size() - middle - 2);
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), column);
  if (parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size()) return std::nullopt;
  return column - 1;
}

}  // namespace

struct Terminal::Impl {
  Impl(TerminalOptions given, TerminalEvents wanted, Outlet& out)
      : options(std::move(given)),
        events(std::move(wanted)),
        outlet(out),
        tty(options.fd),
        lines(options.waiting_bytes_max) {}
  ~Impl() {
    if (signals < 0) return;
    ::close(signals);
    ::pthread_sigmask(SIG_SETMASK, &former_mask, nullptr);
  }

  bool open_signals();
  TypingEvents typing_events();
  // Takes the terminal and shows the prompt; gives it back.
  void start();
  void stop();
  // Looks who has the terminal. True: this program, and its line stands there.
  bool drawn();
  // Writes what differs from what the terminal shows, if the outlet is ready.
  void paint();
  void on_key(const KeyEvent& event);
  void suspend();
  void take_anew();
  void resize();
  void end();

  const TerminalOptions options;
  const TerminalEvents events;
  Outlet& outlet;
  Tty tty;
  LineQueue lines;
  LineView view;
  KeyReader keys;
  std::unique_ptr<Typing> typing;
  int signals = -1;
  sigset_t former_mask{};
  std::string changes;     // of modes and the like, to be written before all else
  bool prompting = false;  // the line is to be seen
  bool marked = false;     // the terminal has been told to mark pastes
  bool away = false;       // as seen last: the terminal is another program's
};

// Through a descriptor, because a handler would need a variable that all terminals share.
bool Terminal::Impl::open_signals() {
  sigset_t mask;
  ::sigemptyset(&mask);
  for (const int signal : {SIGTSTP, SIGCONT, SIGWINCH}) ::sigaddset(&mask, signal);
  if (::pthread_sigmask(SIG_BLOCK, &mask, &former_mask) != 0) return false;
  signals = ::signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC);
  return signals >= 0;
}

TypingEvents Terminal::Impl::typing_events() {
  TypingEvents wanted;
  wanted.on_line = [this](std::string line) { events.on_line(std::move(line)); };
  wanted.on_end = [this] { end(); };
  wanted.on_echo = [this](std::string line) { lines.push(std::move(line)); };
  wanted.on_hint = [this](std::string line) { lines.push(std::move(line)); };
  wanted.on_clear_screen = [this] {
    view.forget();
    if (!changes.ends_with(screen_cleared)) changes += screen_cleared;
  };
  wanted.names = [this] { return events.names ? events.names() : KnownNames(); };
  return wanted;
}

void Terminal::Impl::start() {
  if (std::exchange(prompting, true)) return;
  tty.take();
  changes += view.resize(tty.size());
  paint();
}

void Terminal::Impl::stop() {
  if (!std::exchange(prompting, false)) return;
  paint();
  if (away) tty.lose();
  tty.restore();
}

// Whoever reads from or sets the mode of a terminal that is another's is stopped by the system.
bool Terminal::Impl::drawn() {
  const bool others = tty.is_others();
  const bool back = std::exchange(away, others) && !away;
  if (others) {
    view.forget();
    marked = false;
  }
  if (back && prompting) take_anew();
  return prompting && !away;
}

void Terminal::Impl::paint() {
  const bool own = drawn();
  if (!outlet.ready()) return;
  std::string bytes = std::exchange(changes, {});
  if (!prompting || !lines.empty()) bytes += view.erase();
  if (!away && marked != prompting) {
    bytes += prompting ? pastes_marked : pastes_plain;
    marked = prompting;
  }
  if (!lines.empty()) bytes += lines.take();
  if (own) bytes += view.draw(typing->prompt(), typing->text(), typing->cursor());
  if (!bytes.empty()) outlet.write(std::move(bytes));
}

void Terminal::Impl::on_key(const KeyEvent& event) {
  const std::optional<int> column =
      event.kind == KeyEvent::Kind::key ? reported_column(event.bytes) : std::optional<int>();
  if (!column) {
    typing->on_event(event);
  } else if (view.on_column(*column)) {
    changes += view.erase();
  }
}

void Terminal::Impl::end() {
  stop();
  events.on_end();
}

// Takes the default action after all: it is held up here until somebody continues it, or not held
// up at all where nobody could.
void Terminal::Impl::suspend() {
  const bool had = drawn();
  if (had) {
    stop();
    outlet.settle();
  }
  sigset_t stop_signal;
  ::sigemptyset(&stop_signal);
  ::sigaddset(&stop_signal, SIGTSTP);
  ::raise(SIGTSTP);
  ::pthread_sigmask(SIG_UNBLOCK, &stop_signal, nullptr);
  ::pthread_sigmask(SIG_BLOCK, &stop_signal, nullptr);
  signalfd_siginfo known;  // among them the one that continued us
  while (::read(signals, &known, sizeof known) == sizeof known) {
  }
  if (!had) return;
  prompting = true;
  if (!tty.is_others()) take_anew();
  paint();
}

// Whoever had the terminal meanwhile may have changed its mode, its size and what it shows.
void Terminal::Impl::take_anew() {
  away = false;
  marked = false;
  view.forget();
  tty.take();
  changes += view.resize(tty.size());
}

void Terminal::Impl::resize() {
  changes += view.resize(tty.size());
  paint();
}

Terminal::Terminal(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Terminal::~Terminal() {
  close();
}

Result<std::unique_ptr<Terminal>> Terminal::open(TerminalOptions options, TerminalEvents events,
                                                 Outlet& outlet) {
  auto editor = LineEditor::open(options.fd);
  if (!editor) return std::unexpected(editor.error());
  for (const std::string& line : options.history) (*editor)->remember(line);
  auto impl = std::make_unique<Impl>(std::move(options), std::move(events), outlet);
  impl->typing = std::make_unique<Typing>(std::move(*editor), impl->typing_events());
  if (!impl->open_signals()) return fail(ErrorCode::system, std::strerror(errno));
  impl->start();
  return std::unique_ptr<Terminal>(new Terminal(std::move(impl)));
}

void Terminal::show(std::string_view line) {
  impl_->lines.push(impl_->options.colours ? coloured(line) : std::string(line));
  impl_->paint();
}

void Terminal::close() {
  impl_->stop();
}

void Terminal::on_ready() {
  impl_->paint();
}

bool Terminal::idle() const {
  return impl_->outlet.ready() && impl_->lines.empty() && impl_->changes.empty();
}

const std::vector<std::string>& Terminal::entered() const {
  return impl_->typing->entered();
}

bool Terminal::away() {
  const bool before = impl_->away;
  impl_->drawn();
  if (before && !impl_->away) impl_->paint();
  return impl_->away;
}

int Terminal::input_fd() const {
  return impl_->options.fd;
}

void Terminal::on_input() {
  if (away()) return;
  char bytes[4096];
  const ssize_t count = ::read(impl_->options.fd, bytes, sizeof bytes);
  if (count > 0) {
    impl_->keys.add({bytes, static_cast<std::size_t>(count)});
    while (impl_->prompting) {
      const std::optional<KeyEvent> event = impl_->keys.next();
      if (!event) break;
      impl_->on_key(*event);
    }
    impl_->paint();
  } else if (count == 0 || (errno != EINTR && errno != EAGAIN)) {
    impl_->end();
  }
}

int Terminal::signal_fd() const {
  return impl_->signals;
}

void Terminal::on_signal() {
  signalfd_siginfo info;
  if (::read(impl_->signals, &info, sizeof info) != sizeof info) return;
  if (info.ssi_signo == SIGTSTP) {
    impl_->suspend();
  } else if (!impl_->drawn()) {
    return;
  } else if (info.ssi_signo == SIGWINCH) {
    impl_->resize();
  } else {
    impl_->take_anew();
    impl_->paint();
  }
}

}  // namespace noex::chat
