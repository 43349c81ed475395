#include "gateway/content_coding.h"

#include <gtest/gtest.h>

namespace gp::gateway {
namespace {

struct Row {
  const char* header;
  int identity;
  int gzip;
  int brotli;
};

TEST(ContentCoding, ReadsQualities) {
  const Row rows[] = {
      {"", 1, 0, 0},
      {"gzip, deflate, br, zstd", 1, 1000, 1000},
      {"gzip;q=1.0, br;q=0.5", 1, 1000, 500},
      {"GZIP ; q=0.001 , Br;Q=0", 1, 1, 0},
      {"x-gzip", 1, 1000, 0},
      {"*", 1, 1000, 1000},
      {"*;q=0", 0, 0, 0},
      {"*;q=0, br", 0, 0, 1000},
      {"identity;q=0, gzip;q=0.2", 0, 200, 0},
      {"identity, gzip;q=0.5", 1000, 500, 0},
      {"br;q=1.001", 1, 0, 0},
      {"br;q=2, gzip;q=-1", 1, 0, 0},
      {"br;q=0.1234, gzip;q=.5", 1, 0, 0},
      {"br;level=3", 1, 0, 0},
      {"brotli, gzipped", 1, 0, 0},
      {",,gzip,,", 1, 1000, 0},
      {"gzip;q=0, gzip;q=1", 1, 0, 0},
  };
  for (const Row& row : rows) {
    const net::HttpHeaders headers{{"accept-encoding", row.header}};
    EXPECT_EQ(quality(headers, ContentCoding::kIdentity), row.identity) << row.header;
    EXPECT_EQ(quality(headers, ContentCoding::kGzip), row.gzip) << row.header;
    EXPECT_EQ(quality(headers, ContentCoding::kBrotli), row.brotli) << row.header;
  }
  EXPECT_EQ(quality({}, ContentCoding::kGzip), 0);
}

}  // namespace
}  // namespace gp::gateway
