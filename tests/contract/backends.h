// The implementations that the contract suite runs against.
#pragma once

#include <gtest/gtest.h>

#include "tests/contract/asio_backend.h"
#include "tests/contract/sim_backend.h"
#include "tests/contract/tls_backend.h"

namespace noex {

using Backends = ::testing::Types<AsioBackend, SimBackend, AsioTlsBackend, SimTlsBackend,
                                  SimCertificatesBackend>;

}  // namespace noex
