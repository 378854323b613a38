#include "noex/sim/check/version_checker.h"

#include <fmt/format.h>

#include "noex/runtime/membership/member_table.h"
#include "noex/sim/check/runtime_properties.h"

namespace noex::sim {

namespace {

std::string say(const TableEntry& entry) {
  return fmt::format("{} (boot {}, version {})", describe(entry.status), entry.boot, entry.version);
}

std::string say(const TableEntry* entry) {
  return entry == nullptr ? "nobody that it knows" : say(*entry);
}

// Who left need not be known to everybody: it may be forgotten, and nobody needs to learn of it,
// nor when it did.
bool are_equal(const TableEntry* a, const TableEntry* b) {
  if (a == nullptr && b == nullptr) return true;
  if (a == nullptr || b == nullptr) {
    return (a == nullptr ? b : a)->status == MemberStatus::left;
  }
  if (a->status == MemberStatus::left && b->status == MemberStatus::left) return true;
  return !beats(*a, *b) && !beats(*b, *a);
}

}  // namespace

void VersionChecker::on_node_started(std::size_t index) {
  const Incarnation self = truth_.node(index)->incarnation();
  seen_[index] = {{self.id, TableEntry{self.id, self.boot, 1, MemberStatus::alive, {}}}};
}

void VersionChecker::on_self(std::size_t index, const TableEntry& entry) {
  std::uint64_t& said = said_.try_emplace({entry.id, entry.boot}, 1).first->second;
  tally_.expect(property::m3, truth_.now(), entry.version > said, [&] {
    return fmt::format("{} says version {} of itself after {}", entry.id.text(), entry.version,
                       said);
  });
  said = entry.version;
  seen_[index].insert_or_assign(entry.id, entry);
}

void VersionChecker::on_member_changed(std::size_t index, const TableEntry& entry) {
  if (entry.id == truth_.id(index)) return on_self(index, entry);
  const auto said = said_.find({entry.id, entry.boot});
  const std::uint64_t highest = said == said_.end() ? 1 : said->second;
  tally_.expect(property::m3, truth_.now(), entry.version <= highest, [&] {
    return fmt::format("{} takes {} for {}, which itself said {} at most", truth_.id(index).text(),
                       entry.id.text(), say(entry), highest);
  });
  const auto [known, is_new] = seen_[index].try_emplace(entry.id, entry);
  if (is_new) return;
  tally_.expect(
      property::m3, truth_.now(), beats(entry, known->second), [&, &before = known->second] {
        return fmt::format("{} took {} for {} and now takes it for {}, which does not beat that",
                           truth_.id(index).text(), entry.id.text(), say(before), say(entry));
      });
  known->second = entry;
}

// --- At the end ---

const TableEntry* VersionChecker::view(std::size_t index, std::size_t other) const {
  const auto found = seen_[index].find(truth_.id(other));
  return found == seen_[index].end() ? nullptr : &found->second;
}

void VersionChecker::at_end(const std::vector<std::size_t>& component) {
  const std::size_t first = component.front();
  for (std::size_t other = 0; other < truth_.nodes(); ++other) {
    const TableEntry* expected = view(first, other);
    for (const std::size_t index : component) {
      const TableEntry* seen = view(index, other);
      tally_.expect(property::m5, truth_.now(), are_equal(seen, expected), [&] {
        return fmt::format("{} takes {} for {}, and {} for {}", truth_.id(first).text(),
                           truth_.id(other).text(), say(expected), truth_.id(index).text(),
                           say(seen));
      });
    }
  }
}

}  // namespace noex::sim
