// LineView: where the line that is being typed stands on the screen, and what to write to change
// it.
//
// Pure: gives bytes, and never asks a terminal. It draws what differs from what it drew last, from
// the first cell that does: one call a read, whatever was typed meanwhile. Rows wrap as terminals
// wrap them: a wide character that does not fit goes to the next row. A line of more rows than the
// screen has is shown in part, around the cursor. After a line that ends at the edge it goes to the
// next row, since terminals differ in where the cursor is then.
#pragma once

#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace noex::chat {

struct ScreenSize {
  int rows = 24;
  int columns = 80;

  bool operator==(const ScreenSize&) const = default;
};

class LineView {
 public:
  // The window has this size from now on; takes the line away, as erase() does. Terminals either
  // cut the rows that they show or wrap them anew, and do not tell. So what was drawn is taken to
  // have the fewer rows of the two, for with the more the line would be drawn over what stands
  // above it; and where that makes a difference, the terminal is asked where its cursor is.
  std::string resize(ScreenSize size);
  // It has answered, with the column. True: rows of the former line are left above this one;
  // erase() takes them away as well.
  bool on_column(int column);

  // Prompt and text with the cursor before text[cursor].
  std::string draw(std::u32string_view prompt, std::u32string_view text, std::size_t cursor);
  // Takes it away; the cursor is then where the prompt began. Nothing is drawn after that.
  std::string erase();
  // The terminal was cleared, or shows what others wrote: nothing is drawn.
  void forget();

 private:
  struct Place {
    int row = 0;
    int column = 0;

    auto operator<=>(const Place&) const = default;
  };
  struct Layout {
    std::u32string shown;       // characters as they are written
    std::vector<Place> places;  // of each of them, and of the end
    std::size_t cursor = 0;
    bool cut = false;  // it goes on below; the end is then the beginning of its last row

    Place here() const { return places[cursor]; }
  };

  Layout laid_out(std::u32string text, std::size_t cursor) const;
  Layout windowed(Layout all) const;
  static std::string move(Place from, Place to);

  std::string redraw_from(std::size_t same, const Layout& layout);

  ScreenSize size_;
  Layout drawn_;
  Place at_;  // where the cursor is, from where the prompt began
  // Since a change of size, until a line was shown above: what rows would be left above, if the
  // cursor was in that column.
  struct Doubt {
    int column = 0;
    int rows = 0;
  };
  std::optional<Doubt> doubt_;
  int asked_ = 0;  // answers on their way
  bool visible_ = false;
};

// Cells that it takes: 0, 1 or 2.
int width_of(char32_t c);

}  // namespace noex::chat
