#include "noex/sim/check/property.h"

#include <utility>

namespace noex::sim {

namespace {

struct Text {
  std::string_view code;
  std::string_view text;
};

constexpr std::array<Text, property_count> texts{{
    {"M1",
     "a node down for good is down in every view of the nodes that run, within the "
     "detection bound"},
    {"M2",
     "with no fault since the start nobody is ever suspected; later nobody is taken for dead who "
     "runs and has been within reach for long"},
    {"M3",
     "only a node itself raises its version; alive beats suspect and dead only with a higher one, "
     "and nothing beats left"},
    {"M4",
     "a node that started again is up in all views within the bound, and nothing of its earlier "
     "boot is heard any more"},
    {"M5", "after the quiet phase all views equal the truth, and everyone who should be is linked"},
    {"M6",
     "while one way between two is cut, and a third node reaches both, neither goes and comes more "
     "than once for the other"},
    {"M8",
     "per observer and node: node_up and node_down alternate, the first is node_up, one boot "
     "is up at a time; restarted only if the old one was up"},
    {"M9",
     "who left is told as graceful_shutdown by everybody whom somebody could have told that it "
     "left, and nobody else is"},
    {"D1",
     "what one process sends another over one link comes in order, without gaps and once; over "
     "new links nothing comes again, or after what was sent later"},
    {"D2",
     "a monitor gives one Down if its target has ended or is lost, never two, none for nothing, "
     "and none once it was taken back"},
    {"D3",
     "the loss of a link ends the calls that went over it, at once, and gives Down within the "
     "detection bound, before any later message of that peer"},
    {"D4", "no process outlives the abnormal end of one that it is linked to, or its loss"},
    {"R1", "at every event lookup gives the winner of the entries of owners that are up"},
    {"R2", "after the quiet phase all views of names and groups equal the owners' own"},
    {"R3", "after a heal exactly one contender holds the name, and all nodes agree which one"},
    {"R4", "each loser of a name is told exactly once; the best entry never is"},
    {"R5", "after the quiet phase every entry is a live process of a live member"},
    {"R6",
     "an acknowledged registration is visible at a majority of its arbiters, and at all who could "
     "answer in time, and stays so"},
    {"R7", "a registration or search ends by its deadline"},
    {"R8",
     "of concurrent claims of a free name in a whole cluster exactly one is acknowledged; who "
     "reaches a majority gets the name or a refusal"},
    {"R9", "who is refused a name is told of a holder that has an entry of it"},
    {"P1", "a call's handler runs at most once"},
    {"P2",
     "a call runs at the process that it was sent to, of that boot, and nowhere else; what it ends "
     "with says truly whether it ran"},
    {"P3", "a call ends exactly once, and a late reply reaches nobody"},
    {"P4", "a call ends by its deadline, and its receiver knows it"},
    {"P5",
     "after the quiet phase no process lives that its spawner was not told of or has not "
     "confirmed, "
     "and none is taken back of which he was told"},
    {"C1", "nothing is shown that nobody sent"},
    {"C2", "nothing is shown twice to one session"},
    {"C3",
     "an accepted message is shown to every member whose link to the room lasts, unless he was too "
     "slow; then he is told, and removed"},
    {"C4", "messages of one sender in one room keep their order"},
    {"C5",
     "any two members of a room agree on the order of what both saw, and no number is skipped"},
    {"C6", "nothing of a room is shown after leaving it"},
    {"C7",
     "after the quiet phase a room's members are the sessions that believe they are in it; "
     "nobody is refused by his own ghost"},
    {"C8", "a joiner is shown those of the newest 100 that its session has not shown, in order"},
    {"C9",
     "what its author is told as not delivered is shown to nobody, what he is told nothing of is "
     "shown to all who stay, and perhaps is said only where he cannot know"},
    {"C10", "no two users of one name are in a room, and nobody is told of himself"},
    {"H1",
     "no node calls an honest peer malformed, takes it for another, refuses it or ends its link "
     "for a reason that the peer did not give"},
    {"H2",
     "when a node's end is told, no link to it stands or opens; its names are shown when it is "
     "told up, and not when it is told down; whose end is told is shown under no name any more"},
    {"X1", "the same scenario and seed give the same fingerprint"},
    {"X3",
     "after the quiet phase no promise and no request is left in any registry; after leaving, "
     "nothing at all is left"},
}};

}  // namespace

std::string_view code(Property property) {
  return texts[static_cast<std::size_t>(property)].code;
}
std::string_view text(Property property) {
  return texts[static_cast<std::size_t>(property)].text;
}

// Of a broken invariant the place counts, not the values.
bool same_failure(const Violation& a, const Violation& b) {
  const auto place = [](std::string_view text) {
    const std::size_t line = text.find(':');
    return text.substr(0, line == text.npos ? line : text.find(':', line + 1));
  };
  if (a.died || b.died) return a.died == b.died && place(a.text) == place(b.text);
  return a.property == b.property;
}

void Tally::violated(Property property, Instant at, std::string text) {
  if (violations_.size() < violations_max) {
    violations_.push_back(Violation{property, at, std::move(text)});
  }
}

}  // namespace noex::sim
