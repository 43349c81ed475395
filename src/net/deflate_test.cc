#include "net/deflate.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "base/random.h"

namespace gp::net {
namespace {

constexpr InflateLimits kRoomy{.bytes_max = 1 << 24};

/// What chat sends: the same words and keys in changing order.
std::string json(std::size_t size, std::uint64_t seed) {
  SeededRandom random(seed);
  std::string text;
  while (text.size() < size) {
    text += "{\"type\":\"token\",\"seq\":" + std::to_string(random.below(100000));
    text += ",\"payload\":{\"delta\":\"word" + std::to_string(random.below(500)) + "\"}}\n";
  }
  text.resize(size);
  return text;
}

std::string noise(std::size_t size, std::uint64_t seed) {
  SeededRandom random(seed);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random.below(256));
  return bytes;
}

std::string deflated(std::string_view plain, std::uint8_t window_bits = kWindowBitsMax) {
  std::string out;
  MessageDeflater(window_bits).deflate(plain, ContextTakeover::kNo, out);
  return out;
}

struct Inflated {
  std::optional<InflateFault> fault;
  std::string plain;
};

Inflated inflated(std::string_view compressed, InflateLimits limits = kRoomy,
                  TextCheck check = TextCheck::kNone) {
  Inflated result;
  MessageInflater inflater;
  result.fault = inflater.inflate(compressed, ContextTakeover::kNo, check, limits, result.plain);
  return result;
}

TEST(Deflate, TakesTheMessagesOfTheRfc) {
  // RFC 7692 section 7.2.3, each of which says "Hello".
  for (const std::string_view compressed :
       {std::string_view("\xf2\x48\xcd\xc9\xc9\x07\x00", 7),                              // 7.2.3.1
        std::string_view("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00", 11),             // 7.2.3.3
        std::string_view("\xf3\x48\xcd\xc9\xc9\x07\x00\x00", 8),                          // 7.2.3.4
        std::string_view("\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00", 13)}) {  // 7.2.3.5
    const auto result = inflated(compressed);
    EXPECT_FALSE(result.fault) << compressed.size();
    EXPECT_EQ(result.plain, "Hello");
  }
}

TEST(Deflate, TakesASecondMessageThatLooksBackAtTheFirst) {
  MessageInflater inflater;
  std::string first;
  std::string second;
  // Section 7.2.3.2: the second is shorter, because it refers to the first.
  EXPECT_FALSE(inflater.inflate({"\xf2\x48\xcd\xc9\xc9\x07\x00", 7}, ContextTakeover::kYes,
                                TextCheck::kUtf8, kRoomy, first));
  EXPECT_FALSE(inflater.inflate({"\xf2\x00\x11\x00\x00", 5}, ContextTakeover::kYes,
                                TextCheck::kUtf8, kRoomy, second));
  EXPECT_EQ(second, "Hello");
  // Without takeover there is nothing to look back at.
  EXPECT_EQ(inflated({"\xf2\x00\x11\x00\x00", 5}).fault, InflateFault::kInvalidData);
}

TEST(Deflate, AnEmptyMessageIsOneByteOrNone) {
  EXPECT_EQ(deflated(""), std::string(1, '\0'));
  for (const std::string_view compressed :
       {std::string_view("\x00", 1), std::string_view(), std::string_view("\x03\x00", 2)}) {
    const auto result = inflated(compressed);
    EXPECT_FALSE(result.fault);
    EXPECT_EQ(result.plain, "");
  }
}

TEST(Deflate, LastBlocksMayComeAnywhereInAMessage) {
  // A final block, then more blocks; and a message that ends with its final block.
  const std::string final_block("\xf3\x48\xcd\xc9\xc9\x07\x00", 7);
  EXPECT_EQ(inflated(final_block + final_block + std::string(1, '\0')).plain, "HelloHello");
  const auto bare = inflated(final_block);
  EXPECT_FALSE(bare.fault);
  EXPECT_EQ(bare.plain, "Hello");
  EXPECT_EQ(inflated(final_block + deflated("world")).plain, "Helloworld");
}

TEST(Deflate, RoundTripsEverySizeAndWindow) {
  for (std::uint8_t bits = kWindowBitsMin; bits <= kWindowBitsMax; ++bits) {
    for (const std::size_t size : {1, 2, 255, 256, 257, 4096, 70'000}) {
      for (const std::string& plain : {json(size, size), noise(size, bits)}) {
        const auto result = inflated(deflated(plain, bits));
        EXPECT_FALSE(result.fault) << int{bits} << ' ' << size;
        EXPECT_EQ(result.plain, plain);
      }
    }
  }
}

/// Whether a decoder that remembers exactly 2^bits bytes can follow. Output is taken byte by byte,
/// so that zlib can look nothing up but its window.
bool fits_window(std::string_view compressed, std::uint8_t bits, std::string_view plain) {
  z_stream stream{};
  if (::inflateInit2(&stream, -static_cast<int>(bits)) != Z_OK) return false;
  std::string input(compressed);
  input.append("\x00\x00\xff\xff", 4);
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  std::string out;
  int status = Z_OK;
  while (status == Z_OK) {
    Bytef byte = 0;
    stream.next_out = &byte;
    stream.avail_out = 1;
    status = ::inflate(&stream, Z_SYNC_FLUSH);
    if (stream.avail_out == 0) out.push_back(static_cast<char>(byte));
  }
  (void)::inflateEnd(&stream);
  return out == plain;
}

TEST(Deflate, KeepsToTheWindowThatWasAgreedOnEvenEight) {
  // Repeats at every distance up to 600.
  std::string plain = noise(600, 1);
  for (std::size_t i = 0; i < 20'000; ++i) plain.push_back(plain[plain.size() - 200 - i % 400]);
  for (std::uint8_t bits = kWindowBitsMin; bits <= kWindowBitsMax; ++bits)
    EXPECT_TRUE(fits_window(deflated(plain, bits), bits, plain)) << int{bits};
  EXPECT_FALSE(fits_window(deflated(plain, 15), 8, plain)) << "the check can fail";
}

TEST(Deflate, TakeoverRemembersAcrossMessages) {
  for (const int window : {8, 9, 12, 15}) {
    const auto bits = static_cast<std::uint8_t>(window);
    MessageDeflater deflater(bits);
    MessageInflater inflater(bits);
    std::size_t bytes = 0;
    for (std::uint64_t i = 0; i < 200; ++i) {
      const std::string plain = json(1 + i % 190, i);
      std::string compressed;
      std::string back;
      deflater.deflate(plain, ContextTakeover::kYes, compressed);
      ASSERT_FALSE(
          inflater.inflate(compressed, ContextTakeover::kYes, TextCheck::kUtf8, kRoomy, back));
      ASSERT_EQ(back, plain);
      bytes += compressed.size();
    }
    EXPECT_LT(bytes, 200 * 95 / 2u) << "what was sent before is used";
  }
}

TEST(Deflate, WhatIsCutShortOrBrokenIsRefused) {
  const std::string good = deflated(json(300, 1));
  for (std::size_t size = 1; size < good.size(); ++size)
    EXPECT_EQ(inflated(std::string_view(good).substr(0, size)).fault, InflateFault::kInvalidData)
        << size;
  EXPECT_EQ(inflated("\x07").fault, InflateFault::kInvalidData) << "block type 3";
  EXPECT_EQ(inflated({"\x00\x05\x00\x00\x00", 5}).fault, InflateFault::kInvalidData)
      << "a stored block whose lengths do not agree";
  EXPECT_EQ(inflated({"\x00\x05\x00\xfa\xff\x48", 6}).fault, InflateFault::kInvalidData)
      << "a stored block that is cut";
  EXPECT_EQ(inflated(good + "junk").fault, InflateFault::kInvalidData);
}

TEST(Deflate, ABombEndsAtTheLimitNotAtItsEnd) {
  // 100 MiB of zeros in about 100 KiB.
  std::string bomb;
  MessageDeflater deflater(15);
  const std::string zeros(1 << 20, '\0');
  for (int i = 0; i < 100; ++i) {
    deflater.deflate(zeros, ContextTakeover::kYes, bomb);
    bomb.append("\x00\x00\xff\xff", 4);
  }
  const auto by_size = inflated(bomb, {.bytes_max = 1 << 20});
  EXPECT_EQ(by_size.fault, InflateFault::kTooBig);
  EXPECT_LE(by_size.plain.capacity(), 4u << 20);
  const auto by_ratio = inflated(bomb, {.bytes_max = 1U << 30, .ratio_max = 100});
  EXPECT_EQ(by_ratio.fault, InflateFault::kRatio);
  EXPECT_LE(by_ratio.plain.size(), 100 * bomb.size() + (16u << 10));
}

TEST(Deflate, AMessageOfExactlyTheLimitPasses) {
  const std::string plain(5000, 'a');
  EXPECT_FALSE(inflated(deflated(plain), {.bytes_max = 5000}).fault);
  EXPECT_EQ(inflated(deflated(plain), {.bytes_max = 4999}).fault, InflateFault::kTooBig);
}

TEST(Deflate, SmallMessagesMayHaveAnyRatio) {
  const std::string plain(kRatioFreeBytes, ' ');
  EXPECT_FALSE(inflated(deflated(plain), {.bytes_max = 1 << 22, .ratio_max = 10}).fault);
  EXPECT_EQ(inflated(deflated(plain + ' '), {.bytes_max = 1 << 22, .ratio_max = 10}).fault,
            InflateFault::kRatio);
}

TEST(Deflate, TextIsJudgedAsItComesOut) {
  const std::string text = std::string(100'000, 'a') + "\xff" + std::string(10'000'000, 'b');
  const auto result = inflated(deflated(text), kRoomy, TextCheck::kUtf8);
  EXPECT_EQ(result.fault, InflateFault::kInvalidUtf8);
  EXPECT_LT(result.plain.size(), 120'000u) << "the rest was not inflated";
  EXPECT_EQ(inflated(deflated("ab\xc3"), kRoomy, TextCheck::kUtf8).fault,
            InflateFault::kInvalidUtf8)
      << "a character that the end cuts";
  EXPECT_FALSE(inflated(deflated("ab\xc3"), kRoomy, TextCheck::kNone).fault);
  // A character across two buffers of zlib's output.
  const std::string cut = std::string(16 * 1024 - 1, 'a') + "\xc3\xa4";
  EXPECT_EQ(inflated(deflated(cut), kRoomy, TextCheck::kUtf8).plain, cut);
}

TEST(Deflate, WithoutTakeoverEveryMessageStandsAlone) {
  MessageDeflater deflater(15);
  MessageInflater inflater;
  const std::string plain = json(2000, 5);
  std::string first;
  std::string second;
  deflater.deflate(plain, ContextTakeover::kNo, first);
  deflater.deflate(plain, ContextTakeover::kNo, second);
  EXPECT_EQ(first, second);
  std::string out;
  EXPECT_EQ(inflater.inflate("\x07", ContextTakeover::kNo, TextCheck::kNone, kRoomy, out),
            InflateFault::kInvalidData);
  out.clear();
  EXPECT_FALSE(inflater.inflate(second, ContextTakeover::kNo, TextCheck::kNone, kRoomy, out))
      << "a message after a broken one of another connection";
  EXPECT_EQ(out, plain);
}

}  // namespace
}  // namespace gp::net
