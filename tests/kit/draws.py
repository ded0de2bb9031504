"""Finds what cells draw: random numbers, times, ids and secrets."""

#: The first cell. From then on each call of a built-in function that draws is noted in ``drawn``,
#: unless Jupyter itself calls it: a widget and a message need ids, and a message has a date.
WATCH = """
import sys

def _watch():
    drawn = set()
    sources = {
        "time", "time_ns", "localtime", "gmtime", "monotonic", "monotonic_ns", "perf_counter",
        "perf_counter_ns", "process_time", "urandom", "getrandom", "generate_time_safe", "getpid",
        "datetime.now", "datetime.utcnow", "date.today", "Random.random", "Random.getrandbits",
        "Random.seed", "RAND_bytes",
    }
    own = ("/site-packages/ipykernel/", "/site-packages/IPython/", "/site-packages/ipywidgets/",
           "/site-packages/comm/", "/site-packages/jupyter_client/", "/site-packages/zmq/",
           "/site-packages/tornado/", "/site-packages/traitlets/", "/careerpath/serving/forking/")
    library = sys.modules["os"].__file__.removesuffix("os.py")

    def note(frame, event, function):
        if event != "c_call":
            return
        name = getattr(function, "__qualname__", "")
        if name not in sources:
            return
        while frame is not None:
            file = frame.f_code.co_filename
            installed = "/site-packages/" in file
            standard = file.startswith(library) and not installed
            importing = installed and frame.f_code.co_name == "<module>"
            importing |= file.startswith("<frozen importlib")
            if importing or any(each in file for each in own):
                return  # a library that is imported draws for itself
            if not standard and not file.startswith("<frozen"):
                drawn.add(f"{name} for {file}:{frame.f_lineno}")
                return
            frame = frame.f_back

    sys.setprofile(note)
    return drawn

drawn = _watch()
"""
#: The last cell.
REPORT = "sys.setprofile(None); print('drawn:', sorted(drawn))"
