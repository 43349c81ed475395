#include "config/settings_text.h"

#include <gtest/gtest.h>

#include "config/setting_table.h"

namespace gp::config {
namespace {

LoadedSettings load_file(std::string text) { return load({.file_text = std::move(text)}).value(); }

TEST(SampleFile, LoadsAndEqualsTheDefaults) {
  const auto loaded = load_file(sample_file());
  EXPECT_EQ(loaded.settings(), default_settings());
  for (const SettingInfo& info : all_settings())
    EXPECT_TRUE(loaded.source(info.key).starts_with("file goldenpath.toml:"))
        << info.key << " is not in the sample file";
}

TEST(SampleFile, ExplainsEverySetting) {
  const std::string sample = sample_file();
  for (const SettingInfo& info : all_settings()) {
    const std::string first_words(
        info.doc.substr(0, std::min<std::size_t>(info.doc.find(' ', 20), 60)));
    EXPECT_NE(sample.find("# " + first_words), std::string::npos) << info.key;
  }
  EXPECT_NE(sample.find("\n[server]\n"), std::string::npos);
}

TEST(SampleFile, KeepsToItsColumns) {
  const std::string sample = sample_file();
  for (std::size_t start = 0; start < sample.size();) {
    const std::size_t end = sample.find('\n', start);
    EXPECT_LE(end - start, 110U) << sample.substr(start, end - start);
    start = end + 1;
  }
}

TEST(Describe, ShowsEachValueWithItsSource) {
  const auto loaded =
      load({.file_text = "[server]\ncores = 2\n[auth]\njwt_secret_file = \"/run/secret\"\n",
            .environment = {{"GOLDENPATH_STORE_COMMIT_BYTES", "64KiB"}},
            .flags = {{"server.listen", "0.0.0.0:80", "--listen"},
                      {"agent", "gpt=openai:http://127.0.0.1:1/v1#m", "--agent"}}})
          .value();
  const std::string text = describe(loaded);
  for (const std::string_view line :
       {"server.listen = \"0.0.0.0:80\"   # flag --listen\n",
        "server.cores = 2   # file goldenpath.toml:2\n",
        "auth.jwt_secret_file = \"/run/secret\"   # file goldenpath.toml:4\n",
        "store.commit_bytes = \"64KiB\"   # environment GOLDENPATH_STORE_COMMIT_BYTES\n",
        "runs.idle_timeout = \"2m\"   # default\n",
        "[[agent]]   # flag --agent\nname = \"gpt\"\nkind = \"openai\"\nurl = "
        "\"http://127.0.0.1:1/v1\"\n"
        "model = \"m\"\n"})
    EXPECT_NE(text.find(line), std::string::npos) << line << "\nin\n" << text;
}

TEST(Describe, LoadsToTheSameSettings) {
  const auto loaded = load_file(
      "[server]\nweb_dir = \"a \\\"b\\\" \\\\ \xc3\xb6\"\nallowed_origins = "
      "[\"https://a.example\", "
      "\"https://b.example:1\"]\nlisten = \"[::1]:1\"\n[runs]\ntimeout = \"1500ms\"\n"
      "[[agent]]\nname = \"g\"\nkind = \"openai\"\nurl = \"http://x\"\nmodel = \"\\\"m\"\n");
  EXPECT_EQ(load_file(describe(loaded)).settings(), loaded.settings());
}

TEST(SettingsMarkdown, HasARowForEverySetting) {
  const std::string page = settings_markdown();
  for (const SettingInfo& info : all_settings())
    EXPECT_NE(page.find("| `" + std::string(info.key) + "` | " + std::string(info.kind)),
              std::string::npos)
        << info.key;
  for (const SectionInfo& section : all_sections())
    EXPECT_NE(page.find("\n## " + std::string(section.name) + "\n"), std::string::npos);
  EXPECT_NE(page.find("| `log.level` | choice | `\"info\"` |"), std::string::npos);
}

TEST(SettingTable, HasNoColumnBreakInItsTexts) {
  for (const SettingInfo& info : all_settings()) {
    EXPECT_EQ(info.doc.find('|'), std::string_view::npos) << info.key;
    EXPECT_TRUE(info.doc.ends_with('.')) << info.key;
    EXPECT_EQ(find_setting(info.key), &info);
  }
}

}  // namespace
}  // namespace gp::config
