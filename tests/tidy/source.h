// Source: one file of the project as the style rules look at it, and the scanning that they share.
//
// Owns: telling code from comments and literals, and finding blocks by their braces. Never judges
// (rules.h does) and never parses C++: it leans on clang-format having laid out the text, so that
// a handful of characters around a brace say what the brace is.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace noex::tidy {

struct Source {
  std::string path;   // from the project's root, with '/'
  std::string text;   // as it is
  std::string code;   // comments and the insides of literals are blanks; same length and lines
  std::string prose;  // only the insides of literals are blanks
};

// Files other than .h and .cpp are all prose: they have no code, and nothing is blanked.
Source make_source(std::string path, std::string text);

// Every file of the project that people write, sorted by path. `root` is the project's folder.
std::vector<Source> read_tree(const std::string& root);

bool is_cpp(const Source& source);
bool is_header(const Source& source);
std::string_view base_name(std::string_view path);
// A header that users of the library may include.
bool is_public(const Source& source);
// The path without include/: how others include it, and what room it is in.
std::string_view place_of(std::string_view path);

// 1 for offsets in the first line.
std::size_t line_of(std::string_view text, std::size_t offset);
// Without their newlines; a last line without newline counts.
std::vector<std::string_view> lines_of(std::string_view text);

bool is_word(char c);
// Offset of the next occurrence that is not a part of a longer word; npos if none. A token may
// contain punctuation ("std::thread"): only its ends are looked at.
std::size_t find_token(std::string_view text, std::string_view token, std::size_t from = 0);
bool has_token(std::string_view text, std::string_view token);
std::string_view trimmed(std::string_view text);

enum class BlockKind { scope, type, function, other };  // scope: namespace; other: all in functions

struct Block {
  BlockKind kind;
  std::size_t open;   // offset of '{'
  std::size_t close;  // offset of its '}'
};

// In order of opening.
std::vector<Block> find_blocks(std::string_view code);
// What the offset is in; scope outside all blocks.
BlockKind kind_at(const std::vector<Block>& blocks, std::size_t offset);
// True for the '{' of `Type{...}`, `f({...})`, `return {...}`; false for the '{' of a block.
bool opens_initializer(std::string_view code, std::size_t brace);
// Offset of the bracket that closes the one at `open`; the text's size if none does.
std::size_t closing(std::string_view code, std::size_t open);

}  // namespace noex::tidy
