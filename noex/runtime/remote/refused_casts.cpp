#include "noex/runtime/remote/refused_casts.h"

#include <string>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace noex {

namespace {

constexpr Duration tell_again_after = 10s;
constexpr std::size_t types_of_link_max = 16;  // that are told of within that time

// Those that fit; a call of the same name says as much as a cast.
void add_what_it_takes(const Behavior& behavior, wire::CastRefused& cast) {
  for (const Handler& handler : behavior.handlers) {
    cast.takes.push_back(handler.message->text());
    if (encoded(cast).size() > wire::detail_bytes_max) cast.takes.pop_back();
  }
}

// Of that name, if it takes one of that name.
std::string what_it_takes(const std::vector<std::string>& takes, std::string_view wire_name) {
  for (const std::string& text : takes) {
    if (text.starts_with(fmt::format("{}/", wire_name))) return fmt::format("\"{}\"", text);
  }
  return takes.empty() ? "nothing" : fmt::format("\"{}\"", fmt::join(takes, "\", \""));
}

}  // namespace

bool RefusedCasts::is_due(Told& told, TypeId type) const {
  const Instant now = loop_.now();
  std::erase_if(told, [now](const auto& entry) { return entry.second <= now; });
  return told.size() < types_of_link_max && told.emplace(type, now + tell_again_after).second;
}

void RefusedCasts::tell(Link& link, wire::CastRefused cast, const Behavior& behavior) {
  log_.warning(
      "a cast of type {:08x} from {} was dropped by process {}: the builds differ, as its "
      "log says",
      cast.type, link.peer().id.text(), cast.to);
  if (!is_due(told_[link.serial()], cast.type)) return;
  add_what_it_takes(behavior, cast);
  links_.signal(link.serial(), wire::ReplyError{0, ErrorCode::incompatible_type, encoded(cast)});
}

bool RefusedCasts::on_told(const Link& link, ByteView bytes) {
  wire::CastRefused cast;
  if (!decode_all(bytes, cast)) return false;
  const auto sent = sent_.find(cast.type);
  if (sent == sent_.end()) return true;
  log_.warning("a cast of \"{}\" was dropped by {}/{}, which takes {}: the builds differ",
               sent->second->text(), link.peer().id.text(), cast.to,
               what_it_takes(cast.takes, sent->second->wire_name));
  return true;
}

}  // namespace noex
