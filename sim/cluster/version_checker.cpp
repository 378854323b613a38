#include "sim/cluster/version_checker.h"

#include <fmt/format.h>

#include "runtime/member_table.h"

namespace noex::sim {

namespace {

std::string say(const TableEntry& entry) {
  return fmt::format("{} (boot {}, version {})", describe(entry.status), entry.boot, entry.version);
}

}  // namespace

void VersionChecker::on_self(const TableEntry& entry) {
  std::uint64_t& said = said_.try_emplace({entry.id, entry.boot}, 1).first->second;
  tally_.expect(Property::m3, truth_.now(), entry.version > said, [&] {
    return fmt::format("{} says version {} of itself after {}", entry.id.text(), entry.version,
                       said);
  });
  said = entry.version;
}

void VersionChecker::on_member_changed(std::size_t index, const TableEntry& entry) {
  if (entry.id == truth_.id(index)) return on_self(entry);
  const auto said = said_.find({entry.id, entry.boot});
  const std::uint64_t highest = said == said_.end() ? 1 : said->second;
  tally_.expect(Property::m3, truth_.now(), entry.version <= highest, [&] {
    return fmt::format("{} takes {} for {}, which itself said {} at most", truth_.id(index).text(),
                       entry.id.text(), say(entry), highest);
  });
  const auto [known, is_new] = seen_[index].try_emplace(entry.id, entry);
  if (is_new) return;
  tally_.expect(
      Property::m3, truth_.now(), beats(entry, known->second), [&, &before = known->second] {
        return fmt::format("{} took {} for {} and now takes it for {}, which does not beat that",
                           truth_.id(index).text(), entry.id.text(), say(before), say(entry));
      });
  known->second = entry;
}

}  // namespace noex::sim
