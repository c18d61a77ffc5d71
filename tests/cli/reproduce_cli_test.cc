// `reproduce` as a user runs it: what it writes, goes on with, and refuses.

#include <csignal>
#include <map>
#include <thread>

#include "tests/cli/cli_fixture.h"

namespace coralline {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class ReproduceCli : public Cli {
 protected:
  std::string Read(const std::string& name) const {
    std::stringstream text;
    text << std::ifstream(folder_ / name).rdbuf();
    return text.str();
  }

  // Contents by name; those that differ by nature are left out.
  std::map<std::string, std::string> FilesOf(const std::string& name) const {
    std::map<std::string, std::string> files;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(folder_ / name)) {
      if (!entry.is_regular_file()) continue;
      const auto path = entry.path().lexically_relative(folder_ / name);
      files[path.string()] = Read(name + '/' + path.string());
    }
    return files;
  }

  bool Exists(const std::string& name) const {
    return std::filesystem::exists(folder_ / name);
  }
};

constexpr const char* kFew = "--fc-widths 100,2620 --conv-widths 682";

TEST_F(ReproduceCli, PaperMdIsItsMarkdownAndHasItsPictures) {
  const Result page = Run("reproduce --only simulated --markdown");
  EXPECT_EQ(page.status, 0) << page.output;
  ExpectFile("docs/paper.md", page.stdout_only);
  const Result all = Run("reproduce --only simulated --out all");
  EXPECT_EQ(all.status, 0) << all.output;
  for (const std::string name : {"fc-one-tpu-time", "conv-one-tpu-time",
                                 "fc-3-tpus-speedup", "conv-4-tpus-speedup"}) {
    EXPECT_THAT(page.output, HasSubstr("(pictures/" + name + ".svg)"));
    ExpectFile("docs/pictures/" + name + ".svg",
               Read("all/figures/" + name + ".svg"));
  }
}

TEST_F(ReproduceCli, SimulatedFilesAreTheSameToTheByte) {
  const std::string command =
      std::string("reproduce --only simulated ") + kFew + " --out ";
  const Result first = Run(command + "a");
  EXPECT_EQ(first.status, 0) << first.output;
  EXPECT_THAT(first.stdout_only,
              AllOf(HasSubstr("FC, memory-balanced cut, batch 50"),
                    HasSubstr("47.30x"), HasSubstr("report.html")));
  EXPECT_THAT(first.output, HasSubstr("simulated/fc-whole-1-tpu.csv"));
  Run(command + "b");
  const auto files = FilesOf("a");
  EXPECT_EQ(files, FilesOf("b"));
  EXPECT_THAT(files.at("simulated/fc-balanced-batch50-3-tpus.csv"),
              HasSubstr(",2620,3,50,balanced,python,2-1-2,"));
  EXPECT_THAT(files.at("results.json"), HasSubstr("\"published\": 47.3"));
  EXPECT_TRUE(files.contains("figures/fc-3-tpus-speedup.svg"));
  EXPECT_TRUE(files.contains("report.html"));
}

TEST_F(ReproduceCli, MakesOnlyWhatIsMissing) {
  const std::string command =
      "reproduce --only emulated --fc-widths 100 --seconds 0.01 --out r";
  EXPECT_EQ(Run(command).status, 0);
  // What is there is taken as it is.
  Write("r/emulated/fc-whole-1-tpu.csv",
        Read("r/emulated/fc-whole-1-tpu.csv") +
            "fc-whole,fc,777,1,1,whole,5,1,1,1,1,1,1\n");
  std::filesystem::remove(folder_ / "r/emulated/fc-default-batch1-2-tpus.csv");
  const Result again = Run(command + " --json");
  EXPECT_EQ(again.status, 0) << again.output;
  EXPECT_THAT(again.stdout_only, AllOf(HasSubstr("\"width\": 777"),
                                       HasSubstr("\"simulated_ms\": "),
                                       Not(HasSubstr("\"measured\""))));
  EXPECT_THAT(again.output,
              AllOf(HasSubstr("emulated/fc-default-batch1-2-tpus.csv\n"),
                    Not(HasSubstr("emulated/fc-default-batch1-3-tpus.csv"))));
}

TEST_F(ReproduceCli, AnInterruptKeepsWhatIsFinished) {
  const std::string options = " --fc-widths 2620 --seconds 30 --out r";
  const pid_t child = Start("reproduce --only simulated,emulated" + options);
  int status = 0;
  while (!Exists("r/simulated/fc-optimal-batch50-4-tpus.csv")) {
    ASSERT_EQ(waitpid(child, &status, WNOHANG), 0);
    std::this_thread::yield();
  }
  kill(child, SIGINT);
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 130);
  EXPECT_THAT(Read("output.txt"), HasSubstr("the same command goes on"));
  EXPECT_FALSE(Exists("r/emulated/fc-optimal-batch50-4-tpus.csv"));
  EXPECT_FALSE(Exists("r/report.html"));
  const Result rest = Run("reproduce --only simulated" + options);
  EXPECT_EQ(rest.status, 0) << rest.output;
  EXPECT_THAT(rest.output, Not(HasSubstr("part ")));
  EXPECT_TRUE(Exists("r/report.html"));
}

TEST_F(ReproduceCli, RefusesAFolderOfSomethingElse) {
  Write("file", "");
  const Result unwritable = Run("reproduce --out file/r");
  EXPECT_EQ(unwritable.status, 1);
  EXPECT_THAT(unwritable.output,
              AllOf(HasSubstr("coralline: file/r"), Not(HasSubstr("part 1"))));
  std::filesystem::create_directories(folder_ / "mine");
  Write("mine/notes.txt", "notes");
  const Result other = Run("reproduce --out mine --fresh");
  EXPECT_EQ(other.status, 2);
  EXPECT_THAT(other.output, HasSubstr("this is no folder of a reproduction"));
  EXPECT_TRUE(Exists("mine/notes.txt"));
}

TEST_F(ReproduceCli, RefusesAReproductionOfOtherWidths) {
  const std::string command = "reproduce --only simulated --out r --fc-widths ";
  EXPECT_EQ(Run(command + "100").status, 0);
  const Result other = Run(command + "140");
  EXPECT_EQ(other.status, 2);
  EXPECT_THAT(other.output, AllOf(HasSubstr("fc_widths is 100 there and 140"),
                                  HasSubstr("--fresh")));
  EXPECT_EQ(Run(command + "140 --fresh").status, 0);
  EXPECT_THAT(Read("r/simulated/fc-whole-1-tpu.csv"), HasSubstr(",140,"));
}

TEST_F(ReproduceCli, SaysWhyTheCpuIsNotMeasured) {
  const Result result = Run("reproduce --only measured --fc-widths 100 --out r",
                            "CORALLINE_TFLITE=nowhere.so");
  EXPECT_EQ(result.status, 0) << result.output;
  EXPECT_THAT(result.stdout_only, HasSubstr("The CPU was not measured: "));
  EXPECT_THAT(Read("r/results.json"), HasSubstr("\"why_not\""));
}

TEST_F(ReproduceCli, MarkdownIsOfSimulatedFiguresAlone) {
  const Result result = Run("reproduce --markdown");
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.output, HasSubstr("add --only simulated"));
  EXPECT_FALSE(Exists("coralline-reproduction"));
}

}  // namespace
}  // namespace coralline
