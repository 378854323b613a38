// Certificates for tests: made anew in every test, in memory, and valid when the test says.
#pragma once

#include <memory>
#include <string>

#include "noex/transport/base/time.h"
#include "noex/transport/tls/tls_network.h"

namespace noex::tests {

class Authority {
 public:
  explicit Authority(WallTime now);
  ~Authority();
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;

  struct Validity {
    WallTime from;
    WallTime until;  // max(): the last second that a certificate can name, in the year 9999
  };
  // names: as OpenSSL spells them: "DNS:node1, URI:noex:node1@10.0.0.1:4369, IP:10.0.0.1".
  TlsIdentity issue(const std::string& names, Validity validity) const;
  // The same, valid for a year around `now`.
  TlsIdentity issue(const std::string& names, WallTime now) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace noex::tests
