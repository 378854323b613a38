// ClientNames, ClientGroups: names and groups as the processes of a client see them: what its
// member said when it was asked last.
//
// Nothing is kept up to date here: that would be membership. A client holds no names and is in no
// group, and is told so.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "noex/runtime/names/groups.h"
#include "noex/runtime/names/names.h"

namespace noex {

class ClientNames final : public Names {
 public:
  using Finder = std::function<Future<Result<Ref>>(std::string name, Duration timeout)>;

  ClientNames(Finder finder, std::function<Waker&()> waker)
      : finder_(std::move(finder)), waker_(std::move(waker)) {}

  // What the member said of all names with that beginning, or of one; and that it is gone.
  void learn(std::string_view prefix, const std::map<std::string, Ref>& names);
  void learn(const std::string& name, const Result<Ref>& holder);
  void forget() { known_.clear(); }

  Future<Result<void>> register_name(std::string name, const Ref& process,
                                     Duration timeout) override;
  bool unregister_name(std::string_view, const Ref&) override { return false; }
  std::optional<Ref> lookup(std::string_view name) const override;
  Future<Result<Ref>> find(std::string name, Duration timeout) override {
    return finder_(std::move(name), timeout);
  }
  std::map<std::string, Ref> names(std::string_view prefix) const override;
  bool move_name(std::string_view, const Ref&, const Ref&) override { return false; }

 private:
  Finder finder_;
  std::function<Waker&()> waker_;
  std::map<std::string, Ref, std::less<>> known_;
};

class ClientGroups final : public Groups {
 public:
  void learn(const std::string& group, std::vector<Ref> members) {
    known_[group] = std::move(members);
  }
  void forget() { known_.clear(); }

  Result<void> join(const std::string& group, const Ref& process) override;
  bool leave(const std::string&, const Ref&) override { return false; }
  std::vector<Ref> members(std::string_view group) const override;
  std::vector<Ref> local_members(std::string_view) const override { return {}; }
  std::vector<std::string> names() const override;

 private:
  std::map<std::string, std::vector<Ref>, std::less<>> known_;
};

}  // namespace noex
