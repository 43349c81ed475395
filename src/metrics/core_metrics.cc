#include "metrics/core_metrics.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <vector>

#include "base/assert.h"

namespace gp::metrics {
namespace {

constexpr Duration kFirstBound = std::chrono::microseconds(100);

using Labels = std::vector<prometheus::ClientMetric::Label>;

Labels core_label(std::size_t core) { return {{"core", std::to_string(core)}}; }

prometheus::ClientMetric& add_metric(prometheus::MetricFamily& family, Labels labels) {
  auto& metric = family.metric.emplace_back();
  metric.label = std::move(labels);
  return metric;
}

prometheus::MetricFamily family_of(const char* name, const char* help,
                                   prometheus::MetricType type) {
  prometheus::MetricFamily family;
  family.name = name;
  family.help = help;
  family.type = type;
  return family;
}

void fill(prometheus::ClientMetric& metric, const DurationHistogram& histogram) {
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i <= DurationHistogram::kBuckets; ++i) {
    cumulative += histogram.bucket(i);
    prometheus::ClientMetric::Bucket bucket;
    bucket.cumulative_count = cumulative;
    bucket.upper_bound = DurationHistogram::upper_bound_seconds(i);
    metric.histogram.bucket.push_back(bucket);
  }
  metric.histogram.sample_count = histogram.count();
  metric.histogram.sample_sum = histogram.sum_seconds();
}

/// One sample for each counter of the row that is not 0.
void add_row(prometheus::MetricFamily& family, std::span<const Counter> row, const char* label,
             std::span<const std::string_view> names, std::size_t core) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (row[i].value() == 0) continue;
    Labels labels = core_label(core);
    labels.push_back({label, std::string(names[i])});
    add_metric(family, std::move(labels)).counter.value = static_cast<double>(row[i].value());
  }
}

}  // namespace

void DurationHistogram::observe(Duration duration) {
  duration = std::max(duration, Duration::zero());
  // A bound belongs to its bucket (`le`).
  const auto ratio = duration > Duration::zero() ? (duration - Duration(1)) / kFirstBound : 0;
  const auto index = static_cast<std::size_t>(std::bit_width(static_cast<std::uint64_t>(ratio)));
  buckets_[std::min(index, kBuckets)].add();
  count_.add();
  sum_.add(std::chrono::duration<double>(duration).count());
}

double DurationHistogram::upper_bound_seconds(std::size_t index) {
  if (index >= kBuckets) return std::numeric_limits<double>::infinity();
  return std::chrono::duration<double>(kFirstBound).count() *
         static_cast<double>(std::uint64_t{1} << index);
}

std::string to_prometheus_text(std::span<const CoreMetrics* const> cores,
                               const CounterNames& names) {
  GP_ASSERT(names.codes.size() <= CoreMetrics::kCodesMax, "more codes than CoreMetrics::kCodesMax");
  GP_ASSERT(names.close_reasons.size() <= CoreMetrics::kCloseReasonsMax,
            "more reasons than CoreMetrics::kCloseReasonsMax");
  std::vector<prometheus::MetricFamily> families;
  const auto each_core = [&](const char* name, const char* help, prometheus::MetricType type,
                             auto&& fill_one) {
    auto family = family_of(name, help, type);
    for (std::size_t core = 0; core < cores.size(); ++core) fill_one(family, *cores[core], core);
    if (!family.metric.empty()) families.push_back(std::move(family));
  };
#define GP_METRIC_COUNTER(field, name, help)                           \
  each_core(name, help, prometheus::MetricType::Counter,               \
            [](auto& family, const CoreMetrics& core, std::size_t i) { \
              add_metric(family, core_label(i)).counter.value =        \
                  static_cast<double>(core.field.value());             \
            });
#define GP_METRIC_GAUGE(field, name, help)                                        \
  each_core(name, help, prometheus::MetricType::Gauge,                            \
            [](auto& family, const CoreMetrics& core, std::size_t i) {            \
              add_metric(family, core_label(i)).gauge.value = core.field.value(); \
            });
#define GP_METRIC_DURATION(field, name, help)                          \
  each_core(name, help, prometheus::MetricType::Histogram,             \
            [](auto& family, const CoreMetrics& core, std::size_t i) { \
              fill(add_metric(family, core_label(i)), core.field);     \
            });
#define GP_METRIC_BY_CODE(field, name, help)                            \
  each_core(name, help, prometheus::MetricType::Counter,                \
            [&](auto& family, const CoreMetrics& core, std::size_t i) { \
              add_row(family, core.field, "code", names.codes, i);      \
            });
#define GP_METRIC_BY_REASON(field, name, help)                               \
  each_core(name, help, prometheus::MetricType::Counter,                     \
            [&](auto& family, const CoreMetrics& core, std::size_t i) {      \
              add_row(family, core.field, "reason", names.close_reasons, i); \
            });
#include "metrics/metrics.def"
#undef GP_METRIC_COUNTER
#undef GP_METRIC_GAUGE
#undef GP_METRIC_DURATION
#undef GP_METRIC_BY_CODE
#undef GP_METRIC_BY_REASON
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace gp::metrics
