"""A workbook that helps people choose between mastery, management, or both.

``__init__.pyi`` lists the public names. Each one is imported when it is first used, because each
visitor of the served page is a process of its own.
"""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
