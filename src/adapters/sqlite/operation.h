/// Operation: one thing asked of the storage; made on a core, run by the writer, completed on that
/// core.
///
/// Thread: one at a time; ownership moves core → writer (→ reader). What it completes with goes
/// back to the core; the operation itself, which may hold megabytes in thousands of pieces, dies on
/// the thread that did the work. So what it captures, except the asker's callback, must not belong
/// to a core. Invariant: an outcome is set before completion(), which is called exactly once.
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "adapters/sqlite/database.h"
#include "base/unique_function.h"
#include "identity/user_execution_context.h"
#include "runtime/core.h"

namespace gp::sqlite {

class Operation {
 public:
  /// What the writer must know about its order with reads that were put off.
  enum class Kind {
    kOrdinary,
    kReadsLater,  ///< run() only fixes what is to be read; read() does it, on a snapshot taken
                  ///< after the batch
    kForgets,     ///< takes away what reads of log() that were put off earlier must still see
  };

  explicit Operation(Kind kind, std::size_t bytes) : kind_(kind), bytes_(bytes) {}
  virtual ~Operation() = default;
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;

  Kind kind() const { return kind_; }
  /// What it holds in memory, about.
  std::size_t bytes() const { return bytes_; }

  /// Does the work in the writer's transaction. An error is the storage's: the unit is rolled back.
  /// A refusal that the port's contract names is an outcome, not an error, and must have changed
  /// nothing. Called again if the transaction was rolled back.
  virtual Result<> run(Database& writer) = 0;
  /// The log that it reads or forgets, if it is one.
  virtual const identity::ThreadKey* log() const { return nullptr; }
  /// After run(): there is more to do. It is run again in a later transaction, and completes when
  /// all is done.
  virtual bool unfinished() const { return false; }
  /// For kReadsLater, once, after run().
  virtual void read(Database&) {}
  bool is_put_off() const { return put_off_; }
  void put_off() { put_off_ = true; }
  void take_up() { put_off_ = false; }
  /// Replaces the outcome.
  virtual void fail_with(const Error& error) = 0;
  /// Tells the asker; for the asker's core.
  virtual runtime::Task completion() = 0;

 private:
  Kind kind_;
  std::size_t bytes_;
  bool put_off_ = false;
};

using Operations = std::vector<std::unique_ptr<Operation>>;

/// The outcome and the asker of an operation that gives a T.
template <class T>
class AskedOperation : public Operation {
 public:
  AskedOperation(Kind kind, std::size_t bytes, Completion<Result<T>> done)
      : Operation(kind, bytes), done_(std::move(done)) {}

  void fail_with(const Error& error) final { outcome_.emplace(outcome::failure(error)); }
  runtime::Task completion() final {
    return [done = std::move(done_), outcome = std::move(*outcome_)]() mutable {
      done(std::move(outcome));
    };
  }

 protected:
  Result<> settle(Result<T> result) {
    outcome_.emplace(std::move(result));
    if (!outcome_->has_error() || outcome_->error().code != Code::store_unavailable) return ok();
    return outcome::failure(outcome_->error());
  }

 private:
  std::optional<Result<T>> outcome_;
  Completion<Result<T>> done_;
};

/// An operation that is one function of the database.
template <class T>
class SimpleOperation final : public AskedOperation<T> {
 public:
  using Work = UniqueFunction<Result<T>(Database&)>;
  SimpleOperation(Operation::Kind kind, std::size_t bytes, Work work, Completion<Result<T>> done)
      : AskedOperation<T>(kind, bytes, std::move(done)), work_(std::move(work)) {}

  Result<> run(Database& writer) override { return this->settle(work_(writer)); }

 private:
  Work work_;
};

}  // namespace gp::sqlite
