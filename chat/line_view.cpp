#include "chat/line_view.h"

#include <algorithm>
#include <cwchar>
#include <utility>

#include <fmt/format.h>

#include "chat/line_editor.h"

namespace noex::chat {

namespace {

constexpr std::string_view erase_below = "\x1b[J";
constexpr std::string_view where_is_cursor = "\x1b[6n";
// From the last column to the next row's first one, whether or not the terminal has gone there.
constexpr std::string_view next_row = " \r";

// What no terminal can show there is shown as something that it can.
char32_t shown_as(char32_t c, int columns) {
  if (c < 0x20 || ::wcwidth(static_cast<wchar_t>(c)) < 0) return U'?';
  return width_of(c) > columns ? U'?' : c;
}

}  // namespace

int width_of(char32_t c) {
  if (c < 0x7f) return 1;
  return std::clamp(::wcwidth(static_cast<wchar_t>(c)), 0, 2);
}

// The end is never in the column behind the last one.
LineView::Layout LineView::laid_out(std::u32string text, std::size_t cursor) const {
  Layout layout;
  Place at;
  for (char32_t& c : text) {
    c = shown_as(c, size_.columns);
    const int width = width_of(c);
    if (width > 0 && at.column + width > size_.columns) at = Place{at.row + 1, 0};
    layout.places.push_back(at);
    at.column += width;
  }
  if (at.column >= size_.columns) at = Place{at.row + 1, 0};
  layout.places.push_back(at);
  layout.shown = std::move(text);
  layout.cursor = cursor;
  return layout;
}

// One row less than the screen has: the last of the lines above stays in sight.
LineView::Layout LineView::windowed(Layout all) const {
  const int rows = std::max(1, size_.rows - 1);
  const int last = all.places.back().row;
  if (last < rows) return all;
  const int cursor_row = all.places[all.cursor].row;
  const int first = std::clamp(cursor_row - rows / 2, 0, last - rows + 1);
  const auto begin = std::ranges::lower_bound(all.places, first, {}, &Place::row);
  const auto end =
      std::ranges::lower_bound(begin, all.places.end() - 1, first + rows, {}, &Place::row);
  const auto skipped = static_cast<std::size_t>(begin - all.places.begin());
  const auto count = static_cast<std::size_t>(end - begin);
  Layout part;
  part.shown = all.shown.substr(skipped, count);
  part.places.assign(begin, end + 1);
  for (Place& place : part.places) place.row -= first;
  part.cursor = all.cursor - skipped;
  part.cut = end != all.places.end() - 1;
  if (part.cut) part.places.back() = Place{rows - 1, 0};
  return part;
}

std::string LineView::move(Place from, Place to) {
  std::string out;
  if (from == to) return out;
  if (to.row < from.row) out += fmt::format("\x1b[{}A", from.row - to.row);
  if (to.row > from.row) out += fmt::format("\x1b[{}B", to.row - from.row);
  if (to.column == from.column) return out;
  if (to.column == 0) return out + '\r';
  const int by = to.column - from.column;
  return out + fmt::format("\x1b[{}{}", by < 0 ? -by : by, by < 0 ? 'D' : 'C');
}

std::string LineView::draw(std::u32string_view prompt, std::u32string_view text,
                           std::size_t cursor) {
  std::u32string all(prompt);
  all += text;
  Layout layout = windowed(laid_out(std::move(all), prompt.size() + cursor));
  std::string out;
  if (!std::exchange(visible_, true)) {
    out.append("\r").append(erase_below);
    drawn_ = {};
    drawn_.places = {Place{}};
    at_ = Place{};
  }
  std::size_t same = 0;
  if (!drawn_.cut && !layout.cut) {
    const auto parted =
        std::ranges::mismatch(std::as_const(drawn_.shown), std::as_const(layout.shown));
    same = static_cast<std::size_t>(parted.in2 - layout.shown.begin());
  }
  if (layout.cut || same < layout.shown.size() || same < drawn_.shown.size()) {
    out += redraw_from(same, layout);
  }
  out += move(at_, layout.here());
  at_ = layout.here();
  drawn_ = std::move(layout);
  return out;
}

// What was there is erased before anything is written: a wide character may leave a cell free.
std::string LineView::redraw_from(std::size_t same, const Layout& layout) {
  // What has no cells of its own belongs to what stands before it.
  const auto is_mark = [](const std::u32string& text, std::size_t at) {
    return at < text.size() && width_of(text[at]) == 0;
  };
  while (same > 0 && (is_mark(layout.shown, same) || is_mark(drawn_.shown, same))) --same;
  std::string out = move(at_, std::min(layout.places[same], drawn_.places[same]));
  if (same < drawn_.shown.size()) out += erase_below;
  out += encoded(std::u32string_view(layout.shown).substr(same));
  at_ = layout.places.back();
  if (layout.cut) {
    out += '\r';
  } else if (at_.column == 0 && at_.row > 0) {
    out += size_.columns > 1 ? next_row : "\r\n";  // the blank would fill the row again
  }
  return out;
}

std::string LineView::erase() {
  if (!std::exchange(visible_, false)) return {};
  doubt_.reset();
  std::string out = at_.row > 0 ? fmt::format("\x1b[{}A", at_.row) : std::string();
  return out.append("\r").append(erase_below);
}

void LineView::forget() {
  visible_ = false;
  doubt_.reset();
}

std::string LineView::resize(ScreenSize size) {
  size.rows = std::max(1, size.rows);
  size.columns = std::max(1, size.columns);
  if (size == size_) return {};
  size_ = size;
  if (!visible_) return {};
  Place cut = {at_.row, std::min(at_.column, size.columns - 1)};
  Place wrapped = laid_out(drawn_.shown, drawn_.cursor).here();
  if (cut.row > wrapped.row) std::swap(cut, wrapped);
  at_ = cut;
  std::string out = erase();
  if (cut.row == wrapped.row || cut.column == wrapped.column) return out;
  doubt_ = Doubt{wrapped.column, wrapped.row - cut.row};
  ++asked_;
  return std::string(where_is_cursor) + out;
}

bool LineView::on_column(int column) {
  if (asked_ > 0) --asked_;
  if (!visible_ || !doubt_ || asked_ > 0) return false;
  const Doubt doubt = *std::exchange(doubt_, std::nullopt);
  if (column != doubt.column) return false;
  at_.row += doubt.rows;
  return true;
}

}  // namespace noex::chat
