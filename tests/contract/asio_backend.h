// The real backend under the contract suite: both hosts are this machine's loopback, on one loop.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include <gtest/gtest.h>

#include "noex/transport/asio/asio_loop.h"
#include "noex/transport/asio/asio_network.h"
#include "tests/contract/backend.h"

namespace noex {

class AsioBackend final : public Backend {
 public:
  Loop& loop(int) override { return loop_; }
  Network& network(int host) override { return host == 0 ? first_ : second_; }
  std::string host_name(int) const override { return "127.0.0.1"; }

  void run_until(std::function<bool()> done) override {
    if (!loop_.run_until(std::move(done), 60s)) ADD_FAILURE() << "took over 60 s";
  }
  void run_for(Duration duration) override {
    loop_.run_until([] { return false; }, duration);
  }
  void spend(Duration duration) override {
    const auto end = std::chrono::steady_clock::now() + duration;
    while (std::chrono::steady_clock::now() < end) continue;
  }

 private:
  AsioLoop loop_;
  AsioNetwork first_{loop_};
  AsioNetwork second_{loop_};
};

}  // namespace noex
