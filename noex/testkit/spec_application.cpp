#include "noex/testkit/spec_application.h"

#include <algorithm>
#include <string>
#include <utility>

#include "noex/transport/base/check.h"

namespace noex::testkit {

namespace {

using namespace sim;

class SpecVerdict final : public Verdict {
 public:
  SpecVerdict(const std::vector<Property>& properties, const Truth& truth, Tally& tally)
      : properties_(properties), truth_(truth), tally_(tally) {}

  Instant now() const override { return truth_.now(); }
  Tally& tally() { return tally_; }

 private:
  const Property& find(std::string_view code) const {
    const auto found = std::ranges::find(properties_, code, &Property::code);
    NOEX_CHECK(found != properties_.end(), "{} is not among the spec's properties()", code);
    return *found;
  }
  void checked(std::string_view code) override { tally_.checked(find(code)); }
  void violated(std::string_view code, std::string text) override {
    tally_.violated(find(code), truth_.now(), std::move(text));
  }

  const std::vector<Property>& properties_;
  const Truth& truth_;
  Tally& tally_;
};

// One start of one node. It outlives the node: coroutines that are destroyed with the node's
// processes may still refer to it.
class SpecNode final : public testkit::SimNode {
 public:
  SpecNode(ProgramHost& host, const Truth& truth, const std::vector<NodeId>& cluster)
      : host_(&host),
        node_(&host.node()),
        truth_(truth),
        number_(host.machine()),
        cluster_(cluster) {}

  Node& node() override {
    NOEX_CHECK(node_ != nullptr, "node{} runs no more", number_ + 1);
    return *node_;
  }
  bool runs() const override { return node_ != nullptr; }
  std::uint32_t number() const override { return number_; }
  std::uint32_t cluster_size() const override {
    return static_cast<std::uint32_t>(cluster_.size());
  }
  const std::vector<NodeId>& cluster() const override { return cluster_; }
  Instant now() const override { return truth_.now(); }
  Random random(std::string_view name) const override {
    NOEX_CHECK(host_ != nullptr, "node{} runs no more", number_ + 1);
    return host_->random(name);
  }
  void show(std::string_view line) override { show_to(0, line); }
  void show_to(std::uint32_t user, std::string_view line) {
    if (host_ != nullptr) host_->show(user, line);
  }
  void name_process(const Ref& process, std::string_view role) override {
    if (host_ != nullptr) host_->name_process(process, role);
  }
  void keep(std::shared_ptr<void> object) override { kept_.push_back(std::move(object)); }

  void end() {
    kept_.clear();
    host_ = nullptr;
    node_ = nullptr;
  }

 private:
  ProgramHost* host_;
  Node* node_;
  const Truth& truth_;
  const std::uint32_t number_;
  const std::vector<NodeId>& cluster_;
  std::vector<std::shared_ptr<void>> kept_;
};

class SpecProgram final : public Program {
 public:
  SpecProgram(Spec& spec, SpecNode& site) : spec_(spec), site_(site) {
    site_.node().on_restarted([this] { spec_.restarted(site_); });
  }
  ~SpecProgram() override { site_.end(); }

  void start() override { spec_.program(site_); }
  void operate(std::uint32_t, const std::string& line) override {
    (void)site_.node().run(spec_.operate(site_, line));
  }

 private:
  Spec& spec_;
  SpecNode& site_;
};

class SpecRun final : public ApplicationRun {
 public:
  SpecRun(std::unique_ptr<Spec> spec, const std::vector<Property>& properties,
          const Scenario& scenario, const Truth& truth, Tally& tally)
      : spec_(std::move(spec)),
        truth_(truth),
        verdict_(properties, truth, tally),
        end_at_(Instant{scenario.duration - end_time}),
        now_(truth.nodes(), nullptr) {
    for (std::uint32_t node = 0; node < scenario.nodes; ++node) cluster_.push_back(truth.id(node));
  }

  std::unique_ptr<Program> make_program(ProgramHost& host) override {
    sites_.push_back(std::make_unique<SpecNode>(host, truth_, cluster_));
    SpecNode& site = *sites_.back();
    now_[host.index()] = &site;
    return std::make_unique<SpecProgram>(*spec_, site);
  }

  void after_event(std::size_t index) override {
    if (now_[index] != nullptr && now_[index]->runs()) spec_->always(*now_[index], verdict_);
  }
  void look() override {
    if (!asked_ && truth_.now() >= end_at_) ask_at_end();
  }
  void at_end() override {
    if (asked_) {
      verdict_.tally().expect(end_is_reached, truth_.now(), answered_, [] {
        return fmt::format("what was asked at the end has no answer after {} s",
                           format_seconds(end_time));
      });
    }
    spec_->finish(verdict_);
  }

 private:
  // On the first node that runs, in a turn of its own.
  void ask_at_end() {
    const auto runs = [](const SpecNode* site) { return site != nullptr && site->runs(); };
    const auto found = std::ranges::find_if(now_, runs);
    if (found == now_.end()) return;
    asked_ = true;
    (*found)->node().loop().post([this, site = *found] { (void)site->node().run(ask(*site)); });
  }
  task<void> ask(SpecNode& site) {
    co_await spec_->at_end(site, verdict_);
    answered_ = true;
  }

  const std::unique_ptr<Spec> spec_;
  const Truth& truth_;
  SpecVerdict verdict_;
  const Instant end_at_;
  std::vector<NodeId> cluster_;
  std::vector<std::unique_ptr<SpecNode>> sites_;
  std::vector<SpecNode*> now_;  // by index: whoever started there last
  bool asked_ = false;
  bool answered_ = false;
};

}  // namespace

SpecApplication::SpecApplication(SpecFactory make)
    : make_(std::move(make)),
      example_(make_()),
      name_(example_->name()),
      properties_(example_->properties()) {
  properties_.push_back(end_is_reached);
}

void SpecApplication::add_workload(Scenario& scenario, const std::vector<Life>& lives,
                                   const Random& random) const {
  const std::unique_ptr<Spec> spec = make_();
  const auto [least, most] = spec->pace();
  NOEX_CHECK(least > Duration::zero() && least <= most, "pace() is no range of times");
  for (std::size_t i = 0; i < lives.size(); ++i) {
    Random draws = random.split("operations", i);
    const Instant end = std::min(lives[i].to, scenario.quiet_from);
    for (Instant at = lives[i].from + most; at < end;
         at += Duration{draws.between(least.count(), most.count())}) {
      Step step;
      step.at = at;
      step.kind = StepKind::command;
      step.node = lives[i].node;
      step.text = spec->draw(draws);
      scenario.steps.push_back(std::move(step));
    }
  }
}

std::unique_ptr<ApplicationRun> SpecApplication::begin(const Scenario& scenario, const Truth& truth,
                                                       Tally& tally) const {
  return std::make_unique<SpecRun>(make_(), properties_, scenario, truth, tally);
}

}  // namespace noex::testkit
