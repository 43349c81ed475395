/// Clang thread-safety attributes under our names; nothing under other compilers.
///
/// A runtime::Core is a *capability*: members marked GP_GUARDED_BY(core_) can be touched only after
/// core_.assert_here(), which the `clang` preset proves at compile time (-Wthread-safety -Werror)
/// and every build checks at run time. Source:
/// https://clang.llvm.org/docs/ThreadSafetyAnalysis.html
#pragma once

#if defined(__clang__)
#define GP_THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define GP_THREAD_ATTRIBUTE(x)
#endif

#define GP_CAPABILITY(name) GP_THREAD_ATTRIBUTE(capability(name))
#define GP_SCOPED_CAPABILITY GP_THREAD_ATTRIBUTE(scoped_lockable)
#define GP_GUARDED_BY(x) GP_THREAD_ATTRIBUTE(guarded_by(x))
#define GP_REQUIRES(...) GP_THREAD_ATTRIBUTE(requires_capability(__VA_ARGS__))
#define GP_ACQUIRE(...) GP_THREAD_ATTRIBUTE(acquire_capability(__VA_ARGS__))
#define GP_RELEASE(...) GP_THREAD_ATTRIBUTE(release_capability(__VA_ARGS__))
#define GP_ASSERT_CAPABILITY(x) GP_THREAD_ATTRIBUTE(assert_capability(x))
