#include "noex/runtime/client/client.h"

#include <utility>

#include "noex/runtime/client/client_core.h"
#include "noex/runtime/clients/desk.h"

namespace noex {

namespace {

// What the node that a message is for takes at the most besides it (docs/WIRE.md, "Clients").
constexpr std::size_t relay_bytes_max = 512;
// Between two looks whether a member is connected, while something is looked up.
constexpr Duration look_pause = 50ms;

// Not of any cluster: what others call its processes begins with a member's id.
NodeConfig node_config(const ClientConfig& config) {
  NodeConfig node;
  node.id = NodeId("client", "client", 1);
  node.options = config.options;
  node.options.message_bytes_max -= relay_bytes_max;
  return node;
}

}  // namespace

ClientCore::ClientCore(ClientConfig config, Loop& loop, Network& network, Random random, Log& log)
    : config_(std::move(config)),
      loop_(loop),
      network_(network),
      random_(random),
      log_(log),
      names_([this](std::string name, Duration timeout) { return find(std::move(name), timeout); },
             [this]() -> Waker& { return node_.core_->runtime().processes; }),
      node_(node_config(config_), loop, network, random.split("processes"), log,
            static_cast<ClientSide&>(*this)) {}

std::unique_ptr<Cluster> ClientCore::make_cluster(const Incarnation& self,
                                                  ClusterHandler& handler) {
  ClientEvents& events = *this;
  auto made = std::make_unique<ClientCluster>(config_, self, loop_, network_,
                                              random_.split("members"), log_, handler, events);
  cluster_ = made.get();
  return made;
}

void ClientCore::leave(Task done) {
  node_.leave(std::move(done));
}

void ClientCore::on_connected(const Incarnation& member) {
  node_.core_->tell(connected, member.id);
}

void ClientCore::on_disconnected(const Incarnation& member, std::string_view why) {
  names_.forget();
  groups_.forget();
  node_.core_->tell(disconnected, member.id, why);
}

void ClientCore::on_unreachable(const Address& member, ErrorCode why) {
  node_.core_->tell(unreachable, member, why);
}

// --- What is known in the cluster ---

Ref ClientCore::desk() {
  const Incarnation* member = cluster_->member();
  return member != nullptr ? node_.ref(*member, cluster_->desk()) : Ref();
}

Future<Result<Ref>> ClientCore::find(std::string name, Duration timeout) {
  if (timeout <= Duration::zero()) timeout = config_.options.register_timeout;
  Waker& waker = node_.core_->runtime().processes;
  Completer<Result<Ref>> completer(waker);
  Future<Result<Ref>> future = completer.future();
  const Result<Ref> looking =
      node_.run(look_up(std::move(name), loop_.now() + timeout, std::move(completer)));
  if (looking) return future;
  Completer<Result<Ref>> refused(waker);
  Future<Result<Ref>> refusal = refused.future();
  refused.complete(std::unexpected(looking.error()));
  return refusal;
}

// A member that is lost has said nothing: the next is asked.
task<void> ClientCore::look_up(std::string name, Instant deadline,
                               Completer<Result<Ref>> completer) {
  Result<Ref> holder = fail(ErrorCode::timeout);
  while (!completer.abandoned() && loop_.now() < deadline) {
    const Ref asked = desk();
    const Duration left = deadline - loop_.now();
    const Result<desk::Found> answer = co_await asked.call_within<desk::FindName>(left, name, left);
    if (answer) {
      if (answer->code == ErrorCode::ok) {
        holder = answer->process;
      } else {
        holder = fail(answer->code, answer->detail);
      }
      names_.learn(name, holder);
      break;
    }
    if (loop_.now() < deadline) co_await node_.sleep(std::min(left, look_pause));
  }
  completer.complete(std::move(holder));
}

task<Result<std::map<std::string, Ref>>> ClientCore::names(std::string prefix) {
  const Ref asked = desk();
  Result<std::map<std::string, Ref>> names = co_await asked.call<desk::ListNames>(prefix);
  if (names) names_.learn(prefix, *names);
  co_return names;
}

task<Result<std::vector<Ref>>> ClientCore::group(std::string name) {
  const Ref asked = desk();
  Result<std::vector<Ref>> members = co_await asked.call<desk::ListGroup>(name);
  if (members) groups_.learn(name, *members);
  co_return members;
}

task<Result<std::vector<Member>>> ClientCore::members() {
  const Ref asked = desk();
  const Result<std::vector<desk::ListedMember>> listed = co_await asked.call<desk::ListMembers>();
  if (!listed) co_return std::unexpected(listed.error());
  std::vector<Member> members;
  for (const desk::ListedMember& one : *listed) {
    Member member;
    member.incarnation.id = one.id;
    member.incarnation.boot = one.boot;
    member.up = one.up;
    member.linked = one.linked;
    members.push_back(std::move(member));
  }
  if (asked == desk()) cluster_->set_members(members);
  co_return members;
}

// --- Client ---

Client::Client(ClientConfig config, Loop& loop, Network& network, Random random, Log& log)
    : core_(std::make_unique<ClientCore>(std::move(config), loop, network, random, log)) {}

Client::~Client() = default;

Result<void> Client::start() {
  return core_->start();
}

void Client::leave(Task done) {
  core_->leave(std::move(done));
}

const Incarnation* Client::member() const {
  return core_->member();
}

void Client::on_connected(std::function<void(const NodeId&)> callback) {
  core_->connected.push_back(std::move(callback));
}
void Client::on_disconnected(std::function<void(const NodeId&, std::string_view)> callback) {
  core_->disconnected.push_back(std::move(callback));
}
void Client::on_unreachable(std::function<void(const Address&, ErrorCode)> callback) {
  core_->unreachable.push_back(std::move(callback));
}

Future<Result<Ref>> Client::find(std::string name, Duration timeout) {
  return core_->find(std::move(name), timeout);
}
task<Result<std::map<std::string, Ref>>> Client::names(std::string prefix) {
  return core_->names(std::move(prefix));
}
task<Result<std::vector<Ref>>> Client::group(std::string name) {
  return core_->group(std::move(name));
}
task<Result<std::vector<Member>>> Client::members() {
  return core_->members();
}

Node& Client::node() {
  return core_->node();
}

}  // namespace noex
