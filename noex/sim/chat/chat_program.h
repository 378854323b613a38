// ChatProgram: exactly what a chatnode process holds beside its node, with other surroundings: the
// scenario's lines instead of a terminal, the checkers' observers.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "chat/observer.h"
#include "chat/session.h"
#include "noex/sim/application/application.h"
#include "noex/sim/chat/chat_checker.h"
#include "noex/sim/chat/chat_observer_tee.h"

namespace noex::sim {

// What all nodes of a run share.
struct ChatCommon {
  std::uint64_t sessions = 0;  // so far; numbers them
  std::map<Ref, std::string> rooms;
};

class ChatProgram final : public Program {
 public:
  // All outlive it.
  ChatProgram(ProgramHost& host, ChatCommon& common, ChatChecker& checker);

  void start() override;
  bool open(std::uint32_t user) override;
  bool is_here(std::uint32_t user) const override { return users_[user].here; }
  void operate(std::uint32_t user, const std::string& line) override;
  void leave() override;

 private:
  // Says what processes are for.
  class Roles final : public chat::ChatObserver {
   public:
    Roles(ProgramHost& host, ChatCommon& common) : host_(host), common_(common) {}
    void on_room_created(const Ref& room, const std::string& name) override;
    void on_join_sent(const chat::ChatSession& session, const Ref& room,
                      const Ref& member) override;

   private:
    ProgramHost& host_;
    ChatCommon& common_;
  };

  struct User final : chat::ChatOutput {
    void show(std::string_view line) override { host->show(number, line); }
    void quit() override;

    ProgramHost* host = nullptr;
    std::uint32_t number = 0;
    bool here = false;
    std::unique_ptr<chat::ChatSession> session;
  };

  ProgramHost& host_;
  ChatCommon& common_;
  ChatChecker& checker_;
  Roles roles_;
  ChatObserverTee observer_;
  std::array<User, users_per_node> users_;
  bool leaving_ = false;
};

}  // namespace noex::sim
