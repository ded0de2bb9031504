"""Rehearsals that a template process must find fault with, and one that is fine."""

import os
import threading
import time

from ipywidgets import IntSlider

OPENED = []


async def fine(send):
    slider = IntSlider()
    await send(slider.model_id, {"method": "update", "state": {"value": 7}, "buffer_paths": []})
    if slider.value != 7:
        raise RuntimeError("the message did not arrive")


async def failing(send):
    raise LookupError("on purpose")


async def with_a_thread(send):
    threading.Thread(target=time.sleep, args=(1000,), daemon=True, name="left").start()


async def with_a_file(send):
    OPENED.append(os.open("/etc/hosts", os.O_RDONLY))
