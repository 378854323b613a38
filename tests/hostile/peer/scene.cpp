#include "tests/hostile/peer/scene.h"

#include <utility>

#include <fmt/format.h>

#include "chat/messages.h"
#include "chat/room.h"
#include "noex/runtime/message/call.h"
#include "noex/runtime/message/cast.h"
#include "noex/runtime/names/names.h"
#include "noex/runtime/node/inspect.h"
#include "noex/transport/base/check.h"

namespace noex::hostile {

namespace {

struct Ask {
  static constexpr auto wire_name = "hostile:ask";
  using reply = std::string;
  std::string text;
};
struct Wait {
  static constexpr auto wire_name = "hostile:wait";
  using reply = Done;
  Duration pause{};
};
struct Tell {
  static constexpr auto wire_name = "hostile:tell";
  std::string text;
};
struct Watch {
  static constexpr auto wire_name = "hostile:watch";
  Ref process;
};
struct Tie {
  static constexpr auto wire_name = "hostile:tie";
  Ref process;
};

// One that answers, waits, watches and traps exits.
class Citizen : public Process {
 public:
  using messages = std::tuple<Ask, Wait, Tell, Watch, Tie>;
  using arguments = std::tuple<std::string>;

  Citizen(Context& context, std::string how) : Process(context), how_(std::move(how)) {}

  task<Result<void>> init() override {
    if (how_ == "slow") co_await node().sleep(2s);
    co_return Result<void>();
  }

  Result<std::string> on(const Ask& ask) { return ask.text; }
  task<Result<Done>> on(const Wait& wait) {
    const Duration pause = std::clamp(wait.pause, Duration(0), Duration(2s));
    co_await node().sleep(pause);
    co_return Done{};
  }
  void on(const Tell&) {}
  void on(const Watch& watch) { monitor(watch.process); }
  void on(const Tie& tie) { link(tie.process); }
  void on(const Down&) {}
  void on(const Exit&) {}
  void on(const Overflow&) {}
  void on(const NameUp&) {}
  void on(const NameDown&) {}

 private:
  std::string how_;
};

constexpr std::size_t citizens_max = 8;
constexpr std::size_t tasks_max = 300;

Options small_queues() {
  Options options;
  options.unsent_bytes_max = 8 * 1024;
  options.queue_bytes_soft = 16 * 1024;
  options.queue_bytes_hard = 128 * 1024;
  options.queue_bytes_cutoff = 2 * 1024 * 1024;
  options.mailbox_messages_max = 500;
  options.processes_max = 4'000;
  options.spawns_per_link_max = 200;
  options.watches_per_link_max = 500;
  options.names_max = 2'000;
  options.members_max = 200;
  options.calls_max = 2'000;
  return options;
}

task<void> call(Ref to, std::string text) {
  (void)co_await to.call_within<Ask>(3s, text);
}
task<void> cast(Ref to, std::string text) {
  (void)co_await to.cast_when_ready_within<Tell>(3s, text);
}
task<void> spawn(Node& node, NodeId where, std::string name, bool linked) {
  SpawnOptions options = SpawnOptions().global(name).timeout(3s);
  if (linked) options = std::move(options).link();
  (void)co_await node.spawn<Citizen>(where, options, std::string("x"));
}
task<void> hold(Node& node, Ref process, std::string name) {
  (void)co_await node.registry().register_name(name, process, 3s);
}
task<void> find(Node& node, std::string name) {
  (void)co_await node.registry().find(name, 3s);
}

}  // namespace

void Scene::CountingLog::write(LogLevel, std::string_view text) {
  ++lines;
  bytes += text.size();
  for (const char c : text) NOEX_CHECK(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
  NOEX_CHECK(text.size() <= log_line_bytes_max + 100, "{} bytes", text.size());
}

Scene::Scene(std::uint64_t seed) : world_(seed), fabric_(world_), options_(small_queues()) {
  for (int i = 0; i < 3; ++i) fabric_.add_machine();
  start(0);
  start(1);
  fabric_.machine(2).start();
  run(2s);
  link_peer();
}

Scene::~Scene() {
  peer_.reset();
  nodes_.clear();
}

NodeId Scene::id(std::uint32_t machine) const {
  return NodeId(fmt::format("node{}", machine + 1), sim::machine_address(machine), 4369);
}

void Scene::start(std::uint32_t machine) {
  sim::Host& host = fabric_.machine(machine).start();
  NodeConfig config;
  config.id = id(machine);
  config.options = options_;
  if (machine != 0) config.seeds.push_back(id(0));
  nodes_.push_back(std::make_unique<Node>(std::move(config), host.loop(), host.network(),
                                          host.random("node"), log_));
  Node& node = *nodes_.back();
  node.behaviors().add<Citizen>("citizen");
  chat::add_room_behavior(node, chat_);
  host.loop().give(sim::EventKind::task, [&node] { NOEX_CHECK(node.start()); });
}

void Scene::in_turn(std::uint32_t machine, std::function<void()> body) {
  fabric_.machine(machine).host()->loop().give(sim::EventKind::task, std::move(body));
  run(1us);
}

void Scene::link_peer() {
  if (peer_ != nullptr && peer_->linked()) return;
  in_turn(2, [this] {
    sim::Host& host = *fabric_.machine(2).host();
    const auto wall = static_cast<Boot>(host.loop().wall_now().time_since_epoch().count());
    peer_boot_ = std::max(peer_boot_ + 1, wall);
    peer_ = std::make_unique<HostilePeer>(host.loop(), host.network(), id(2), peer_boot_);
    peer_->dial(id(0));
  });
  for (int i = 0; i < 200 && !peer_->linked() && !peer_->ended(); ++i) run(10ms);
}

Talk::Subjects Scene::subjects() const {
  Talk::Subjects about;
  about.nodes = {id(0), id(1)};
  about.names = {"room:general", "a", "b", "group"};
  about.behaviors = {"citizen", "chat:room"};
  about.types = {
      type_id<Ask>(), type_id<Wait>(),       type_id<Tell>(),       type_id<Watch>(),
      type_id<Tie>(), type_id<chat::Join>(), type_id<chat::Post>(), type_id<chat::ListUsers>()};
  return about;
}

Ref Scene::theirs(std::uint64_t process) {
  return victim().ref({id(2), peer_->self().boot}, 1 + process % 9);
}

void Scene::process(task<void> body) {
  if (victim().process_count() > tasks_max) return;
  (void)victim().run(std::move(body));
}

Ref Scene::citizen() {
  std::erase_if(citizens_, [this](const Ref& ref) {
    return ref.boot() != victim().boot() || !victim().is_alive(ref.process());
  });
  if (citizens_.size() < citizens_max) {
    const Result<Ref> made = victim().spawn_local<Citizen>(std::string("x"));
    if (made) citizens_.push_back(*made);
  }
  return citizens_.empty() ? Ref() : citizens_[acts_ % citizens_.size()];
}

void Scene::act(std::uint64_t what) {
  in_turn(0, [this, what] {
    Node& node = victim();
    const std::uint64_t n = ++acts_;
    const std::string name = fmt::format("{}", static_cast<char>('a' + n % 3));
    const Ref own = citizen();
    switch (what % 10) {
      case 0:
        return process(call(theirs(n), std::string(n % 7 == 0 ? 5000 : 10, 'q')));
      case 1:
        return process(cast(theirs(n), std::string(3000, 'c')));
      case 2:
        return process(spawn(node, id(2), n % 2 == 0 ? name : std::string(), n % 3 == 0));
      case 3:
        return (void)own.cast<Watch>(theirs(n));
      case 4:
        return (void)own.cast<Tie>(theirs(n));
      case 5:
        return process(hold(node, own, n % 4 == 0 ? "room:general" : name));
      case 6:
        return process(find(node, fmt::format("{}{}", name, n % 50)));
      case 7:
        for (int i = 0; i < 20; ++i) (void)theirs(n).cast<Tell>(std::string(2000, 'f'));
        return;
      case 8:
        return (void)node.registry().unregister_name(name, own);
      default:
        return process(spawn(node, id(1), {}, false));
    }
  });
}

void Scene::check() {
  for (const auto& node : nodes_) registry_of(*node).check_invariants();
}

std::string Scene::aftermath() {
  in_turn(2, [this] {
    if (peer_->connected()) peer_->close();
  });
  run(60s);
  check();
  const NodeAudit audit = victim().audit();
  const std::size_t left = audit.calls + audit.waiting + audit.spawns + audit.claims + audit.finds;
  if (left != 0) {
    return fmt::format("left at the victim: {} calls, {} waiting, {} spawns, {} claims, {} finds",
                       audit.calls, audit.waiting, audit.spawns, audit.claims, audit.finds);
  }
  if (!victim().is_up(honest().incarnation()) || !honest().is_up(victim().incarnation())) {
    return "the honest nodes do not see each other";
  }
  bool answered = false;
  Ref there;
  in_turn(1, [&] { there = *honest().spawn_local<Citizen>(std::string("x")); });
  in_turn(0, [&] {
    const Ref to = victim().ref(there.incarnation(), there.process());
    const auto asking = [](Ref whom, bool& done) -> task<void> {
      done = (co_await whom.call<Ask>("well?")).has_value();
    };
    NOEX_CHECK(victim().run(asking(to, answered)));
  });
  run(10s);
  return answered ? "" : "the honest nodes do not serve each other";
}

}  // namespace noex::hostile
