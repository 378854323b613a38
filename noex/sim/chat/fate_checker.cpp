#include "noex/sim/chat/fate_checker.h"

#include <algorithm>

#include <fmt/format.h>

#include "noex/sim/chat/chat_properties.h"

namespace noex::sim {

FateChecker::Post* FateChecker::pending(std::uint64_t session) {
  const auto found = pending_.find(session);
  return found != pending_.end() ? &posts_[found->second] : nullptr;
}

void FateChecker::violated(const Post& post, std::string_view what) {
  tally_.violated(property::c9, truth_.now(),
                  fmt::format("\"{}\" of {} {}", post.text, post.user, what));
}

void FateChecker::on_post_sent(std::uint64_t session, const std::string& user, const Ref& room,
                               const Ref& member, std::string_view text) {
  Post post;
  post.session = session;
  post.user = user;
  post.room = room;
  post.member = member;
  post.text = text;
  pending_[session] = posts_.size();
  of_member_[member].push_back(posts_.size());
  posts_.push_back(std::move(post));
}

// What was refused before it was sent has no post; it can be of no message of a room either.
void FateChecker::on_line_shown(std::uint64_t session, std::string_view line) {
  const bool perhaps = line.starts_with("Perhaps not delivered (");
  if (!perhaps && !line.starts_with("Not delivered (")) return;
  Post* post = pending(session);
  if (post == nullptr || !line.ends_with(": " + post->text)) return;
  post->told = perhaps ? Told::perhaps : Told::lost;
  const bool denied = perhaps ? post->came_back : post->shown;
  if (!denied || give_to_twin(*post)) return;
  violated(*post, perhaps ? "came back to him before he was told perhaps"
                          : "was shown, and he is told that it is lost");
}

// What the room took may have been an earlier message with the same words, of which its author was
// told perhaps: then it was that one, and not `post`.
bool FateChecker::give_to_twin(Post& post) {
  for (const std::size_t index : of_member_[post.member]) {
    Post& twin = posts_[index];
    if (&twin == &post || twin.text != post.text) continue;
    if (twin.told != Told::perhaps || twin.number != 0) continue;
    twin.number = std::exchange(post.number, 0);
    twin.shown = std::exchange(post.shown, false);
    post.came_back = false;
    of_message_[{post.room, twin.number}] = index;
    return true;
  }
  return false;
}

void FateChecker::on_post_ended(std::uint64_t session, ErrorCode code) {
  Post* post = pending(session);
  if (post == nullptr) return;
  pending_.erase(session);
  post->ended = true;
  tally_.checked(property::c9);
  const bool open = may_have_run(code) && code != ErrorCode::ok && code != ErrorCode::rejected;
  if (post->told == Told::perhaps && !open) {
    violated(*post,
             fmt::format("is told as perhaps lost, which it is for certain ({})", describe(code)));
  }
}

// Of two equal texts it is taken for the one under way, until that proves wrong.
void FateChecker::on_accepted(const Ref& room, const chat::Message& message, const Ref& member) {
  const auto found = of_member_.find(member);
  if (found == of_member_.end()) return;
  const auto& sent = found->second;
  const auto fits = [&](std::size_t index) {
    const Post& post = posts_[index];
    return post.number == 0 && post.text == message.text && post.told != Told::nothing;
  };
  const auto under_way = std::ranges::find_if(sent, [&](std::size_t index) {
    return !posts_[index].ended && posts_[index].text == message.text;
  });
  const auto at = under_way != sent.end() ? under_way : std::ranges::find_if(sent, fits);
  if (at == sent.end()) return;
  posts_[*at].number = message.number;
  of_message_[{room, message.number}] = *at;
}

void FateChecker::on_shown(std::uint64_t session, const Ref& room, std::uint64_t number) {
  const auto found = of_message_.find({room, number});
  if (found == of_message_.end()) return;
  Post& post = posts_[found->second];
  if (!post.ended && post.session == session) post.came_back = true;
  if (std::exchange(post.shown, true) || post.told != Told::lost) return;
  if (!give_to_twin(post)) violated(post, "was told as not delivered, and is shown");
}

void FateChecker::on_node_ended(const Incarnation& node) {
  for (Post& post : posts_) {
    if (post.member.lives_on(node) && !post.ended) post.excused = true;
  }
  std::erase_if(pending_, [this](const auto& item) { return posts_[item.second].excused; });
}

// That everybody who stays is shown what the room took is C3.
void FateChecker::at_end() {
  for (const Post& post : posts_) {
    if (post.excused || post.told != Told::nothing) continue;
    tally_.checked(property::c9);
    if (post.number == 0) violated(post, "was taken by no room, and he was told nothing");
  }
}

}  // namespace noex::sim
