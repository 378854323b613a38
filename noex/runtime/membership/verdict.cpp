#include "noex/runtime/membership/verdict.h"

#include <fmt/format.h>

namespace noex {

namespace {

std::string seconds(Duration time) {
  const auto tenths = std::chrono::duration_cast<std::chrono::milliseconds>(time).count() / 100;
  return fmt::format("{}.{} s", tenths / 10, tenths % 10);
}

std::string list(const std::vector<NodeId>& nodes) {
  std::string text;
  for (const NodeId& node : nodes)
    text += fmt::format("{}{}", text.empty() ? "" : ", ", node.text());
  return text;
}

std::string reason_of(const Verdict& verdict) {
  return verdict.reason ? fmt::format(" ({})", describe(*verdict.reason)) : std::string();
}

// "no byte for 3.0 s, 3 heartbeats missed; 3 others were asked, and none hears it; ..."
std::string evidence_of(const Verdict& verdict) {
  std::string text = "it was never linked here";
  if (verdict.silence) {
    text = fmt::format("last byte {} ago, {} heartbeat{} missed", seconds(*verdict.silence),
                       verdict.missed, verdict.missed == 1 ? "" : "s");
  }
  if (verdict.asked && *verdict.asked == 0) {
    text += "; there was nobody to ask";
  } else if (verdict.asked) {
    text += *verdict.asked == 1
                ? std::string("; the one other that was asked does not hear it")
                : fmt::format("; none of the {} others that were asked hears it", *verdict.asked);
  }
  if (!verdict.accusers.empty()) text += fmt::format("; accused by {}", list(verdict.accusers));
  return text;
}

// "node3" or, if it has that from another, "node3, by word of node4,".
std::string teller_of(const Verdict& verdict) {
  const bool own = !verdict.accuser || *verdict.accuser == verdict.by;
  return own ? verdict.by.text()
             : fmt::format("{}, by word of {},", verdict.by.text(), verdict.accuser->text());
}

}  // namespace

std::string_view name_of(VerdictKind kind) {
  switch (kind) {
    case VerdictKind::joined:
      return "joined";
    case VerdictKind::suspected:
      return "suspected";
    case VerdictKind::accused:
      return "accused";
    case VerdictKind::confirmed:
      return "confirmed";
    case VerdictKind::passed_on:
      return "passed_on";
    case VerdictKind::heard:
      return "heard";
    case VerdictKind::refuted:
      return "refuted";
    case VerdictKind::refutes:
      return "refutes";
    case VerdictKind::dead:
      return "dead";
    case VerdictKind::left:
      return "left";
  }
  return "unknown";
}

std::string describe(const Verdict& verdict) {
  const std::string who = verdict.who.id.text();
  const std::string by_word =
      verdict.by.empty() ? std::string() : fmt::format(" by word of {}", verdict.by.text());
  switch (verdict.kind) {
    case VerdictKind::joined:
      return fmt::format("{} joined (boot {}){}", who, verdict.who.boot, by_word);
    case VerdictKind::suspected:
      return fmt::format("suspects {}{}: {}", who, reason_of(verdict), evidence_of(verdict));
    case VerdictKind::accused:
      return fmt::format("{} suspects {}{}, to which no link stands here: {}", teller_of(verdict),
                         who, reason_of(verdict), evidence_of(verdict));
    case VerdictKind::confirmed:
      return fmt::format("{} suspects {} as well: {}",
                         verdict.accuser ? verdict.accuser->text() : "this node", who,
                         evidence_of(verdict));
    case VerdictKind::passed_on:
      return fmt::format("{} accuses {}{}, whose link here stands ({}): it is told, and answers",
                         teller_of(verdict), who, reason_of(verdict), evidence_of(verdict));
    case VerdictKind::heard:
      return fmt::format("{} does not answer here, and others hear it: it lives", who);
    case VerdictKind::refuted:
      return fmt::format("{} lives: it says so itself, with version {}{}", who, verdict.version,
                         by_word);
    case VerdictKind::refutes:
      return fmt::format("{} takes this node for gone{}: it refutes that with version {}",
                         verdict.by.empty() ? "somebody" : verdict.by.text(), reason_of(verdict),
                         verdict.version);
    case VerdictKind::dead:
      return fmt::format("takes {} for dead{}{}: {}", who, reason_of(verdict), by_word,
                         evidence_of(verdict));
    case VerdictKind::left:
      return fmt::format(
          "{} left{}", who,
          verdict.by.empty() || verdict.by == verdict.who.id ? ": it said so itself" : by_word);
  }
  return who;
}

}  // namespace noex
