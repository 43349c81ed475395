#include "metrics/core_metrics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <vector>

namespace gp::metrics {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::nanoseconds;

std::size_t bucket_of(Duration duration) {
  DurationHistogram histogram;
  histogram.observe(duration);
  for (std::size_t i = 0; i <= DurationHistogram::kBuckets; ++i) {
    if (histogram.bucket(i) == 1) return i;
  }
  return ~std::size_t{0};
}

// `le` means less or equal: a duration of exactly the bound was counted one bucket too high.
TEST(DurationHistogram, CountsABoundInItsOwnBucket) {
  for (std::size_t i = 0; i < DurationHistogram::kBuckets; ++i) {
    const Duration bound = microseconds(100) * (std::int64_t{1} << i);
    EXPECT_DOUBLE_EQ(DurationHistogram::upper_bound_seconds(i),
                     std::chrono::duration<double>(bound).count());
    EXPECT_EQ(bucket_of(bound), i);
    EXPECT_EQ(bucket_of(bound + nanoseconds(1)), i + 1);
    EXPECT_EQ(bucket_of(bound - nanoseconds(1)), i);
  }
}

TEST(DurationHistogram, TakesTheExtremes) {
  EXPECT_EQ(bucket_of(Duration(0)), 0u);
  EXPECT_EQ(bucket_of(Duration(-5)), 0u);
  EXPECT_EQ(bucket_of(hours(1'000)), DurationHistogram::kBuckets);
  EXPECT_EQ(bucket_of(Duration::max()), DurationHistogram::kBuckets);
  EXPECT_EQ(bucket_of(Duration::min()), 0u);
  EXPECT_TRUE(std::isinf(DurationHistogram::upper_bound_seconds(DurationHistogram::kBuckets)));
}

TEST(DurationHistogram, SumsWhatItSaw) {
  DurationHistogram histogram;
  histogram.observe(microseconds(1'500'000));
  histogram.observe(microseconds(500'000));
  histogram.observe(microseconds(-1));
  EXPECT_EQ(histogram.count(), 3u);
  EXPECT_DOUBLE_EQ(histogram.sum_seconds(), 2.0);
}

struct Sample {
  std::string name;
  std::map<std::string, std::string> labels;
  double value;
};

struct Exposition {
  std::map<std::string, std::string> types;
  std::set<std::string> helped;
  std::vector<Sample> samples;

  const Sample* find(const std::string& name,
                     const std::map<std::string, std::string>& labels) const {
    for (const Sample& sample : samples) {
      if (sample.name == name && sample.labels == labels) return &sample;
    }
    return nullptr;
  }
};

/// Reads the text format, version 0.0.4, strictly.
Exposition parse(const std::string& text) {
  static const std::regex kHelp("# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)");
  static const std::regex kType("# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)");
  static const std::regex kSample("([a-zA-Z_:][a-zA-Z0-9_:]*)\\{([^}]*)\\} (\\S+)");
  static const std::regex kLabel("([a-zA-Z_][a-zA-Z0-9_]*)=\"([^\"\\\\]*)\"");
  Exposition found;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (std::regex_match(line, match, kHelp)) {
      EXPECT_TRUE(found.helped.insert(match[1]).second) << line;
    } else if (std::regex_match(line, match, kType)) {
      EXPECT_TRUE(found.types.emplace(match[1], match[2]).second) << line;
    } else if (std::regex_match(line, match, kSample)) {
      Sample sample{match[1], {}, std::stod(match[3])};
      const std::string labels = match[2];
      for (std::sregex_iterator label(labels.begin(), labels.end(), kLabel), end; label != end;
           ++label)
        sample.labels[(*label)[1]] = (*label)[2];
      found.samples.push_back(std::move(sample));
    } else {
      ADD_FAILURE() << "not the text format: " << line;
    }
  }
  EXPECT_TRUE(text.ends_with('\n'));
  return found;
}

constexpr std::string_view kCodes[] = {"first_code", "second_code"};
constexpr std::string_view kReasons[] = {"first_reason", "second_reason"};
constexpr CounterNames kNames{kCodes, kReasons};

TEST(PrometheusText, HasHelpAndTypeForEverySample) {
  const auto core = std::make_unique<CoreMetrics>();
  core->closes_by_code[1].add();
  const CoreMetrics* const cores[] = {core.get()};
  const Exposition text = parse(to_prometheus_text(cores, kNames));
  EXPECT_GT(text.samples.size(), 20u);
  for (const Sample& sample : text.samples) {
    std::string family = sample.name;
    for (const std::string_view ending : {"_bucket", "_sum", "_count"}) {
      if (!text.types.contains(family) && family.ends_with(ending))
        family.resize(family.size() - ending.size());
    }
    EXPECT_TRUE(text.types.contains(family)) << sample.name;
    EXPECT_TRUE(text.helped.contains(family)) << sample.name;
    EXPECT_TRUE(family.starts_with("goldenpath_")) << family;
  }
  for (const auto& [family, type] : text.types)
    EXPECT_EQ(family.ends_with("_total"), type == "counter") << family;
}

TEST(PrometheusText, LabelsEachCore) {
  const auto first = std::make_unique<CoreMetrics>();
  const auto second = std::make_unique<CoreMetrics>();
  first->http_requests.add(3);
  second->http_requests.add(4);
  second->connections_open.set(2.5);
  const CoreMetrics* const cores[] = {first.get(), second.get()};
  const Exposition text = parse(to_prometheus_text(cores, kNames));
  const std::string requests = "goldenpath_net_http_requests_total";
  ASSERT_NE(text.find(requests, {{"core", "0"}}), nullptr);
  EXPECT_EQ(text.find(requests, {{"core", "0"}})->value, 3);
  EXPECT_EQ(text.find(requests, {{"core", "1"}})->value, 4);
  EXPECT_EQ(text.find("goldenpath_net_connections", {{"core", "1"}})->value, 2.5);
}

TEST(PrometheusText, NamesOnlyCodesAndReasonsThatHappened) {
  const auto core = std::make_unique<CoreMetrics>();
  core->closes_by_code[1].add(2);
  core->closes_by_reason[0].add(3);
  const CoreMetrics* const cores[] = {core.get()};
  const Exposition text = parse(to_prometheus_text(cores, kNames));
  const std::string closes = "goldenpath_chat_closes_total";
  ASSERT_NE(text.find(closes, {{"core", "0"}, {"code", "second_code"}}), nullptr);
  EXPECT_EQ(text.find(closes, {{"core", "0"}, {"code", "second_code"}})->value, 2);
  EXPECT_EQ(text.find(closes, {{"core", "0"}, {"code", "first_code"}}), nullptr);
  const std::string sockets = "goldenpath_net_closes_total";
  ASSERT_NE(text.find(sockets, {{"core", "0"}, {"reason", "first_reason"}}), nullptr);
  EXPECT_EQ(text.find(sockets, {{"core", "0"}, {"reason", "first_reason"}})->value, 3);
  EXPECT_EQ(text.find(sockets, {{"core", "0"}, {"reason", "second_reason"}}), nullptr);
}

TEST(PrometheusText, WritesCumulativeBuckets) {
  const auto core = std::make_unique<CoreMetrics>();
  for (int i = 0; i < 3; ++i) core->log_commit_seconds.observe(microseconds(100));
  core->log_commit_seconds.observe(microseconds(300));
  core->log_commit_seconds.observe(hours(1));
  const CoreMetrics* const cores[] = {core.get()};
  const Exposition text = parse(to_prometheus_text(cores, kNames));
  double last = 0;
  std::size_t buckets = 0;
  for (const Sample& sample : text.samples) {
    if (sample.name != "goldenpath_log_commit_seconds_bucket") continue;
    ++buckets;
    EXPECT_GE(sample.value, last);
    last = sample.value;
    const double bound = std::stod(sample.labels.at("le"));
    if (std::abs(bound - 1e-4) < 1e-9 || std::abs(bound - 2e-4) < 1e-9) {
      EXPECT_EQ(sample.value, 3) << bound;
    }
    if (std::abs(bound - 4e-4) < 1e-9) {
      EXPECT_EQ(sample.value, 4);
    }
  }
  EXPECT_EQ(buckets, DurationHistogram::kBuckets + 1);
  EXPECT_EQ(last, 5);
  EXPECT_EQ(text.find("goldenpath_log_commit_seconds_count", {{"core", "0"}})->value, 5);
  EXPECT_NEAR(text.find("goldenpath_log_commit_seconds_sum", {{"core", "0"}})->value, 3600.0006,
              1e-6);
}

}  // namespace
}  // namespace gp::metrics
