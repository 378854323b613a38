// StandingNames, StandingGroups: a node's names and groups as its program holds them, for as long
// as the node stands: through them it reaches those of the present boot, whichever that is.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "noex/runtime/names/groups.h"
#include "noex/runtime/names/names.h"

namespace noex {

class StandingNames final : public Names {
 public:
  // Those of the boot that begins. They stand until the next time.
  void set_present(Names& names) { present_ = &names; }
  Names& present() const { return *present_; }

  Future<Result<void>> register_name(std::string name, const Ref& process,
                                     Duration timeout) override {
    return present_->register_name(std::move(name), process, timeout);
  }
  bool unregister_name(std::string_view name, const Ref& process) override {
    return present_->unregister_name(name, process);
  }
  std::optional<Ref> lookup(std::string_view name) const override {
    return std::as_const(*present_).lookup(name);
  }
  Future<Result<Ref>> find(std::string name, Duration timeout) override {
    return present_->find(std::move(name), timeout);
  }
  std::map<std::string, Ref> names(std::string_view prefix) const override {
    return std::as_const(*present_).names(prefix);
  }
  bool move_name(std::string_view name, const Ref& from, const Ref& to) override {
    return present_->move_name(name, from, to);
  }

 private:
  Names* present_ = nullptr;
};

class StandingGroups final : public Groups {
 public:
  // Those of the boot that begins. They stand until the next time.
  void set_present(Groups& groups) { present_ = &groups; }

  Result<void> join(const std::string& group, const Ref& process) override {
    return present_->join(group, process);
  }
  bool leave(const std::string& group, const Ref& process) override {
    return present_->leave(group, process);
  }
  std::vector<Ref> members(std::string_view group) const override {
    return std::as_const(*present_).members(group);
  }
  std::vector<Ref> local_members(std::string_view group) const override {
    return std::as_const(*present_).local_members(group);
  }
  std::vector<std::string> names() const override { return std::as_const(*present_).names(); }

 private:
  Groups* present_ = nullptr;
};

}  // namespace noex
