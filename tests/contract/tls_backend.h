// Any backend with encryption over both hosts' networks: the same contract holds for it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "noex/transport/base/check.h"
#include "noex/transport/base/random.h"
#include "noex/transport/tls/tls_network.h"
#include "tests/contract/asio_backend.h"
#include "tests/contract/backend.h"
#include "tests/contract/sim_backend.h"
#include "tests/transport/tls_certificates.h"

namespace noex {

enum class TlsProof { secret, certificates };

template <class Inner, TlsProof proof>
class TlsBackend final : public Backend {
 public:
  Loop& loop(int host) override { return inner_.loop(host); }
  Network& network(int host) override { return host == 0 ? *first_ : *second_; }
  std::string host_name(int host) const override { return inner_.host_name(host); }
  void run_until(std::function<bool()> done) override { inner_.run_until(std::move(done)); }
  void run_for(Duration duration) override { inner_.run_for(duration); }
  void spend(Duration duration) override { inner_.spend(duration); }

 private:
  std::unique_ptr<TlsNetwork> make(int host) {
    TlsConfig config;
    if constexpr (proof == TlsProof::secret) {
      config.secrets = {"what both ends know"};
    } else {
      config.identity =
          authority_.issue(host == 0 ? "DNS:first" : "DNS:second", inner_.loop(host).wall_now());
    }
    if constexpr (!std::is_same_v<Inner, AsioBackend>) {
      config.simulated = Random(static_cast<std::uint64_t>(host) + 1);
    }
    auto made =
        TlsNetwork::create(std::move(config), inner_.network(host), inner_.loop(host), log_);
    NOEX_CHECK(made.has_value(), "{}", describe(made.error()));
    return std::move(*made);
  }

  Inner inner_;
  tests::Authority authority_{inner_.loop(0).wall_now()};
  NullLog log_;
  std::unique_ptr<TlsNetwork> first_ = make(0);
  std::unique_ptr<TlsNetwork> second_ = make(1);
};

using SimTlsBackend = TlsBackend<SimBackend, TlsProof::secret>;
using AsioTlsBackend = TlsBackend<AsioBackend, TlsProof::secret>;
using SimCertificatesBackend = TlsBackend<SimBackend, TlsProof::certificates>;

}  // namespace noex
