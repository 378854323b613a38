#include "chat/line_editor.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <histedit.h>
#include <pty.h>
#include <termios.h>
#include <unistd.h>

#include "noex/transport/base/text.h"

namespace noex::chat {

namespace {

static_assert(sizeof(wchar_t) == sizeof(char32_t), "libedit's characters are UTF-32 here");

constexpr int history_lines_max = 500;

struct Binding {
  const char* key;
  const char* command;
};

// Beside emacs's own; what terminals send for the keys that have names.
constexpr std::array<Binding, 23> bindings = {{
    {"\\e[A", "ed-prev-history"}, {"\\eOA", "ed-prev-history"},      {"\\e[B", "ed-next-history"},
    {"\\eOB", "ed-next-history"}, {"\\e[C", "ed-next-char"},         {"\\eOC", "ed-next-char"},
    {"\\e[D", "ed-prev-char"},    {"\\eOD", "ed-prev-char"},         {"\\e[H", "ed-move-to-beg"},
    {"\\eOH", "ed-move-to-beg"},  {"\\e[1~", "ed-move-to-beg"},      {"\\e[7~", "ed-move-to-beg"},
    {"\\e[F", "ed-move-to-end"},  {"\\eOF", "ed-move-to-end"},       {"\\e[4~", "ed-move-to-end"},
    {"\\e[8~", "ed-move-to-end"}, {"\\e[3~", "ed-delete-next-char"}, {"\\e[1;5C", "em-next-word"},
    {"\\e[1;5D", "ed-prev-word"}, {"\\e[1;3C", "em-next-word"},      {"\\e[1;3D", "ed-prev-word"},
    {"\\ef", "em-next-word"},     {"\\eb", "ed-prev-word"},
}};

// They wait for more keys, leave the line, or multiply what comes next.
constexpr std::array<const char*, 18> unbound = {"^V",   "^R",   "^S",   "^Q",   "\\ep", "\\en",
                                                 "\\ex", "\\eX", "\\e0", "\\e1", "\\e2", "\\e3",
                                                 "\\e4", "\\e5", "\\e6", "\\e7", "\\e8", "\\e9"};

std::string as_written(const char* bound) {
  std::string key = bound;
  if (key.starts_with("\\e")) key.replace(0, 2, "\x1b");
  return key;
}

// A sequence that is bound to nothing would be taken for an escape and then text.
bool is_known(std::string_view key) {
  if (key.size() < 3) return true;
  return std::ranges::any_of(bindings,
                             [key](const Binding& each) { return as_written(each.key) == key; });
}

std::size_t encoded_size(char32_t c) {
  return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
}

// The longest beginning that fits.
std::u32string_view cut(std::u32string_view text, std::size_t bytes_max) {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    bytes += encoded_size(text[i]);
    if (bytes > bytes_max) return text.substr(0, i);
  }
  return text;
}

}  // namespace

std::u32string decoded(std::string_view text) {
  std::u32string out;
  while (!text.empty()) {
    const std::optional<char32_t> c = take_character(text);
    out.push_back(c.value_or(U'\ufffd'));
    if (!c) text.remove_prefix(1);
  }
  return out;
}

std::string encoded(std::u32string_view text) {
  std::string out;
  for (const char32_t c : text) append_character(out, c);
  return out;
}

std::size_t encoded_size(std::u32string_view text) {
  std::size_t bytes = 0;
  for (const char32_t c : text) bytes += encoded_size(c);
  return bytes;
}

struct LineEditor::Impl {
  EditLine* editor = nullptr;
  History* history = nullptr;
  FILE* nowhere = nullptr;
  int master = -1;
  int slave = -1;
  std::u32string keys;  // for the editor to take

  ~Impl() {
    if (editor != nullptr) ::el_end(editor);
    if (history != nullptr) ::history_end(history);
    if (nowhere != nullptr) std::fclose(nowhere);
    if (slave >= 0) ::close(slave);
    if (master >= 0) ::close(master);
  }

  bool open(int tty);
  void bind();
  void enforce_bound();

  static int take_key(EditLine* editor, wchar_t* out);
  static char* no_prompt(EditLine* /*editor*/) { return const_cast<char*>(""); }
};

// Wider than any line, so that all that the editor draws in vain is one row.
bool LineEditor::Impl::open(int tty) {
  termios mode{};
  const bool known = ::tcgetattr(tty, &mode) == 0;
  winsize size{.ws_row = 4, .ws_col = 4 * line_bytes_max, .ws_xpixel = 0, .ws_ypixel = 0};
  if (::openpty(&master, &slave, nullptr, known ? &mode : nullptr, &size) != 0) return false;
  ::fcntl(master, F_SETFD, FD_CLOEXEC);
  ::fcntl(slave, F_SETFD, FD_CLOEXEC);
  nowhere = std::fopen("/dev/null", "r+e");
  if (nowhere == nullptr) return false;
  editor = ::el_init_fd("chatnode", nowhere, nowhere, nowhere, slave, slave, slave);
  history = ::history_init();
  if (editor == nullptr || history == nullptr) return false;
  HistEvent event;
  ::history(history, &event, H_SETSIZE, history_lines_max);
  ::history(history, &event, H_SETUNIQUE, 1);
  ::el_set(editor, EL_CLIENTDATA, this);
  ::el_set(editor, EL_SIGNAL, 0);
  ::el_set(editor, EL_TERMINAL, "vt100");
  ::el_set(editor, EL_PROMPT, &Impl::no_prompt);
  ::el_set(editor, EL_EDITOR, "emacs");
  ::el_set(editor, EL_HIST, &::history, history);
  ::el_set(editor, EL_GETCFN, &Impl::take_key);
  ::el_set(editor, EL_UNBUFFERED, 1);
  bind();
  return true;
}

void LineEditor::Impl::bind() {
  for (const char* key : unbound) ::el_set(editor, EL_BIND, "-r", key, nullptr);
  for (const Binding& each : bindings) {
    ::el_set(editor, EL_BIND, each.key, each.command, nullptr);
  }
}

int LineEditor::Impl::take_key(EditLine* editor, wchar_t* out) {
  void* data = nullptr;
  ::el_get(editor, EL_CLIENTDATA, &data);
  auto& keys = static_cast<Impl*>(data)->keys;
  if (keys.empty()) return 0;  // the end of input: it gives up whatever it wanted more for
  *out = static_cast<wchar_t>(keys.front());
  keys.erase(0, 1);
  return 1;
}

LineEditor::LineEditor(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LineEditor::~LineEditor() = default;

Result<std::unique_ptr<LineEditor>> LineEditor::open(int tty) {
  auto impl = std::make_unique<Impl>();
  if (!impl->open(tty)) {
    return fail(ErrorCode::system, "the line cannot be edited: no pseudo-terminal to be had");
  }
  return std::unique_ptr<LineEditor>(new LineEditor(std::move(impl)));
}

std::u32string_view LineEditor::text() const {
  const LineInfoW* line = ::el_wline(impl_->editor);
  return {reinterpret_cast<const char32_t*>(line->buffer),
          static_cast<std::size_t>(line->lastchar - line->buffer)};
}

std::size_t LineEditor::cursor() const {
  const LineInfoW* line = ::el_wline(impl_->editor);
  return static_cast<std::size_t>(line->cursor - line->buffer);
}

void LineEditor::key(std::string_view key) {
  if (!is_known(key)) return;
  impl_->keys = decoded(key);
  for (std::size_t before = impl_->keys.size() + 1; impl_->keys.size() < before;) {
    before = impl_->keys.size();
    if (before == 0) break;
    int count = 0;
    ::el_wgets(impl_->editor, &count);
  }
  impl_->enforce_bound();
}

// What was killed can be put back again and again.
void LineEditor::Impl::enforce_bound() {
  const LineInfoW* line = ::el_wline(editor);
  const std::u32string_view text(reinterpret_cast<const char32_t*>(line->buffer),
                                 static_cast<std::size_t>(line->lastchar - line->buffer));
  const std::size_t kept = cut(text, line_bytes_max).size();
  if (kept == text.size()) return;
  const int excess = static_cast<int>(text.size() - kept);
  const int back = std::max(0, static_cast<int>(line->lastchar - line->cursor) - excess);
  ::el_cursor(editor, static_cast<int>(line->lastchar - line->cursor));
  ::el_deletestr(editor, excess);
  ::el_cursor(editor, -back);
}

bool LineEditor::insert(std::u32string_view text) {
  const std::size_t room = line_bytes_max - encoded_size(this->text());
  const std::u32string taken(cut(text, room));
  if (!taken.empty()) {
    ::el_winsertstr(impl_->editor, reinterpret_cast<const wchar_t*>(taken.c_str()));
  }
  return taken.size() == text.size();
}

void LineEditor::replace(std::u32string_view text) {
  const std::u32string copy(text);
  const auto size = static_cast<int>(this->text().size());
  ::el_cursor(impl_->editor, size);
  if (size > 0) ::el_deletestr(impl_->editor, size);
  insert(copy);
}

void LineEditor::erase_before(std::size_t count) {
  ::el_deletestr(impl_->editor, static_cast<int>(std::min(count, cursor())));
}

// A walk that begins keeps the line for its way back, also beyond a reset: now it keeps nothing.
void LineEditor::clear() {
  ::el_reset(impl_->editor);
  key("\x10");
  ::el_reset(impl_->editor);
}

void LineEditor::remember(std::string_view line) {
  HistEvent event;
  ::history(impl_->history, &event, H_ENTER, std::string(line).c_str());
}

std::vector<std::string> LineEditor::history() const {
  std::vector<std::string> lines;
  HistEvent event;
  for (int found = ::history(impl_->history, &event, H_LAST); found >= 0;
       found = ::history(impl_->history, &event, H_PREV)) {
    lines.emplace_back(event.str);
  }
  return lines;
}

}  // namespace noex::chat
