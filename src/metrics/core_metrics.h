/// CoreMetrics: what one core counts. The names, kinds and meanings stand in metrics.def;
/// docs/metrics.md is made from it.
///
/// Thread: written by its core only; read by any (relaxed atomics, so a scrape may be a moment
/// behind). Each CoreMetrics has cache lines of its own.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <span>
#include <string>

#include "base/clock.h"

namespace gp::metrics {

class Counter {
 public:
  void add(std::uint64_t count = 1) {
    // One writer: a plain add would do, but readers on other threads need an atomic store.
    value_.store(value_.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
  }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

class Gauge {
 public:
  void set(double value) { value_.store(value, std::memory_order_relaxed); }
  void add(double difference) { set(value() + difference); }
  double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

/// Durations, in buckets that double from 100 µs to 52 s.
class DurationHistogram {
 public:
  static constexpr std::size_t kBuckets = 20;
  void observe(Duration duration);
  std::uint64_t bucket(std::size_t index) const {
    return buckets_[index].value();
  }  ///< not cumulative; the last is +Inf
  std::uint64_t count() const { return count_.value(); }
  double sum_seconds() const { return sum_.value(); }
  static double upper_bound_seconds(std::size_t index);

 private:
  std::array<Counter, kBuckets + 1> buckets_;
  Counter count_;
  Gauge sum_;
};

struct alignas(128) CoreMetrics {
  static constexpr std::size_t kCodesMax = 64;
  static constexpr std::size_t kCloseReasonsMax = 48;

#define GP_METRIC_COUNTER(field, name, help) Counter field;
#define GP_METRIC_GAUGE(field, name, help) Gauge field;
#define GP_METRIC_DURATION(field, name, help) DurationHistogram field;
#define GP_METRIC_BY_CODE(field, name, help) std::array<Counter, kCodesMax> field;
#define GP_METRIC_BY_REASON(field, name, help) std::array<Counter, kCloseReasonsMax> field;
#include "metrics/metrics.def"
#undef GP_METRIC_COUNTER
#undef GP_METRIC_GAUGE
#undef GP_METRIC_DURATION
#undef GP_METRIC_BY_CODE
#undef GP_METRIC_BY_REASON
};

/// What the i-th counter of a row is for: its label.
struct CounterNames {
  std::span<const std::string_view> codes;
  std::span<const std::string_view> close_reasons;
};

/// Everything of all cores as Prometheus text (version 0.0.4), with a `core` label.
std::string to_prometheus_text(std::span<const CoreMetrics* const> cores,
                               const CounterNames& names);

}  // namespace gp::metrics
