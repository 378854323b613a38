#include "noex/runtime/process/behavior.h"

#include <algorithm>

#include "noex/transport/base/check.h"

namespace noex {

using behavior_detail::Maker;

const Handler* Behavior::find(TypeId type) const {
  const auto at = std::ranges::lower_bound(handlers, type, {}, &Handler::type);
  return at != handlers.end() && at->type == type ? &*at : nullptr;
}

void behavior_detail::sort_handlers(std::span<Handler> handlers) {
  std::ranges::sort(handlers, {}, &Handler::type);
  for (std::size_t i = 1; i < handlers.size(); ++i) {
    NOEX_CHECK(handlers[i - 1].type != handlers[i].type, "{} and {} have one wire id",
               handlers[i - 1].message->wire_name, handlers[i].message->wire_name);
  }
}

void behavior_detail::refuse_without_maker() {
  NOEX_CHECK(false, "a class that was added with a maker is spawned where it was not added");
}

std::string Behaviors::name_of(const Behavior& behavior) const {
  for (const auto& [name, maker] : makers_) {
    if (&maker->behavior() == &behavior) return name;
  }
  return {};
}

Result<Blueprint> Behaviors::make(std::string_view name, Decoder& arguments) const {
  const auto found = makers_.find(name);
  if (found == makers_.end()) return fail(ErrorCode::no_such_behavior, std::string(name));
  Blueprint made = found->second->from_bytes(arguments);
  if (!arguments.complete()) return fail(ErrorCode::incompatible_type, "arguments of the spawn");
  return made;
}

void Behaviors::add_maker(std::string name, std::unique_ptr<Maker> maker) {
  const bool added = makers_.try_emplace(std::move(name), std::move(maker)).second;
  NOEX_CHECK(added, "a behavior was added twice under one name");
}

const Maker* Behaviors::maker_of(const Behavior& behavior) const {
  for (const auto& [name, maker] : makers_) {
    if (&maker->behavior() == &behavior) return maker.get();
  }
  return nullptr;
}

}  // namespace noex
