// All of the component testkit but noex/testkit/gtest.h, which needs GoogleTest.
#pragma once

#include "noex/testkit/cluster.h"
#include "noex/testkit/explore.h"
#include "noex/testkit/history.h"
#include "noex/testkit/models.h"
#include "noex/testkit/spec.h"
