// What is checked under every application: membership (M), delivery and monitors (D), the registry
// (R), processes and calls (P), honesty and what a node sees (H), and the run as a whole (X).
#pragma once

#include <array>

#include "noex/sim/check/property.h"

namespace noex::sim {

namespace property {

inline constexpr Property m1{
    "M1",
    "a node down for good is down in every view of the nodes that run, within the "
    "detection bound"};
inline constexpr Property m2{
    "M2",
    "with no fault since the start nobody is ever suspected; later nobody is taken for "
    "dead who runs and has been within reach for long"};
inline constexpr Property m3{
    "M3",
    "only a node itself raises its version; alive beats suspect and dead only with a "
    "higher one, and nothing beats left"};
inline constexpr Property m4{
    "M4",
    "a node that started again is up in all views within the bound, and nothing of its "
    "earlier boot is heard any more"};
inline constexpr Property m5{
    "M5",
    "after the quiet phase all views equal the truth, and everyone who should be is "
    "linked"};
inline constexpr Property m6{
    "M6",
    "while one way between two is cut, and a third node reaches both, neither goes and "
    "comes more than once for the other",
    3};
inline constexpr Property m8{
    "M8",
    "per observer and node: node_up and node_down alternate, the first is node_up, one "
    "boot is up at a time; restarted only if the old one was up"};
inline constexpr Property m9{
    "M9",
    "who left is told as graceful_shutdown by everybody whom somebody could have told "
    "that it left, and nobody else is"};
inline constexpr Property d1{
    "D1",
    "what one process sends another over one link comes in order, without gaps and once; "
    "over new links nothing comes again, or after what was sent later"};
inline constexpr Property d2{
    "D2",
    "a monitor gives one Down if its target has ended or is lost, never two, none for "
    "nothing, and none once it was taken back"};
inline constexpr Property d3{
    "D3",
    "the loss of a link ends the calls that went over it, at once, and gives Down within "
    "the detection bound, before any later message of that peer"};
inline constexpr Property d4{
    "D4", "no process outlives the abnormal end of one that it is linked to, or its loss"};
inline constexpr Property r1{
    "R1", "at every event lookup gives the winner of the entries of owners that are up"};
inline constexpr Property r2{
    "R2", "after the quiet phase all views of names and groups equal the owners' own"};
inline constexpr Property r3{
    "R3", "after a heal exactly one contender holds the name, and all nodes agree which one"};
inline constexpr Property r4{"R4",
                             "each loser of a name is told exactly once; the best entry never is"};
inline constexpr Property r5{
    "R5", "after the quiet phase every entry is a live process of a live member"};
inline constexpr Property r6{
    "R6",
    "an acknowledged registration is visible at a majority of its arbiters, and at all "
    "who could answer in time, and stays so"};
inline constexpr Property r7{"R7", "a registration or search ends by its deadline"};
inline constexpr Property r8{
    "R8",
    "of concurrent claims of a free name in a whole cluster exactly one is acknowledged; "
    "who reaches a majority gets the name or a refusal"};
inline constexpr Property r9{"R9",
                             "who is refused a name is told of a holder that has an entry of it"};
inline constexpr Property p1{"P1", "a call's handler runs at most once"};
inline constexpr Property p2{
    "P2",
    "a call runs at the process that it was sent to, of that boot, and nowhere else; "
    "what it ends with says truly whether it ran"};
inline constexpr Property p3{"P3", "a call ends exactly once, and a late reply reaches nobody"};
inline constexpr Property p4{"P4", "a call ends by its deadline, and its receiver knows it"};
inline constexpr Property p5{
    "P5",
    "after the quiet phase no process lives that its spawner was not told of or has not "
    "confirmed, and none is taken back of which he was told"};
inline constexpr Property h1{
    "H1",
    "no node calls an honest peer malformed, takes it for another, refuses it or ends "
    "its link for a reason that the peer did not give"};
inline constexpr Property h2{
    "H2",
    "when a node's end is told, no link to it stands or opens; its names are shown when "
    "it is told up, and not when it is told down; whose end is told is shown under no "
    "name any more"};
inline constexpr Property x1{"X1", "the same scenario and seed give the same fingerprint"};
inline constexpr Property x3{
    "X3",
    "after the quiet phase no promise and no request is left in any registry; after "
    "leaving, nothing at all is left"};

}  // namespace property

inline constexpr auto runtime_properties = [] {
  using namespace property;
  return std::array{m1, m2, m3, m4, m5, m6, m8, m9, d1, d2, d3, d4, r1, r2, r3,
                    r4, r5, r6, r7, r8, r9, p1, p2, p3, p4, p5, h1, h2, x1, x3};
}();

}  // namespace noex::sim
