#include "agent/carried_json.h"

#include <gtest/gtest.h>

namespace gp::agent {
namespace {

TEST(CarryJson, KeepsValidValuesAndPutsThemOnOneLine) {
  EXPECT_EQ(carry_json(R"({"a":[1,2.50]})"), R"({"a":[1,2.50]})");
  EXPECT_EQ(carry_json("{\r\n\"a\":\n1}"), "{  \"a\": 1}");
  EXPECT_EQ(carry_json(""), "");
}

TEST(CarryJson, CarriesMalformedTextAsAString) {
  EXPECT_EQ(carry_json(R"({"a":)"), R"("{\"a\":")");
  EXPECT_EQ(carry_json(R"(1],"x":[2)"), R"("1],\"x\":[2")");
  EXPECT_EQ(carry_json("\xFF"), "\"\xEF\xBF\xBD\"");
}

TEST(CarryJson, CarriesTooDeepValuesAsAString) {
  const std::string deep = std::string(49, '[') + std::string(49, ']');
  EXPECT_EQ(carry_json(deep), '"' + deep + '"');
  const std::string fits = std::string(48, '[') + "\"]\\\"[\"" + std::string(48, ']');
  EXPECT_EQ(carry_json(fits), fits);
}

TEST(CarryArguments, AreAnObjectOrAString) {
  EXPECT_EQ(carry_arguments(R"({"q":1})"), R"({"q":1})");
  EXPECT_EQ(carry_arguments(R"("q")"), R"("q")");
  EXPECT_EQ(carry_arguments("[1]"), R"("[1]")");
  EXPECT_EQ(carry_arguments("{"), R"("{")");
}

TEST(CarryObject, DropsWhatIsNone) {
  EXPECT_EQ(carry_object(R"({"n":1})"), R"({"n":1})");
  EXPECT_EQ(carry_object("[1]"), "");
  EXPECT_EQ(carry_object("{"), "");
}

}  // namespace
}  // namespace gp::agent
