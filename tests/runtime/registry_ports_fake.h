// FakePorts: records what a part of the registry asked for; publishes into a table.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "noex/runtime/registry/name_table.h"
#include "noex/runtime/registry/registry_ports.h"

namespace noex::test {

inline Incarnation node(int number, Boot boot = 1) {
  return {NodeId(std::string(1, static_cast<char>('a' + number)), "127.0.0.1",
                 static_cast<std::uint16_t>(number + 1)),
          boot};
}

inline RegistryEntry entry_of(const Incarnation& owner, std::int64_t wall, ProcessId process = 1) {
  return RegistryEntry{Stamp{wall, 0, owner.id}, process};
}

class FakePorts final : public RegistryPorts {
 public:
  explicit FakePorts(NameTable& table) : table_(table) {}

  void send(const Incarnation& to, const RegistryMessage& message) override {
    sent.emplace_back(to, message);
  }
  void finish(RegistryFinished ended) override { finished.push_back(std::move(ended)); }
  void finish(RegistryFound ended) override { found.push_back(std::move(ended)); }
  std::uint64_t publish(const std::string& name, const RegistryEntry& entry) override {
    table_.put_own(name, entry);
    return table_.own().sequence;
  }
  void withdraw(const std::string& name) override { table_.remove_own({name}); }
  void forward(const RegistryMessage& message, const NodeId&, const NodeId&) override {
    forwarded.push_back(message);
  }
  void appeared(std::vector<std::string> names) override { seen = std::move(names); }
  void reach(const NodeId& to) override { reached.push_back(to); }
  void known(const Incarnation& owner) override { owners_known.push_back(owner); }

  // What was sent since the last call, and to whom.
  std::vector<std::pair<Incarnation, RegistryMessage>> take() { return std::exchange(sent, {}); }

  std::vector<std::pair<Incarnation, RegistryMessage>> sent;
  std::vector<RegistryFinished> finished;
  std::vector<RegistryFound> found;
  std::vector<RegistryMessage> forwarded;
  std::vector<std::string> seen;
  std::vector<Incarnation> owners_known;
  std::vector<NodeId> reached;

 private:
  NameTable& table_;
};

}  // namespace noex::test
