#include "gardener/tracker/pytest_plugin.h"

namespace gp::tracker {

std::string_view plugin_source() {
  return R"python("""Written by `gardener loop` for one run; says, a JSON line each, what pytest collects and how it ends."""
import json
import os
import sys

_OUTPUT = os.environ["GARDENER_LOOP_OUTPUT"]
_ORIGINAL = os.environ.get("GARDENER_LOOP_ORIGINAL", "")
_START = os.getcwd()
_root = _START
_TEXT_MAX = 16384
_worker = None


def _clean(text):
    text = str(text).encode("utf-8", "backslashreplace").decode("utf-8")
    if len(text) > _TEXT_MAX:
        text = text[: _TEXT_MAX // 4] + "\n[...]\n" + text[-3 * _TEXT_MAX // 4 :]
    return text


def _write(kind, **fields):
    line = {key: _clean(value) if isinstance(value, str) else value for key, value in fields.items()}
    line["kind"] = kind
    descriptor = os.open(_OUTPUT, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        data = (json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n").encode("utf-8")
        while data:
            data = data[os.write(descriptor, data) :]
    finally:
        os.close(descriptor)


def _relative(path):
    return os.path.relpath(str(path), _START)


def _file_of(nodeid):
    return _relative(os.path.join(_root, nodeid.split("::")[0]))


def _text(report):
    longrepr = getattr(report, "longrepr", None)
    if isinstance(longrepr, tuple) and len(longrepr) == 3:
        return "%s:%s: %s" % (_relative(longrepr[0]), longrepr[1], longrepr[2])
    return "" if longrepr is None else str(longrepr)


def pytest_configure(config):
    global _root, _worker
    _root = str(getattr(config, "rootpath", None) or config.rootdir)
    _worker = getattr(config, "workerinput", {}).get("workerid")
    if _worker is None:
        _write("start")


def pytest_collectreport(report):
    if report.outcome == "passed" or _worker not in (None, "gw0"):
        return
    _write("collect", id=report.nodeid, file=_file_of(report.nodeid), outcome=report.outcome, text=_text(report))


def pytest_deselected(items):
    if _worker in (None, "gw0"):
        _write("deselected", count=len(items))


def pytest_collection_finish(session):
    if _worker not in (None, "gw0"):
        return
    for item in session.items:
        _write("item", id=item.nodeid, file=_relative(getattr(item, "path", None) or item.fspath))


def pytest_runtest_logreport(report):
    if _worker is not None:
        return
    _write(
        "report",
        id=report.nodeid,
        file=_file_of(report.nodeid),
        when=report.when,
        outcome=report.outcome,
        xfail=hasattr(report, "wasxfail"),
        text=_text(report) or str(getattr(report, "wasxfail", "")),
    )


def pytest_sessionfinish(session, exitstatus):
    if _ORIGINAL:
        for module in list(sys.modules.values()):
            file = getattr(module, "__file__", None)
            if isinstance(file, str) and os.path.realpath(file).startswith(_ORIGINAL + os.sep):
                _write("foreign", file=os.path.relpath(os.path.realpath(file), _ORIGINAL))
    if _worker is None:
        _write("finish", status=int(exitstatus))
)python";
}

}  // namespace gp::tracker
