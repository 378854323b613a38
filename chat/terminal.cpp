#include "chat/terminal.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <cwchar>
#include <optional>
#include <utility>

#include <histedit.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "chat/text.h"

namespace noex::chat {

namespace {

constexpr int history_lines_max = 500;
constexpr char escape = '\x1b';
// What the editor gets when it asks for more than there is: it gives up what it was doing.
constexpr wchar_t abort_key = L'\a';

// The length of the key at the front: one character, or an escape sequence. 0: its end is missing.
std::size_t key_length(std::string_view bytes) {
  std::string_view rest = bytes;
  if (bytes.front() != escape) {
    if (take_character(rest)) return bytes.size() - rest.size();
    // Either the rest is on its way, or it will never be a character: passed on as it is.
    const auto lead = static_cast<unsigned char>(bytes.front());
    const std::size_t length = lead > 0xf4 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    const bool begun = lead >= 0xc2 && std::ranges::all_of(bytes.substr(1), [](char byte) {
                         return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
                       });
    return begun && length > bytes.size() ? 0 : 1;
  }
  if (bytes.size() == 1) return 0;
  if (bytes[1] != '[' && bytes[1] != 'O') return 2;
  for (std::size_t i = 2; i < bytes.size(); ++i) {  // ECMA-48: parameters, then one final byte
    if (bytes[i] >= 0x40 && bytes[i] <= 0x7e) return i + 1;
  }
  return 0;
}

int columns_of_terminal() {
  winsize size{};
  const bool known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80;
}

int width_of(std::string_view text) {
  int width = 0;
  while (const std::optional<char32_t> c = take_character(text)) {
    width += std::max(0, ::wcwidth(static_cast<wchar_t>(*c)));
  }
  return width;
}

}  // namespace

std::size_t whole_keys(std::string_view bytes) {
  std::size_t whole = 0;
  while (whole < bytes.size()) {
    const std::size_t length = key_length(bytes.substr(whole));
    if (length == 0) break;
    whole += length;
  }
  return whole;
}

std::string coloured(std::string_view line) {
  constexpr std::string_view dim = "\x1b[2m";
  constexpr std::string_view yellow = "\x1b[33m";
  constexpr std::string_view plain = "\x1b[0m";
  const bool node = line.starts_with("Node joined: ") || line.starts_with("Node left: ");
  const std::size_t star = line.find("] * ");  // names hold neither blanks nor a star in front
  const bool notice = line.starts_with('[') && star < line.find(": ");
  if (!node && !notice) return std::string(line);
  std::string out(node ? yellow : dim);
  return out.append(line).append(plain);
}

struct Terminal::Impl {
  TerminalEvents events;
  bool colours = false;
  EditLine* editor = nullptr;
  History* history = nullptr;
  int signals = -1;
  sigset_t former_mask{};
  std::string input;      // read and not taken by the editor yet
  std::size_t whole = 0;  // how much of it the editor may take
  bool prompting = false;
  bool away = false;  // as seen last: the terminal is another program's
  std::string prompt = "> ";

  ~Impl() {
    stop();
    if (editor != nullptr) ::el_end(editor);
    if (history != nullptr) ::history_end(history);
    if (signals < 0) return;
    ::close(signals);
    ::pthread_sigmask(SIG_SETMASK, &former_mask, nullptr);
  }

  bool open_editor();
  bool open_signals();
  // Takes the terminal and shows the prompt; gives it back.
  void start();
  void stop();
  // Looks who has the terminal. True: this program, and what it draws stands there.
  bool drawn();
  void clear_line() const;
  void edit();
  void finish_line(std::string line);
  void suspend();
  void redraw();

  static Impl& of(EditLine* editor) {
    void* data = nullptr;
    ::el_get(editor, EL_CLIENTDATA, &data);
    return *static_cast<Impl*>(data);
  }
  static char* prompt_of(EditLine* editor) { return of(editor).prompt.data(); }
  static int take_key(EditLine* editor, wchar_t* out);
};

bool Terminal::Impl::open_editor() {
  editor = ::el_init("chatnode", stdin, stdout, stderr);
  history = ::history_init();
  if (editor == nullptr || history == nullptr) return false;
  HistEvent event;
  ::history(history, &event, H_SETSIZE, history_lines_max);
  ::history(history, &event, H_SETUNIQUE, 1);
  ::el_set(editor, EL_CLIENTDATA, this);
  ::el_set(editor, EL_SIGNAL, 0);
  ::el_set(editor, EL_PROMPT, &Impl::prompt_of);
  ::el_set(editor, EL_EDITOR, "emacs");
  ::el_set(editor, EL_HIST, &::history, history);
  ::el_set(editor, EL_GETCFN, &Impl::take_key);
  return true;
}

// Through a descriptor, because a handler would need a variable that all terminals share.
bool Terminal::Impl::open_signals() {
  sigset_t mask;
  ::sigemptyset(&mask);
  for (const int signal : {SIGTSTP, SIGCONT, SIGWINCH}) ::sigaddset(&mask, signal);
  if (::pthread_sigmask(SIG_BLOCK, &mask, &former_mask) != 0) return false;
  signals = ::signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC);
  return signals >= 0;
}

void Terminal::Impl::start() {
  if (std::exchange(prompting, true)) return;
  ::el_set(editor, EL_UNBUFFERED, 1);
}

void Terminal::Impl::stop() {
  if (!std::exchange(prompting, false)) return;
  if (away) ::el_set(editor, EL_EDITMODE, 0);  // the terminal's mode is not the editor's to restore
  ::el_set(editor, EL_UNBUFFERED, 0);
}

// Whoever reads from or sets the mode of a terminal that is another's is stopped by the system.
bool Terminal::Impl::drawn() {
  const pid_t owner =
      ::tcgetpgrp(STDIN_FILENO);  // fails when the terminal is gone: reading says so
  const bool back = std::exchange(away, owner >= 0 && owner != ::getpgrp()) && !away;
  if (back) redraw();
  return prompting && !away;
}

// From the first row of the prompt to the end of the screen.
void Terminal::Impl::clear_line() const {
  const LineInfo* line = ::el_line(editor);
  const std::string_view typed(line->buffer, static_cast<std::size_t>(line->cursor - line->buffer));
  const int rows = (width_of(prompt) + width_of(typed)) / columns_of_terminal();
  if (rows > 0) std::fprintf(stdout, "\x1b[%dA", rows);
  std::fputs("\r\x1b[J", stdout);
}

// Gives the editor what was read, key by key.
void Terminal::Impl::edit() {
  whole = whole_keys(input);
  for (std::size_t before = whole + 1; whole > 0 && whole < before && prompting;) {
    before = whole;
    int count = 0;
    const char* text = ::el_gets(editor, &count);
    if (text == nullptr || count <= 0) continue;
    std::string line(text, static_cast<std::size_t>(count));
    if (line == "\x04") {
      clear_line();
      std::fflush(stdout);
      stop();
      events.on_end();
    } else if (line.back() == '\n') {
      line.pop_back();
      finish_line(std::move(line));
    }
  }
}

void Terminal::Impl::finish_line(std::string line) {
  HistEvent event;
  if (!trimmed(line).empty()) ::history(history, &event, H_ENTER, line.c_str());
  stop();
  start();
  events.on_line(std::move(line));
}

int Terminal::Impl::take_key(EditLine* editor, wchar_t* out) {
  Impl& impl = of(editor);
  *out = abort_key;
  if (impl.whole == 0) return 1;
  std::string_view rest = std::string_view(impl.input).substr(0, impl.whole);
  if (const std::optional<char32_t> c = take_character(rest)) {
    *out = static_cast<wchar_t>(*c);
  } else {
    rest.remove_prefix(1);
    *out = L'?';
  }
  impl.input.erase(0, impl.whole - rest.size());
  impl.whole = rest.size();
  return 1;
}

// Takes the default action after all: it is held up here until somebody continues it, or not held
// up at all where nobody could.
void Terminal::Impl::suspend() {
  if (drawn()) {
    clear_line();
    std::fflush(stdout);
    ::el_set(editor, EL_PREP_TERM, 0);
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
  if (drawn()) redraw();
}

// Whoever had the terminal meanwhile may have changed its mode, its size and what it shows.
void Terminal::Impl::redraw() {
  if (!prompting) return;
  ::el_set(editor, EL_PREP_TERM, 0);
  ::el_set(editor, EL_PREP_TERM, 1);
  ::el_resize(editor);
  std::fputs("\r\x1b[J", stdout);
  std::fflush(stdout);
  ::el_set(editor, EL_REFRESH);
}

Terminal::Terminal(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Terminal::~Terminal() = default;

Result<std::unique_ptr<Terminal>> Terminal::open(TerminalEvents events, bool colours) {
  auto impl = std::make_unique<Impl>();
  impl->events = std::move(events);
  impl->colours = colours;
  if (!impl->open_editor()) return fail(ErrorCode::system, "the terminal cannot be used");
  if (!impl->open_signals()) return fail(ErrorCode::system, std::strerror(errno));
  impl->start();
  return std::unique_ptr<Terminal>(new Terminal(std::move(impl)));
}

void Terminal::show(std::string_view line) {
  const bool drawn = impl_->drawn();
  if (drawn) impl_->clear_line();
  const std::string text = impl_->colours ? coloured(line) : std::string(line);
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fputc('\n', stdout);
  std::fflush(stdout);
  if (drawn) ::el_set(impl_->editor, EL_REFRESH);
}

void Terminal::close() {
  if (impl_->drawn()) {
    impl_->clear_line();
    std::fflush(stdout);
  }
  impl_->stop();
}

bool Terminal::away() {
  impl_->drawn();
  return impl_->away;
}

int Terminal::input_fd() const {
  return STDIN_FILENO;
}

void Terminal::on_input() {
  if (away()) return;
  char bytes[4096];
  const ssize_t count = ::read(STDIN_FILENO, bytes, sizeof bytes);
  if (count > 0) {
    impl_->input.append(bytes, static_cast<std::size_t>(count));
    impl_->edit();
  } else if (count == 0 || (errno != EINTR && errno != EAGAIN)) {
    impl_->stop();
    impl_->events.on_end();
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
    ::el_resize(impl_->editor);
  } else {
    impl_->redraw();
  }
}

}  // namespace noex::chat
