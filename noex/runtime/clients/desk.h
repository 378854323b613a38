// Desk: the process of a member that answers what its clients ask of the node itself: who holds a
// name, who is in a group, who is in the cluster.
//
// One for all clients of a node, made when the first comes. Each question is a call like any other,
// so that nothing of it has to be in the protocol. It changes nothing: a client has no names and is
// in no group.
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "noex/runtime/cluster/cluster.h"
#include "noex/runtime/names/group_service.h"
#include "noex/runtime/names/name_service.h"
#include "noex/runtime/process/behavior.h"
#include "noex/runtime/process/process.h"

namespace noex {

namespace desk {

struct Found {
  ErrorCode code = ErrorCode::ok;
  std::string detail;
  Ref process;
};
// As Names::find().
struct FindName {
  static constexpr auto wire_name = "noex:client:find";
  using reply = Found;
  std::string name;
  Duration timeout{};
};
// As Names::names().
struct ListNames {
  static constexpr auto wire_name = "noex:client:names";
  using reply = std::map<std::string, Ref>;
  std::string prefix;
};
struct ListGroup {
  static constexpr auto wire_name = "noex:client:group";
  using reply = std::vector<Ref>;
  std::string group;
};
struct ListedMember {
  NodeId id;
  Boot boot = 0;
  bool up = false;
  bool linked = false;  // to the member that was asked
};
// The member that is asked comes first.
struct ListMembers {
  static constexpr auto wire_name = "noex:client:members";
  using reply = std::vector<ListedMember>;
};

}  // namespace desk

// All outlive the process.
struct DeskParts {
  Incarnation self;
  NameService& names;
  GroupService& groups;
  Cluster& cluster;
};

class Desk final : public Process {
 public:
  using messages = std::tuple<desk::FindName, desk::ListNames, desk::ListGroup, desk::ListMembers>;
  using arguments = std::tuple<const DeskParts*>;

  Desk(Context& context, const DeskParts* parts) : Process(context), parts_(*parts) {}

  void on(const desk::FindName& question, Reply<desk::Found> reply);
  Result<std::map<std::string, Ref>> on(const desk::ListNames& question);
  Result<std::vector<Ref>> on(const desk::ListGroup& question);
  Result<std::vector<desk::ListedMember>> on(const desk::ListMembers&);

 private:
  task<void> find(std::string name, Duration timeout, Reply<desk::Found> reply);

  const DeskParts& parts_;
};

}  // namespace noex
