#include "noex/sim/world/link.h"

#include <algorithm>

namespace noex::sim {

Links::Links() {
  loopback_.latency = 20us;
  loopback_.jitter = 10us;
}

void Links::add_machine() {
  rows_.emplace_back();
}

Links::Link& Links::at(std::uint32_t from, std::uint32_t to) {
  std::vector<Link>& row = rows_[from];
  if (to >= row.size()) row.resize(rows_.size());
  return row[to];
}

const LinkProfile& Links::profile(std::uint32_t from, std::uint32_t to) const {
  const std::vector<Link>& row = rows_[from];
  if (to < row.size() && row[to].profile) return *row[to].profile;
  return from == to ? loopback_ : all_;
}

void Links::set_profile(std::uint32_t from, std::uint32_t to, const LinkProfile& profile) {
  at(from, to).profile = profile;
}

void Links::set_all(const LinkProfile& profile) {
  all_ = profile;
  for (std::uint32_t from = 0; from < rows_.size(); ++from) {
    for (std::uint32_t to = 0; to < rows_[from].size(); ++to) {
      if (from != to) rows_[from][to].profile.reset();
    }
  }
}

std::uint64_t Links::bytes_per_second(std::uint32_t from, std::uint32_t to) const {
  const std::uint64_t rate = profile(from, to).bytes_per_second;
  const std::uint64_t limit = to < rows_[from].size() ? rows_[from][to].limit : 0;
  return rate == 0 || limit == 0 ? std::max(rate, limit) : std::min(rate, limit);
}

void Links::heal(std::uint32_t from, std::uint32_t to) {
  if (to < rows_[from].size()) rows_[from][to].cut = false;
}

}  // namespace noex::sim
